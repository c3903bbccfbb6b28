#include "nn/knockout/knockout_terms.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 4096;
constexpr int bound_exponent = 61;

double product(float weight, float activation) { return static_cast<double>(weight) * static_cast<double>(activation); }

// max over samples of sum_k |w_k h_ik|; NaN or infinite where any factor is.
double largest_absolute_sum(const DenseLayer& layer, int output, const RowMatrix<float>& hidden) {
  const auto samples = static_cast<std::size_t>(hidden.rows());
  std::vector<double> largest(BlockRange::count(samples_per_block, samples));
  parallel_blocks(largest.size(), [&](std::size_t block) {
    const BlockRange range(block, samples_per_block, samples);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      double sum = 0;
      for (int k = 0; k < layer.in(); ++k) {
        sum += std::abs(product(layer.weight(output, k), hidden(static_cast<Eigen::Index>(i), k)));
      }
      if (!(sum <= largest[block])) largest[block] = sum;  // also where sum is NaN
      if (!std::isfinite(sum)) return;
    }
  });
  double result = 0;
  for (const double value : largest) {
    if (!(value <= result)) result = value;
    if (!std::isfinite(value)) break;
  }
  return result;
}

}  // namespace

KnockoutTerms knockout_terms(const DenseLayer& layer, int output, const RowMatrix<float>& hidden) {
  assert(0 <= output && output < layer.out() && hidden.cols() == layer.in());
  const double bias = static_cast<double>(layer.bias(output));
  const double bound = std::abs(bias) + largest_absolute_sum(layer, output, hidden);
  if (!std::isfinite(bound)) throw ComputeError("output {}: a weight, the bias or an activation is not finite", output);
  KnockoutTerms terms;
  int magnitude = 0;
  std::frexp(bound, &magnitude);  // bound < 2^magnitude
  if (bound > 0) terms.exponent = bound_exponent - magnitude;
  const double scale = std::ldexp(1.0, terms.exponent);  // a power of 2: multiplying is exact

  terms.bias = static_cast<std::int64_t>(bias * scale);
  terms.term.resize(hidden.rows(), hidden.cols());
  const auto samples = static_cast<std::size_t>(hidden.rows());
  parallel_blocks(BlockRange::count(samples_per_block, samples), [&](std::size_t block) {
    const BlockRange range(block, samples_per_block, samples);
    for (auto i = static_cast<Eigen::Index>(range.begin); i < static_cast<Eigen::Index>(range.end); ++i) {
      for (int k = 0; k < layer.in(); ++k) {
        terms.term(i, k) = static_cast<std::int64_t>(product(layer.weight(output, k), hidden(i, k)) * scale);
      }
    }
  });
  return terms;
}

RowMatrix<std::uint32_t> count_on(const KnockoutTerms& terms, std::span<const NeuronSet> sets,
                                  std::span<const Symbol> group, int groups) {
  assert(group.size() == terms.samples());
  const auto columns = static_cast<Eigen::Index>(sets.size());
  RowMatrix<std::uint32_t> counts = RowMatrix<std::uint32_t>::Zero(groups, columns);
  for (Eigen::Index column = 0; column < columns; ++column) {
    const NeuronSet set = sets[static_cast<std::size_t>(column)];
    for (std::size_t sample = 0; sample < terms.samples(); ++sample) {
      counts(group[sample], column) += terms.on(sample, set) ? 1u : 0u;
    }
  }
  return counts;
}

}  // namespace inforelay
