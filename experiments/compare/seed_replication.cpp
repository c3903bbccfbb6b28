#include "experiments/compare/seed_replication.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "core/statistics/statistics.hpp"
#include "experiments/results/metrics.hpp"

namespace inforelay {
namespace {

std::vector<double> defined(const std::vector<double>& values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](double value) { return !std::isnan(value); });
  return kept;
}

double value_of(const DistributionRow& row, const NetworkResult& network) {
  const std::optional<int> cls = row.cls < 0 ? std::nullopt : std::optional<int>(static_cast<int>(row.cls));
  try {
    return std::get<double>(value_of_class(quantity(network, row.quantity), cls));
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("compare.{}.columns.{}: {}", row.comparison, row.column, error.what()));
  }
}

}  // namespace

double DistributionRow::at(double probability) const {
  const std::vector<double> all = defined(values);
  return all.empty() ? std::numeric_limits<double>::quiet_NaN() : quantile(all, probability);
}

double DistributionRow::rank() const {
  const std::vector<double> all = defined(values);
  if (all.empty() || std::isnan(published)) return std::numeric_limits<double>::quiet_NaN();
  double below = 0;
  for (const double value : all) below += value < published ? 1 : value == published ? 0.5 : 0;
  return below / static_cast<double>(all.size());
}

Study::Study(const ExperimentConfig& config, const std::vector<std::pair<std::string, PublishedValues>>& published) {
  for (const auto& [comparison, table] : published) {
    for (const PublishedColumn& column : table.columns) {
      for (std::size_t i = 0; i < column.values.size(); ++i) {
        result_.rows.push_back({.comparison = comparison,
                                .column = column.name,
                                .network = table.network,
                                .quantity = column.config.metric,
                                .cls = column.classes[i].value_or(-1),
                                .published = std::get<double>(column.values[i]),
                                .values = {}});
      }
    }
  }
  for (const auto& [name, network] : config.networks) {
    for (DistributionRow row : result_.rows) {
      if (row.network == name || !row.quantity.starts_with("regression.")) continue;
      row.network = name;
      row.published = std::numeric_limits<double>::quiet_NaN();
      result_.others.push_back(std::move(row));
    }
  }
}

void Study::add(std::int64_t seed, const std::vector<std::pair<std::string, NetworkResult>>& networks) {
  result_.seeds.push_back(seed);
  for (const auto& [name, network] : networks) {
    for (std::vector<DistributionRow>* rows : {&result_.rows, &result_.others}) {
      for (DistributionRow& row : *rows) {
        if (row.network == name) row.values.push_back(value_of(row, network));
      }
    }
  }
}

}  // namespace inforelay
