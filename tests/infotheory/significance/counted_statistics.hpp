// Relay information of all sets of units of several levels by counting texts, and what significance takes from it: the
// slow reference.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "infotheory/significance/rearrangement.hpp"
#include "tests/infotheory/relay/random_levels.hpp"

namespace inforelay::test {

/// Of one contrast: of class c against the rest, or (c < 0) of the symbols themselves.
struct CountedStatistics {
  std::vector<double> sets;  // [2^K] I_R
  double total = 0;
  std::vector<double> single, aggregated;     // [K]
  std::vector<double> by_size, largest;       // [K+1] of the greedy sets and of the best
  std::vector<std::vector<int>> greedy_sets;  // [K+1] units, ascending
  std::vector<int> half;                      // the smallest greedy set with half of the total; empty without any
};

inline CountedStatistics counted_statistics(const LevelSamples& samples, int c) {
  constexpr double rounding = 1e-12;
  const int units = samples.units();
  const auto all = (std::size_t{1} << units) - 1;
  CountedStatistics result;
  const auto given = [&](std::size_t set) {
    return counted_information(samples, c, units_of_bits(static_cast<std::uint32_t>(set), units));
  };
  const double given_all = given(all);
  result.largest.assign(static_cast<std::size_t>(units) + 1, -1e9);
  for (std::size_t set = 0; set <= all; ++set) {
    result.sets.push_back(given(all & ~set) - given_all);
    double& most = result.largest[units_of_bits(static_cast<std::uint32_t>(set), units).size()];
    most = std::max(most, result.sets.back());
  }
  result.total = result.sets[all];
  for (int k = 0; k < units; ++k) result.single.push_back(result.total - result.sets[all & ~(std::size_t{1} << k)]);

  std::size_t left = all;
  result.aggregated.assign(static_cast<std::size_t>(units), 0);
  result.by_size.assign(static_cast<std::size_t>(units) + 1, 0);
  result.greedy_sets.resize(static_cast<std::size_t>(units) + 1);
  std::vector<double> lost;  // since the first removal, at each step
  double first = 0;
  for (int size = units; size >= 0; --size) {
    const auto place = static_cast<std::size_t>(size);
    result.by_size[place] = result.sets[left];
    result.greedy_sets[place] = units_of_bits(static_cast<std::uint32_t>(left), units);
    if (size == 0) break;
    int removed = -1;
    double most = 0;
    for (const int k : result.greedy_sets[place]) {
      const double leaves = result.sets[left & ~(std::size_t{1} << k)];
      if (removed >= 0 && leaves <= most + rounding) continue;
      removed = k;
      most = leaves;
    }
    if (size == units) first = most;
    for (const double each : lost) result.aggregated[static_cast<std::size_t>(removed)] += each;
    lost.push_back(first - most);
    left &= ~(std::size_t{1} << removed);
  }
  if (result.total > rounding) {
    std::size_t size = 0;
    while (result.by_size[size] < result.total / 2) ++size;
    result.half = result.greedy_sets[size];
  }
  return result;
}

/// With the symbols of other samples; `states_too`: with the whole samples `source`.
inline LevelSamples rearranged(const LevelSamples& samples, const std::vector<std::uint32_t>& source, bool states_too) {
  LevelSamples result = samples;
  result.input = symbols_of(samples.input, source);
  result.output = symbols_of(samples.output, source);
  if (!states_too) return result;
  result.states.resize(std::ssize(source), samples.units());
  for (std::size_t i = 0; i < source.size(); ++i)
    result.states.row(static_cast<Eigen::Index>(i)) = samples.states.row(static_cast<Eigen::Index>(source[i]));
  return result;
}

}  // namespace inforelay::test
