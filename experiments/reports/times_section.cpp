// Section `times` of the summary: layers that were analysed at each time, a row for each time.
#include <fmt/format.h>

#include <algorithm>

#include "core/text/message_text.hpp"
#include "experiments/reports/summary_section.hpp"

namespace inforelay {
namespace {

std::vector<SummaryTable> times_tables(const SectionSource& source) {
  constexpr std::size_t most_times = 40, most_contrasts = 4;
  const LayerResults& layer = source.layer;
  const std::size_t times = std::min(layer.times, most_times);
  std::vector<SummaryTable> all;
  for (const std::string& subset : subsets_of(layer, "states")) {
    const ResultView states = layer.arrays.at("states/" + subset), relay = layer.arrays.at("relay/" + subset);
    SummaryTable table{.name = "times", .title = "", .row_heading = "time"};
    table.title =
        fmt::format("{}: {} samples at each of {} times", subset, states.array("input").shape.at(1), layer.times);
    SummaryColumn occupied{"occupied_states", "1", "states", {}},
        singletons = percent_column("singleton_fraction", "singletons", {});
    const std::vector<double> count = states.numbers("occupied_states"), alone = states.numbers("singleton_fraction");
    for (std::size_t t = 0; t < times; ++t) {
      table.rows.push_back(std::to_string(t));
      occupied.cells.emplace_back(static_cast<std::int64_t>(count.at(t)));
      singletons.cells.emplace_back(alone.at(t));
    }
    table.columns = {occupied, singletons};
    const std::vector<std::string> names = contrast_names(layer, relay);
    for (std::size_t c = 0; c < std::min(names.size(), most_contrasts); ++c) {
      const std::string name = one_line(names[c]);
      const auto column = [&](const char* key, const char* array, const char* heading) {
        const RowMatrix<double>& values = relay.matrix<double>(array);
        std::vector<double> shown = column_of(values, static_cast<Eigen::Index>(c));
        shown.resize(times);
        SummaryColumn result = number_column(fmt::format("{}_{}", key, name), "bit", heading, shown);
        result.group = fmt::format("{}, bits", name);
        return result;
      };
      table.columns.push_back(column("input_output_information", "input_output_information", "I(X_in; X_out)"));
      table.columns.push_back(column("relay_information", "total", "I_R(all)"));
    }
    if (times < layer.times || names.size() > most_contrasts)
      table.notes.push_back(
          fmt::format("{} times and {} contrasts: all are in results.h5.", layer.times, names.size()));
    all.push_back(std::move(table));
  }
  return all;
}

}  // namespace

extern const SummarySection times_section;
const SummarySection times_section{"times", times_tables, true};

}  // namespace inforelay
