// Section `relay` of the summary: relay information of all units, and of the pairs that stand out, for each class.
#include <fmt/format.h>

#include <cmath>

#include "experiments/measures/chosen_sets.hpp"
#include "experiments/reports/summary_section.hpp"

namespace inforelay {
namespace {

// Units, bits and part of I_R(all) of one set for each class.
void add_set(const std::string& key, const std::string& group, const std::vector<UnitsCell>& sets,
             const std::vector<double>& bits, const std::vector<double>& total, SummaryTable& table) {
  std::vector<double> part;
  for (std::size_t c = 0; c < total.size(); ++c) part.push_back(total[c] > 0 ? bits[c] / total[c] : std::nan(""));
  table.columns.push_back(
      {.key = key, .units = "", .heading = "units", .cells = {sets.begin(), sets.end()}, .group = group});
  table.columns.push_back(number_column(key + "_information", "bit", "bits", bits));
  table.columns.back().group = group;
  table.columns.push_back(percent_column(key + "_part", "of all", part));
  table.columns.back().group = group;
}

// The pair that greedy removal on this subset keeps longest; none for a class that was not analysed.
void add_greedy_pair(const ResultView& relay, const std::vector<double>& total, SummaryTable& table) {
  const RowMatrix<double>& path = relay.matrix<double>("greedy/information");
  const bool wide = relay.array("greedy/removal_order").shape.back() > NeuronSet::max_neurons;
  std::vector<UnitsCell> sets;
  std::vector<std::string> names;
  std::vector<double> bits;
  for (std::size_t c = 0; c < total.size(); ++c) {
    UnitsCell set;
    std::string name = "-";
    if (!std::isnan(total[c])) {
      name.clear();
      set.emplace();
      for (const int unit : last_units(relay, c, 2)) {
        if (!wide) set = set->with(unit);
        name += fmt::format("{}{}", name.empty() ? "" : " ", unit);
      }
    }
    const Eigen::Index removals = path.cols() - 2;
    bits.push_back(std::isnan(total[c]) || removals < 1 ? total[c] : path(static_cast<Eigen::Index>(c), removals - 1));
    sets.push_back(set);
    names.push_back(name);
  }
  add_set("greedy_pair", "greedy pair", sets, bits, total, table);
  // A unit number of a wide layer does not fit into a set.
  if (wide) table.columns[table.columns.size() - 3].cells = {names.begin(), names.end()};
}

void add_best_pair(const ResultView& relay, const std::vector<double>& total, SummaryTable& table) {
  const RowMatrix<double>& best = relay.matrix<double>("best/information");
  const RowMatrix<std::uint32_t>& set = relay.matrix<std::uint32_t>("best/set");
  if (best.cols() < 3) return;
  std::vector<UnitsCell> sets;
  for (Eigen::Index c = 0; c < set.rows(); ++c) sets.emplace_back(NeuronSet(set(c, 2)));
  add_set("best_pair", "best pair", sets, column_of(best, 2), total, table);
}

SummaryTable table_of(const SectionSource& source, const std::string& subset) {
  const ResultView relay = source.layer.arrays.at("relay/" + subset);
  const std::vector<double> total = relay.numbers("total"), most = relay.numbers("input_output_information");
  SummaryTable table{
      .name = "relay_" + subset,
      .title = fmt::format("Relay information on {}, bits. I: I(X_in; X_out), the most that units can relay", subset),
      .row_heading = "class",
      .rows = contrast_names(source.layer, relay)};
  std::vector<double> part;
  for (std::size_t c = 0; c < total.size(); ++c) part.push_back(most[c] > 0 ? total[c] / most[c] : std::nan(""));
  table.columns = {number_column("input_output_information", "bit", "I", most),
                   number_column("relay_information", "bit", "I_R(all)", total), percent_column("part", "of I", part)};
  if (relay.has("greedy")) add_greedy_pair(relay, total, table);
  if (relay.has("best/set")) add_best_pair(relay, total, table);
  return table;
}

std::vector<SummaryTable> relay_tables(const SectionSource& source) {
  std::vector<SummaryTable> all;
  for (const std::string& subset : subsets_of(source.layer, "relay")) all.push_back(table_of(source, subset));
  return all;
}

// The smallest sets, and their information on all subsets.
std::vector<SummaryTable> set_tables(const SectionSource& source) {
  if (!source.layer.arrays.has("chosen_sets/set")) return {};
  const ResultView chosen = source.layer.arrays.at("chosen_sets");
  const auto chosen_on = chosen.attribute<std::string>("", "chosen_on");
  const bool all_sets = chosen.attribute<std::int64_t>("", "of_all_sets") != 0;
  const RowMatrix<std::int64_t>& set = chosen.matrix<std::int64_t>("set");
  const std::vector<double> information = [&] {
    const RowMatrix<double>& values =
        std::get<RowMatrix<double>>(chosen.array("information").values);  // [class, choice subset]
    return std::vector<double>(values.data(), values.data() + values.size());
  }();
  const std::vector<std::string>& subsets = chosen.texts("subset");
  SummaryTable table{.name = "smallest_sets",
                     .title = fmt::format("Smallest sets with a part of I_R(all) on {} ({}), and their bits", chosen_on,
                                          all_sets ? "of all sets" : "on the greedy path"),
                     .row_heading = "class",
                     .rows = contrast_names(source.layer, chosen)};
  for (const auto& [which, key, name] : {std::tuple(ChosenSet::half, "smallest_50", "50 % of I_R(all)"),
                                         std::tuple(ChosenSet::most, "smallest_90", "90 % of I_R(all)")}) {
    const auto choice = static_cast<Eigen::Index>(which);
    std::vector<SummaryCell> sizes, units;
    for (Eigen::Index c = 0; c < set.rows(); ++c) {
      const std::int64_t bits = set(c, choice);
      const UnitsCell cell = bits == no_chosen_set ? UnitsCell() : NeuronSet(static_cast<std::uint32_t>(bits));
      units.emplace_back(cell);
      if (cell)
        sizes.emplace_back(std::int64_t{cell->size()});
      else
        sizes.emplace_back(std::nan(""));
    }
    const std::string stem(key);
    table.columns.push_back({.key = stem + "_size", .units = "1", .heading = "size", .cells = sizes, .group = name});
    table.columns.push_back({.key = stem, .units = "", .heading = "units", .cells = units, .group = name});
    for (std::size_t s = 0; s < subsets.size(); ++s) {
      std::vector<double> bits;
      for (Eigen::Index c = 0; c < set.rows(); ++c) {
        const Eigen::Index at = (c * set.cols() + choice) * std::ssize(subsets) + static_cast<Eigen::Index>(s);
        bits.push_back(information.at(static_cast<std::size_t>(at)));
      }
      table.columns.push_back(number_column(stem + "_information_" + subsets[s], "bit", subsets[s], bits));
      table.columns.back().group = name;
    }
  }
  return {table};
}

}  // namespace

extern const SummarySection relay_section, sets_section;
const SummarySection relay_section{"relay", relay_tables};
const SummarySection sets_section{"smallest_sets", set_tables};

}  // namespace inforelay
