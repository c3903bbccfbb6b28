#include "nn/knockout/knockout_chain.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/knockout_checks.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 64;

KnockoutOptions exact(KnockoutOptions options) {
  options.method = KnockoutMethod::exact;
  return options;
}

const KnockoutSubject& checked(const KnockoutSubject& subject) {
  check_shapes(subject);
  return subject;
}

/// The sums of the output layer, from those of the layer after the analysed one [samples,J].
RowMatrix<double> output_sums(const RowMatrix<double>& sums, std::span<const DenseLayer> layers) {
  if (layers.size() == 1) return sums;
  RowMatrix<float> values = sums.cast<float>();
  for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
    activate(layers[l].activation, values.data(), static_cast<std::size_t>(values.size()));
    RowMatrix<float> next = values * layers[l + 1].weight.transpose();
    next.rowwise() += layers[l + 1].bias.transpose();
    values = std::move(next);
  }
  if (!values.allFinite()) throw ComputeError("knockouts: the sums of an output overflow");
  return values.cast<double>();
}

}  // namespace

KnockoutChain::KnockoutChain(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random)
    : subject_(checked(subject)),
      function_(options.function),
      accuracy_(subject, exact(options), random),
      replacement_(subject.hidden, options, random) {
  check_finite(subject, replacement_);
}

void KnockoutChain::accuracy(std::span<const std::uint32_t> order, RowMatrix<double>& values) const {
  const Eigen::Index neurons = subject_.neurons(), classes = subject_.classes();
  check_permutation("knockouts", order, subject_.neurons());
  const auto layers = std::span(subject_.network.layers).subspan(static_cast<std::size_t>(subject_.layer));
  const RowMatrix<double> weight = layers.front().weight.transpose().cast<double>();  // [K,J]
  const Eigen::RowVectorXd bias = layers.front().bias.transpose().cast<double>();
  // Samples for which an output is on: of its class, and of all others.
  RowMatrix<std::uint32_t> of_class = RowMatrix<std::uint32_t>::Zero(neurons + 1, classes), of_others = of_class;
  const auto count = [&](const RowMatrix<double>& sums, std::size_t first, Eigen::Index step) {
    const RowMatrix<double> outputs = output_sums(sums, layers);
    for (Eigen::Index i = 0; i < outputs.rows(); ++i) {
      const Symbol label = subject_.labels[first + static_cast<std::size_t>(i)];
      const auto add = [&](Eigen::Index c) {
        ++(is_labelled(label, static_cast<std::size_t>(c), subject_.kind) ? of_class : of_others)(step, c);
      };
      if (function_ == KnockoutFunction::argmax) {
        const double* const row = outputs.row(i).data();
        add(std::max_element(row, row + classes) - row);  // of equals the first
        continue;
      }
      for (Eigen::Index c = 0; c < classes; ++c) {
        if (outputs(i, c) > 0) add(c);
      }
    }
  };
  const std::size_t samples = subject_.labels.size();
  for (std::size_t block = 0; block < BlockRange::count(samples_per_block, samples); ++block) {
    const BlockRange range(block, samples_per_block, samples);
    const auto first = static_cast<Eigen::Index>(range.begin), size = static_cast<Eigen::Index>(range.size());
    const auto replaced = [&](Eigen::Index i, Eigen::Index k) {
      return static_cast<double>(replacement_(static_cast<std::size_t>(first + i), static_cast<int>(k)));
    };
    RowMatrix<double> sums(size, weight.cols());
    for (Eigen::Index i = 0; i < size; ++i) {
      sums.row(i) = bias;
      for (Eigen::Index k = 0; k < neurons; ++k) {
        if (const double value = replaced(i, k); value != 0) sums.row(i) += value * weight.row(k);
      }
    }
    count(sums, range.begin, 0);
    for (Eigen::Index step = 0; step < neurons; ++step) {
      const Eigen::Index k = order[static_cast<std::size_t>(step)];
      for (Eigen::Index i = 0; i < size; ++i)
        sums.row(i) += (static_cast<double>(subject_.hidden(first + i, k)) - replaced(i, k)) * weight.row(k);
      count(sums, range.begin, step + 1);
    }
  }
  values.resize(neurons + 1, classes);
  for (Eigen::Index step = 0; step <= neurons; ++step) {
    for (Eigen::Index c = 0; c < classes; ++c)
      values(step, c) =
          static_cast<double>(accuracy_.exact(static_cast<std::size_t>(c), of_class(step, c), of_others(step, c)));
  }
}

}  // namespace inforelay
