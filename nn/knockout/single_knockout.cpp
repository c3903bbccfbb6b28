#include "nn/knockout/single_knockout.hpp"

#include <algorithm>
#include <mutex>
#include <span>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/knockout_accuracy.hpp"
#include "nn/knockout/knockout_checks.hpp"
#include "nn/knockout/replacement.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 256;

void check(const KnockoutSubject& subject, const KnockoutOptions& options) {
  check_shapes(subject);
  const auto last = static_cast<int>(subject.network.layers.size()) - 1;
  if (subject.layer != last) {
    throw UsageError(
        "knockouts: hidden layer {} is not the last one, {}: single neurons of wide layers can "
        "be knocked out there only",
        subject.layer, last);
  }
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

  void add(Eigen::Index row, std::size_t c, std::size_t label) {
    ++(c == label ? of_class : of_others)(row, static_cast<Eigen::Index>(c));
  }

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
    const Eigen::Index neurons = subject_.neurons(), classes = subject_.classes();
    const DenseLayer& layer = subject_.network.layers.back();
    const RowMatrix<double> weight = layer.weight.transpose().cast<double>();     // [K,C]
    RowMatrix<double> before(neurons + 1, classes), after(neurons + 1, classes);  // sums up to a neuron, and from it on
    std::vector<double> sums(static_cast<std::size_t>(classes));
    Eigen::Map<Eigen::RowVectorXd> out(sums.data(), classes);
    Counts counts(neurons, classes);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const auto activation = [&](Eigen::Index k) {
        return static_cast<double>(subject_.hidden(static_cast<Eigen::Index>(i), k));
      };
      before.row(0) = layer.bias.transpose().cast<double>();
      for (Eigen::Index k = 0; k < neurons; ++k) before.row(k + 1) = before.row(k) + weight.row(k) * activation(k);
      after.row(neurons).setZero();
      for (Eigen::Index k = neurons; k-- > 0;) after.row(k) = after.row(k + 1) + weight.row(k) * activation(k);
      for (Eigen::Index k = 0; k <= neurons; ++k) {
        out = before.row(k) + after.row(std::min(k + 1, neurons));
        if (k < neurons) out += weight.row(k) * static_cast<double>(replacement_(i, static_cast<int>(k)));
        decide(sums, k, subject_.labels[i], counts);
      }
    }
    return counts;
  }

  void decide(std::span<const double> sums, Eigen::Index row, std::size_t label, Counts& counts) const {
    if (function_ == KnockoutFunction::argmax) {
      const auto largest = static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin());
      return counts.add(row, largest, label);
    }
    for (std::size_t c = 0; c < sums.size(); ++c) {
      if (sums[c] > 0) counts.add(row, c, label);
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
  SingleKnockout result{.accuracy = RowMatrix<float>(subject.classes(), neurons), .intact = {}};
  for (int c = 0; c < subject.classes(); ++c) {
    const auto value = [&](Eigen::Index row) {
      return accuracy.exact(static_cast<std::size_t>(c), counts.of_class(row, c), counts.of_others(row, c));
    };
    for (Eigen::Index k = 0; k < neurons; ++k) result.accuracy(c, k) = value(k);
    result.intact.push_back(value(neurons));
  }
  return result;
}

}  // namespace inforelay
