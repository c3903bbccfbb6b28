#include "nn/knockout/replacement.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "core/checks.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 1024;

RowMatrix<float> means(const RowMatrix<float>& hidden) {
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(hidden.cols());
  for (const auto row : hidden.rowwise()) sum += row.cast<double>();
  return (sum / static_cast<double>(hidden.rows())).cast<float>();
}

RowMatrix<float> resampled(const RowMatrix<float>& hidden, const RandomStream& random) {
  RowMatrix<float> values(hidden.rows(), hidden.cols());
  const auto samples = replacement_samples(static_cast<std::size_t>(hidden.rows()), random);
  for (Eigen::Index i = 0; i < hidden.rows(); ++i) values.row(i) = hidden.row(samples[static_cast<std::size_t>(i)]);
  return values;
}

RowMatrix<float> with_noise(const RowMatrix<float>& hidden, double sd, const RandomStream& random) {
  check_bounded(std::isfinite(sd) && sd > 0, "knockouts: noise_sd", sd, "a finite number above 0");
  RowMatrix<float> values(hidden.rows(), hidden.cols());
  const auto samples = static_cast<std::size_t>(hidden.rows());
  std::vector<RandomStream> of_neuron;
  for (Eigen::Index k = 0; k < hidden.cols(); ++k) of_neuron.push_back(random.child(static_cast<std::uint64_t>(k)));
  parallel_blocks(BlockRange::count(samples_per_block, samples), [&](std::size_t block) {
    const BlockRange range(block, samples_per_block, samples);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      for (Eigen::Index k = 0; k < hidden.cols(); ++k) {
        const auto row = static_cast<Eigen::Index>(i);
        const double noise = of_neuron[static_cast<std::size_t>(k)].child(i).normal();
        values(row, k) = static_cast<float>(static_cast<double>(hidden(row, k)) + sd * noise);
      }
    }
  });
  return values;
}

}  // namespace

Replacement::Replacement(const RowMatrix<float>& hidden, const KnockoutOptions& options, const RandomStream& random)
    : Replacement(hidden.cols()) {
  if (options.replace == KnockoutReplace::mean) values_ = means(hidden);
  if (options.replace == KnockoutReplace::resample) values_ = resampled(hidden, random);
  if (options.replace == KnockoutReplace::noise) {
    values_ = with_noise(hidden, options.noise_sd, random.child("replacement noise"));
  }
  const bool each = options.replace == KnockoutReplace::resample || options.replace == KnockoutReplace::noise;
  if (each) stride_ = static_cast<std::size_t>(hidden.cols());
}

std::vector<std::uint32_t> replacement_samples(std::size_t samples, const RandomStream& random) {
  RandomStream draws = random.child("replacement samples");
  std::vector<std::uint32_t> result(samples);
  std::iota(result.begin(), result.end(), 0u);
  for (std::size_t i = samples; i > 1; --i) std::swap(result[i - 1], result[draws.below(i - 1)]);
  return result;
}

}  // namespace inforelay
