// Section `states` of the summary: samples, accuracy and states of each subset.
#include <algorithm>
#include <cmath>

#include "experiments/reports/summary_section.hpp"

namespace inforelay {
namespace {

// Bits that the states of the units could hold.
double most_bits(const ResultView& states) {
  const RowMatrix<float>& values = states.matrix<float>("value");
  const double levels =
      states.has("threshold") ? static_cast<double>(states.matrix<double>("threshold").cols()) + 1 : 256;
  return std::min(static_cast<double>(values.cols()) * std::log2(levels),
                  std::log2(static_cast<double>(values.rows())));
}

std::vector<SummaryTable> state_tables(const SectionSource& source) {
  SummaryTable table{.name = "states", .title = "", .row_heading = "subset"};
  SummaryColumn samples{"samples", "1", "samples", {}}, accuracy{"argmax_accuracy", "1", "argmax accuracy", {}},
      occupied{"occupied_states", "1", "states", {}},
      singletons = percent_column("singleton_fraction", "singletons", {}),
      entropy{"entropy", "bit", "entropy, bits", {}, 3}, most{"largest_entropy", "bit", "at most", {}, 3};
  bool has_accuracy = false;
  for (const std::string& subset : subsets_of(source.layer, "states")) {
    const ResultView states = source.layer.arrays.at("states/" + subset);
    table.rows.push_back(subset);
    samples.cells.emplace_back(static_cast<std::int64_t>(states.matrix<float>("value").rows()));
    has_accuracy = states.has("argmax_accuracy");
    accuracy.cells.emplace_back(has_accuracy ? states.number<double>("argmax_accuracy") : std::nan(""));
    occupied.cells.emplace_back(states.number<std::int64_t>("occupied_states"));
    singletons.cells.emplace_back(states.number<double>("singleton_fraction"));
    entropy.cells.emplace_back(states.number<double>("entropy_bits"));
    most.cells.emplace_back(most_bits(states));
  }
  table.columns = {samples};
  if (has_accuracy) table.columns.push_back(accuracy);
  table.columns.insert(table.columns.end(), {occupied, singletons, entropy, most});
  return {table};
}

}  // namespace

extern const SummarySection states_section;
const SummarySection states_section{"states", state_tables};

}  // namespace inforelay
