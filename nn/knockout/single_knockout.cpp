#include "nn/knockout/single_knockout.hpp"

#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/knockout_checks.hpp"
#include "nn/training/accuracy.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 1024;
constexpr std::size_t neurons_per_block = 8;  // their activations are read together, since rows are far apart

void check(const KnockoutSubject& subject) {
  check_shapes(subject);
  const auto last = static_cast<int>(subject.network.layers.size()) - 1;
  if (subject.layer != last) {
    throw UsageError(
        "knockouts: hidden layer {} is not the last one, {}: single neurons of wide layers can "
        "be knocked out there only",
        subject.layer, last);
  }
  class_sizes(subject);
  check_finite(subject);
}

// Pre-activations of the output layer with all neurons, [N,C].
RowMatrix<double> intact_sums(const DenseLayer& layer, const RowMatrix<float>& hidden) {
  RowMatrix<double> sums(hidden.rows(), layer.out());
  const auto samples = static_cast<std::size_t>(hidden.rows());
  parallel_blocks(BlockRange::count(samples_per_block, samples), [&](std::size_t block) {
    const BlockRange range(block, samples_per_block, samples);
    for (auto i = static_cast<Eigen::Index>(range.begin); i < static_cast<Eigen::Index>(range.end); ++i) {
      for (int c = 0; c < layer.out(); ++c) {
        double sum = static_cast<double>(layer.bias(c));
        for (int k = 0; k < layer.in(); ++k)
          sum += static_cast<double>(layer.weight(c, k)) * static_cast<double>(hidden(i, k));
        sums(i, c) = sum;
      }
    }
  });
  return sums;
}

}  // namespace

RowMatrix<float> single_knockout_accuracy(const KnockoutSubject& subject, Progress& progress) {
  check(subject);
  const DenseLayer& layer = subject.network.layers.back();
  const RowMatrix<double> sums = intact_sums(layer, subject.hidden);
  const auto neurons = static_cast<std::size_t>(subject.neurons());
  RowMatrix<float> result(subject.classes(), subject.neurons());
  parallel_blocks(
      BlockRange::count(neurons_per_block, neurons),
      [&](std::size_t block) {
        const BlockRange range(block, neurons_per_block, neurons);
        std::vector<RowMatrix<float>> on(range.size(), RowMatrix<float>(sums.rows(), sums.cols()));  // 1 or 0
        for (Eigen::Index i = 0; i < sums.rows(); ++i) {
          for (std::size_t j = 0; j < range.size(); ++j) {
            const auto k = static_cast<Eigen::Index>(range.begin + j);
            const auto activation = static_cast<double>(subject.hidden(i, k));
            for (Eigen::Index c = 0; c < sums.cols(); ++c)
              on[j](i, c) = sums(i, c) - static_cast<double>(layer.weight(c, k)) * activation > 0 ? 1.f : 0.f;
          }
        }
        for (std::size_t j = 0; j < range.size(); ++j) {
          const std::vector<double> accuracy = balanced_accuracy(on[j], subject.labels, 0.5f);
          for (Eigen::Index c = 0; c < result.rows(); ++c)
            result(c, static_cast<Eigen::Index>(range.begin + j)) =
                static_cast<float>(accuracy[static_cast<std::size_t>(c)]);
        }
      },
      progress);
  return result;
}

}  // namespace inforelay
