#include "nn/knockout/knockout_terms.hpp"

#include <cassert>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 4096;
constexpr int bound_exponent = 61;

}  // namespace

KnockoutTerms knockout_terms(const DenseLayer& layer, int output, const RowMatrix<float>& hidden,
                             const Replacement& replacement) {
  assert(0 <= output && output < layer.out() && hidden.cols() == layer.in());
  const double bias = static_cast<double>(layer.bias(output));
  const auto samples = static_cast<std::size_t>(hidden.rows());
  KnockoutTerms terms{.exponent = std::vector<int>(samples),
                      .base = std::vector<std::int64_t>(samples),
                      .term = RowMatrix<std::int64_t>(hidden.rows(), hidden.cols()),
                      .exact = ExactSums(layer, hidden, replacement),
                      .output = output};
  const auto kept = [&](std::size_t i, int k) {
    return exact_product(layer.weight(output, k), hidden(static_cast<Eigen::Index>(i), k));
  };
  const auto replaced = [&](std::size_t i, int k) { return exact_product(layer.weight(output, k), replacement(i, k)); };
  parallel_blocks(BlockRange::count(samples_per_block, samples), [&](std::size_t block) {
    const BlockRange range(block, samples_per_block, samples);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      double bound = std::abs(bias);
      for (int k = 0; k < layer.in(); ++k) bound += std::abs(kept(i, k)) + std::abs(replaced(i, k));
      if (!std::isfinite(bound))
        throw ComputeError("output {}: a weight, the bias or an activation is not finite", output);
      int magnitude = bound_exponent;
      if (bound > 0) std::frexp(bound, &magnitude);  // bound < 2^magnitude
      terms.exponent[i] = bound_exponent - magnitude;
      const double scale = std::ldexp(1.0, terms.exponent[i]);  // a power of 2: multiplying is exact
      const auto integer = [&](double value) { return static_cast<std::int64_t>(value * scale); };
      terms.base[i] = integer(bias);
      for (int k = 0; k < layer.in(); ++k) {
        const std::int64_t instead = integer(replaced(i, k));
        terms.base[i] += instead;
        terms.term(static_cast<Eigen::Index>(i), k) = integer(kept(i, k)) - instead;
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
