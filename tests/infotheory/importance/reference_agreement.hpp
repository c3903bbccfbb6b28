// How well one function of all sets predicts another, from the values of the sets that are compared.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/statistics/rank_statistics.hpp"
#include "core/statistics/statistics.hpp"
#include "infotheory/importance/agreement.hpp"

namespace inforelay::test {

/// Spearman's rho: Pearson's r of the mid-ranks; NaN if one of the columns is constant.
inline double spearman_correlation(std::span<const double> x, std::span<const double> y) {
  const auto ranks = [](std::span<const double> column) {
    const std::vector<std::uint32_t> doubled = doubled_mid_ranks(ascending_order(column));
    return std::vector<double>(doubled.begin(), doubled.end());
  };
  const std::vector<double> of_x = ranks(x), of_y = ranks(y);
  const std::vector<Column> columns{{"x", std::span<const double>(of_x)}, {"y", std::span<const double>(of_y)}};
  return pearson_correlations(columns)(0, 1);
}

/// Of the sets of one size; of all if `size` is negative.
inline Agreement agreement(const std::vector<float>& x, const std::vector<float>& y, int size) {
  std::vector<double> a, b;
  for (std::size_t set = 0; set < x.size(); ++set) {
    if (size >= 0 && std::popcount(set) != size) continue;
    a.push_back(static_cast<double>(x[set]));
    b.push_back(static_cast<double>(y[set]));
  }
  const std::vector<Column> columns{{"x", std::span<const double>(a)}, {"y", std::span<const double>(b)}};
  const double r = pearson_correlations(columns)(0, 1);
  return {spearman_correlation(a, b), r * r};
}

/// v(S) = sum of value_of_unit[i] over i in S -> [2^K].
inline std::vector<float> additive_table(const std::vector<double>& value_of_unit) {
  std::vector<float> table(std::size_t{1} << value_of_unit.size());
  for (std::size_t set = 0; set < table.size(); ++set) {
    double sum = 0;
    for (std::size_t unit = 0; unit < value_of_unit.size(); ++unit)
      sum += (set >> unit & 1u) != 0 ? value_of_unit[unit] : 0;
    table[set] = static_cast<float>(sum);
  }
  return table;
}

}  // namespace inforelay::test
