// A study for people, and as files.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/files/hdf5_values.hpp"
#include "core/text/csv_table.hpp"
#include "experiments/compare/seed_replication.hpp"

namespace inforelay {
namespace {

constexpr double low = 0.05, middle = 0.5, high = 0.95;

std::string class_text(std::int64_t cls) { return cls < 0 ? "" : std::to_string(cls); }

std::string exact_text(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

// A blank where there is none.
std::string number_text(double value) { return std::isnan(value) ? "" : fmt::format("{:.5g}", value); }

std::string undefined_text(const DistributionRow& row) {
  const auto undefined =
      std::count_if(row.values.begin(), row.values.end(), [](double value) { return std::isnan(value); });
  return undefined == 0 ? ""
                        : fmt::format("  (of {} of {} seeds)", row.values.size() - static_cast<std::size_t>(undefined),
                                      row.values.size());
}

// The chance that one more value lies between the interpolated 5 and 95 % points of n others of its distribution: the
// k-th of n divides it off with k / (n + 1), and the points stand at 1 + (n - 1) q.
double expected_within(std::size_t n) {
  return (high - low) * (static_cast<double>(n) - 1) / (static_cast<double>(n) + 1);
}
constexpr std::size_t fewest_seeds = 10;  // of less, the points are hardly more than the least and greatest value

std::string where(const DistributionRow& row) {
  if (std::isnan(row.rank())) return "";
  if (row.published < row.at(low)) return "below";
  if (row.published > row.at(high)) return "above";
  return "within";
}

const char* how_often(const ClaimResult& row, std::size_t seeds) {
  if (row.runs_all() == seeds) return "every class of every seed";
  if (row.runs_most() == seeds) return "most classes of every seed";
  if (2 * row.runs_most() > seeds) return "most classes of most seeds";
  return "NOT FOR MOST";
}

}  // namespace

std::string study_table(const StudyResult& study) {
  const std::size_t seeds = study.seeds.size();
  std::string text;
  const DistributionRow* previous = nullptr;
  std::size_t within = 0, compared = 0;
  if (seeds == 0) return text;
  for (const DistributionRow& row : study.rows) {
    const bool same = previous && previous->comparison == row.comparison && previous->quantity == row.quantity;
    if (!same) {
      text += fmt::format("\n{}: {} of {}, {} seed{}\n  {:>5}  {:>10}  {:>10}  {:>10}  {:>10}  {:>12}\n",
                          row.comparison, row.quantity, row.network, seeds, seeds == 1 ? "" : "s", "class", "published",
                          "5 %", "median", "95 %", "seeds below");
    }
    previous = &row;
    text += fmt::format(
        "  {:>5}  {:>10}  {:>10}  {:>10}  {:>10}  {:>12}  {}{}\n", class_text(row.cls), number_text(row.published),
        number_text(row.at(low)), number_text(row.at(middle)), number_text(row.at(high)),
        std::isnan(row.rank()) ? "" : fmt::format("{:.0f} %", 100 * row.rank()), where(row), undefined_text(row));
    if (std::isnan(row.rank())) continue;
    ++compared;
    within += where(row) == "within" ? 1 : 0;
  }
  if (compared > 0) {
    text += fmt::format("\n{} of {} published values lie between the 5 and 95 % points of the seeds", within, compared);
    text += seeds < fewest_seeds ? ".\n"
                                 : fmt::format("; of values from the same distribution, about {:.0f} % would.\n",
                                               100 * expected_within(seeds));
  }
  if (study.claims.empty()) return text;
  text += fmt::format("\n{:<72}  {:>9}  {:>9}\n", "claim", "all", "most");
  for (const ClaimResult& row : study.claims) {
    text += fmt::format("  {:<70}  {:>4} / {:<2}  {:>4} / {:<2}  {}\n", row.claim, row.runs_all(), seeds,
                        row.runs_most(), seeds, how_often(row, seeds));
  }
  return text + "(seeds in which the claim holds for all classes, and for more than half of them)\n";
}

std::string study_csv(const StudyResult& study) {
  std::vector<std::string> header{"comparison", "column", "network", "quantity",       "class", "published",
                                  "p05",        "median", "p95",     "fraction_below", "where"};
  for (const std::int64_t seed : study.seeds) header.push_back(fmt::format("seed_{}", seed));
  CsvTable table(header);
  for (const std::vector<DistributionRow>* rows : {&study.rows, &study.others}) {
    for (const DistributionRow& row : *rows) {
      std::vector<std::string> cells{row.comparison, row.column, row.network, row.quantity, class_text(row.cls)};
      for (const double value : {row.published, row.at(low), row.at(middle), row.at(high), row.rank()}) {
        cells.push_back(exact_text(value));
      }
      cells.push_back(where(row));
      for (const double value : row.values) cells.push_back(exact_text(value));
      table.row_of(cells);
    }
  }
  return table.text();
}

std::string claims_csv(const StudyResult& study) {
  CsvTable table("claim,seed,classes_holding,classes");
  for (const ClaimResult& row : study.claims) {
    for (std::size_t i = 0; i < row.classes_holding.size(); ++i) {
      table.row(row.claim, study.seeds[i], row.classes_holding[i], row.classes);
    }
  }
  return table.text();
}

void write_study(Hdf5Writer& file, const std::string& group, const StudyResult& study) {
  const auto count = [](std::size_t size) { return static_cast<Eigen::Index>(size); };
  std::vector<DistributionRow> rows = study.rows;
  rows.insert(rows.end(), study.others.begin(), study.others.end());
  RowMatrix<double> values(count(rows.size()), count(study.seeds.size()));
  RowMatrix<double> quantiles(count(rows.size()), 3);
  std::vector<double> published, rank;
  std::vector<std::int64_t> classes;
  std::vector<std::string> networks, quantities, comparisons, columns;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const DistributionRow& row = rows[i];
    for (std::size_t s = 0; s < study.seeds.size(); ++s) values(count(i), count(s)) = row.values[s];
    quantiles.row(count(i)) << row.at(low), row.at(middle), row.at(high);
    published.push_back(row.published);
    rank.push_back(row.rank());
    classes.push_back(row.cls);
    networks.push_back(row.network);
    quantities.push_back(row.quantity);
    comparisons.push_back(row.comparison);
    columns.push_back(row.column);
  }
  file.scale(group, "seed", study.seeds, "seed of the run");
  const auto texts = [&](const char* name, const std::vector<std::string>& list, const char* long_name) {
    file.dataset(join_path(group, name), list, {.units = "text", .long_name = long_name, .dims = {"row"}});
  };
  texts("comparison", comparisons, "comparison");
  texts("column", columns, "column of the published table");
  texts("network", networks, "network");
  texts("quantity", quantities, "what was compared");
  file.dataset(join_path(group, "class"), classes,
               {.units = "1", .long_name = "class; -1: the network as a whole", .dims = {"row"}});
  file.dataset(join_path(group, "published"), published,
               {.units = "as the quantity", .long_name = "published value; NaN: none", .dims = {"row"}});
  file.dataset(join_path(group, "values"), values,
               {.units = "as the quantity", .long_name = "value of each seed", .dims = {"row", "seed"}});
  file.dataset(join_path(group, "quantiles"), quantiles,
               {.units = "as the quantity",
                .long_name = "5 % point, median, 95 % point of the seeds",
                .dims = {"row", "quantile"}});
  file.dataset(join_path(group, "fraction_below"), rank,
               {.units = "1",
                .long_name = "fraction of seeds below the published value, equal ones counted half",
                .dims = {"row"}});
}

}  // namespace inforelay
