#include "infotheory/importance/membership_sums.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/sets/neuron_set.hpp"

namespace inforelay::detail {
namespace {

constexpr int block_units = 12;  // a block of 2^12 doubles and its folds stay in the cache

/// Adds the upper half of `values` to the lower.
void fold(std::span<double> values) {
  const std::size_t half = values.size() / 2;
  for (std::size_t i = 0; i < half; ++i) values[i] += values[half + i];
}

/// single[i] = sum of the values [2^units] whose index has bit i; returns the sum of all. Destroys the values.
double fold_singles(std::span<double> values, int units, double* single) {
  for (int unit = units; unit-- > 0; values = values.first(values.size() / 2)) {
    double sum = 0;
    for (const double value : values.subspan(values.size() / 2)) sum += value;
    single[unit] = sum;
    fold(values);
  }
  return values[0];
}

/// Likewise the sums of a table over singles and pairs. `scratch` has room for half of the values.
void fold_pairs(std::span<double> values, int units, std::vector<double>& scratch, MembershipSums& sums) {
  for (int unit = units; unit-- > 0; values = values.first(values.size() / 2)) {
    const std::span<double> upper = values.subspan(values.size() / 2);
    std::copy(upper.begin(), upper.end(), scratch.begin());
    sums.single[static_cast<std::size_t>(unit)] =
        fold_singles(std::span(scratch).first(upper.size()), unit, sums.pair.row(unit).data());
    fold(values);
  }
  sums.all = values[0];
}

}  // namespace

int units_of_table(std::string_view what, std::size_t values) {
  const int units = std::countr_zero(values);
  if (!std::has_single_bit(values) || units < 1 || units > NeuronSet::max_exhaustive_neurons)
    throw UsageError("{}: {} values, expected 2^K for a number of units K in [1,{}]", what, values,
                     NeuronSet::max_exhaustive_neurons);
  return units;
}

template <class Value>
MembershipSums membership_sums(std::span<const Value> values, int units, std::span<const double> weight_of_size) {
  assert(values.size() == std::size_t{1} << units && weight_of_size.size() == static_cast<std::size_t>(units) + 1);
  const int low = std::min(units, block_units), high = units - low;
  const std::size_t block_size = std::size_t{1} << low, blocks = std::size_t{1} << high;

  std::vector<std::uint8_t> size_in_block(block_size);
  for (std::size_t set = 1; set < block_size; ++set)
    size_in_block[set] = static_cast<std::uint8_t>(size_in_block[set / 2] + (set & 1u));
  std::vector<MembershipSums> parts(blocks, MembershipSums(low));
  parallel_blocks(blocks, [&](std::size_t block) {
    std::vector<double> weighted(block_size), scratch(std::max<std::size_t>(block_size / 2, 1));
    const double* weight = weight_of_size.data() + std::popcount(block);
    for (std::size_t i = 0; i < block_size; ++i)
      weighted[i] = weight[size_in_block[i]] * static_cast<double>(values[block * block_size + i]);
    fold_pairs(weighted, low, scratch, parts[block]);
  });

  // Every low sum is itself a table over the high units, whose fold gives the pairs of a high and a low unit.
  MembershipSums sums(units);
  std::vector<double> table(blocks), scratch(std::max<std::size_t>(blocks / 2, 1)),
      with_high(static_cast<std::size_t>(high));
  const auto fold_over_blocks = [&](const auto& value, double* single) {
    for (std::size_t block = 0; block < blocks; ++block) table[block] = value(parts[block]);
    return fold_singles(table, high, single);
  };
  for (int i = 0; i < low; ++i) {
    const auto unit = static_cast<std::size_t>(i);
    sums.single[unit] = fold_over_blocks([&](const auto& part) { return part.single[unit]; }, with_high.data());
    for (int h = 0; h < high; ++h) sums.pair(low + h, i) = with_high[static_cast<std::size_t>(h)];
    for (int j = 0; j < i; ++j)
      sums.pair(i, j) = fold_over_blocks([&](const auto& part) { return part.pair(i, j); }, with_high.data());
  }
  for (std::size_t block = 0; block < blocks; ++block) table[block] = parts[block].all;
  MembershipSums of_high(high);
  fold_pairs(table, high, scratch, of_high);
  sums.all = of_high.all;
  for (int i = 0; i < high; ++i) {
    sums.single[static_cast<std::size_t>(low + i)] = of_high.single[static_cast<std::size_t>(i)];
    for (int j = 0; j < i; ++j) sums.pair(low + i, low + j) = of_high.pair(i, j);
  }
  for (int i = 0; i < units; ++i) {
    for (int j = 0; j < i; ++j) sums.pair(j, i) = sums.pair(i, j);
  }
  return sums;
}

template MembershipSums membership_sums(std::span<const float>, int, std::span<const double>);
template MembershipSums membership_sums(std::span<const double>, int, std::span<const double>);

}  // namespace inforelay::detail
