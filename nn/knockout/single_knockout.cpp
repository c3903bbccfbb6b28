#include "nn/knockout/single_knockout.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/knockout_accuracy.hpp"
#include "nn/knockout/knockout_checks.hpp"
#include "nn/knockout/replacement.hpp"
#include "nn/network/activation.hpp"
#include "nn/network/kernels.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 256;

void check(const KnockoutSubject& subject, const KnockoutOptions& options) {
  check_shapes(subject);
  if (options.method != KnockoutMethod::exact) {
    throw UsageError("knockouts: method {}: single neurons of wide layers are knocked out on all samples only",
                     to_string(options.method));
  }
}

// Samples for which an output is on, of its class and of all others, with each neuron knocked out and, in the last row,
// with none.
struct Counts {
  Counts(Eigen::Index neurons, Eigen::Index classes)
      : of_class(RowMatrix<std::uint32_t>::Zero(neurons + 1, classes)), of_others(of_class) {}

  void add(Eigen::Index row, std::size_t c, bool is_of_class) {
    ++(is_of_class ? of_class : of_others)(row, static_cast<Eigen::Index>(c));
  }
  /// By argmax: samples of all classes whose largest output is that of their class.
  std::uint32_t right(Eigen::Index row) const { return of_class.row(row).sum(); }

  RowMatrix<std::uint32_t> of_class, of_others;  // [K+1,C]
};

class SingleKnockouts {
 public:
  SingleKnockouts(const KnockoutSubject& subject, KnockoutFunction function, const Replacement& replacement)
      : subject_(subject), function_(function), replacement_(replacement) {}

  Counts count(Progress& progress) const {
    const auto samples = subject_.labels.size();
    Counts all(subject_.neurons(), subject_.classes());
    std::mutex mutex;
    parallel_blocks(
        BlockRange::count(samples_per_block, samples),
        [&](std::size_t block) {
          const Counts part = count(BlockRange(block, samples_per_block, samples));
          const std::lock_guard lock(mutex);
          all.of_class += part.of_class;
          all.of_others += part.of_others;
        },
        progress);
    return all;
  }

 private:
  Counts count(const BlockRange& range) const {
    const std::span<const DenseLayer> later =
        std::span(subject_.network.layers).subspan(static_cast<std::size_t>(subject_.layer));
    const DenseLayer& next = later.front();
    const Eigen::Index neurons = subject_.neurons(), width = next.out();
    const RowMatrix<double> weight = next.weight.transpose().cast<double>();  // [K,J]
    RowMatrix<double> before(neurons + 1, width), after(neurons + 1, width);  // sums up to a neuron, and from it on
    RowMatrix<double> sums(neurons + 1, width);  // with each neuron knocked out and, in the last row, with none
    Counts counts(neurons, subject_.classes());
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const auto activation = [&](Eigen::Index k) {
        return static_cast<double>(subject_.hidden(static_cast<Eigen::Index>(i), k));
      };
      before.row(0) = next.bias.transpose().cast<double>();
      for (Eigen::Index k = 0; k < neurons; ++k) before.row(k + 1) = before.row(k) + weight.row(k) * activation(k);
      after.row(neurons).setZero();
      for (Eigen::Index k = neurons; k-- > 0;) after.row(k) = after.row(k + 1) + weight.row(k) * activation(k);
      for (Eigen::Index k = 0; k <= neurons; ++k) {
        sums.row(k) = before.row(k) + after.row(std::min(k + 1, neurons));
        if (k < neurons) sums.row(k) += weight.row(k) * static_cast<double>(replacement_(i, static_cast<int>(k)));
      }
      if (later.size() == 1)
        decide(sums, subject_.labels[i], counts);
      else
        decide(outputs(sums, later), subject_.labels[i], counts);
    }
    return counts;
  }

  // The sums of the output layer from those of the layer after the analysed one, `later.front()`.
  static RowMatrix<float> outputs(const RowMatrix<double>& sums, std::span<const DenseLayer> later) {
    RowMatrix<float> values = sums.cast<float>();
    for (std::size_t l = 0; l + 1 < later.size(); ++l) {
      const DenseLayer& next = later[l + 1];
      const auto rows = static_cast<std::size_t>(values.rows()), width = static_cast<std::size_t>(values.cols());
      activate(later[l].activation, values.data(), rows, width);
      std::vector<std::uint32_t> blocks;  // all of them
      for (std::size_t begin = 0; begin + kernels::block_inputs <= width; begin += kernels::block_inputs)
        blocks.push_back(static_cast<std::uint32_t>(begin));
      RowMatrix<float> into(values.rows(), next.out());
      kernels::dense_forward(values.data(), rows, width, {blocks.data(), blocks.size()}, next.weight.data(),
                             next.bias.data(), static_cast<std::size_t>(next.out()), into.data());
      values = std::move(into);
    }
    if (!values.allFinite()) throw ComputeError("knockouts: the sums of an output overflow");
    return values;
  }

  template <class T>
  void decide(const RowMatrix<T>& sums, Symbol label, Counts& counts) const {
    const auto add = [&](Eigen::Index row, std::size_t c) { counts.add(row, c, is_labelled(label, c, subject_.kind)); };
    for (Eigen::Index row = 0; row < sums.rows(); ++row) {
      if (function_ == KnockoutFunction::argmax) {
        const T* const begin = sums.row(row).data();
        add(row, static_cast<std::size_t>(std::max_element(begin, begin + sums.cols()) - begin));
        continue;
      }
      for (Eigen::Index c = 0; c < sums.cols(); ++c) {
        if (sums(row, c) > 0) add(row, static_cast<std::size_t>(c));
      }
    }
  }

  const KnockoutSubject& subject_;
  KnockoutFunction function_;
  const Replacement& replacement_;
};

}  // namespace

SingleKnockout single_knockout_accuracy(const KnockoutSubject& subject, const KnockoutOptions& options,
                                        const RandomStream& random, Progress& progress) {
  check(subject, options);
  const KnockoutAccuracy accuracy(subject, options, random);
  const Replacement replacement(subject.hidden, options, random);
  check_finite(subject, replacement);
  const Counts counts = SingleKnockouts(subject, options.function, replacement).count(progress);
  const Eigen::Index neurons = subject.neurons();
  SingleKnockout result{
      .accuracy = RowMatrix<float>(subject.classes(), neurons), .intact = {}, .overall = {}, .overall_intact = {}};
  for (int c = 0; c < subject.classes(); ++c) {
    const auto value = [&](Eigen::Index row) {
      return accuracy.exact(static_cast<std::size_t>(c), counts.of_class(row, c), counts.of_others(row, c));
    };
    for (Eigen::Index k = 0; k < neurons; ++k) result.accuracy(c, k) = value(k);
    result.intact.push_back(value(neurons));
  }
  if (options.function != KnockoutFunction::argmax) return result;
  for (Eigen::Index k = 0; k < neurons; ++k) result.overall.push_back(accuracy.overall(counts.right(k)));
  result.overall_intact = accuracy.overall(counts.right(neurons));
  return result;
}

}  // namespace inforelay
