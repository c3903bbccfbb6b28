#include "nn/knockout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "core/hypergeometric.hpp"
#include "core/parallel.hpp"
#include "nn/knockout_forward.hpp"
#include "nn/knockout_terms.hpp"
#include "nn/knockout_tree.hpp"

namespace inforelay {
namespace {

constexpr std::size_t sets_per_block = 16;

// One of `parts` equal parts of a longer computation.
class PartOfProgress : public Progress {
 public:
  PartOfProgress(Progress& whole, std::uint64_t part, std::uint64_t parts)
      : whole_(whole), part_(part), parts_(parts) {}
  void report(std::uint64_t done, std::uint64_t total) override { whole_.report(part_ * total + done, parts_ * total); }
  void note(std::string_view text) override { whole_.note(text); }
  bool stop_requested() const override { return whole_.stop_requested(); }

 private:
  Progress& whole_;
  std::uint64_t part_, parts_;
};

void check_shapes(const KnockoutSubject& subject) {
  const auto& layers = subject.network.layers;
  if (subject.layer < 1 || static_cast<std::size_t>(subject.layer) >= layers.size()) {
    throw UsageError(fmt::format("knockouts: there is no hidden layer {}; the network has {} hidden layers",
                                 subject.layer, layers.empty() ? 0 : layers.size() - 1));
  }
  if (subject.hidden.cols() != subject.neurons()) {
    throw DataError(fmt::format("knockouts: activations of {} neurons, but hidden layer {} has {}",
                                subject.hidden.cols(), subject.layer, subject.neurons()));
  }
  if (static_cast<std::size_t>(subject.hidden.rows()) != subject.labels.size()) {
    throw DataError(fmt::format("knockouts: activations of {} samples, but {} labels", subject.hidden.rows(),
                                subject.labels.size()));
  }
}

// For the forward pass, where a value that is not finite would pass for "off".
void check_finite(const KnockoutSubject& subject) {
  if (!subject.hidden.allFinite()) {
    throw ComputeError(fmt::format("knockouts: an activation of hidden layer {} is not finite", subject.layer));
  }
  for (auto l = static_cast<std::size_t>(subject.layer); l < subject.network.layers.size(); ++l) {
    const DenseLayer& layer = subject.network.layers[l];
    if (layer.weight.allFinite() && layer.bias.allFinite()) continue;
    throw ComputeError(fmt::format("knockouts: a weight or bias of layer {} is not finite", l + 1));
  }
}

// Samples of each class, [C].
std::vector<std::uint32_t> class_sizes(const KnockoutSubject& subject) {
  std::vector<std::uint32_t> sizes(static_cast<std::size_t>(subject.classes()));
  for (std::size_t i = 0; i < subject.labels.size(); ++i) {
    if (subject.labels[i] >= sizes.size()) {
      throw DataError(
          fmt::format("knockouts: label {} of sample {} is out of range [0,{})", subject.labels[i], i, sizes.size()));
    }
    ++sizes[subject.labels[i]];
  }
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    if (sizes[c] == 0 || sizes[c] == subject.labels.size()) {
      throw UsageError(
          fmt::format("knockouts: {} of {} samples are of class {}; its balanced accuracy needs at least "
                      "one of the class and one other",
                      sizes[c], subject.labels.size(), c));
    }
  }
  return sizes;
}

// Turns counts of samples for which an output is on into balanced accuracies.
class Accuracy {
 public:
  Accuracy(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random)
      : sizes_(class_sizes(subject)), total_(static_cast<std::uint32_t>(subject.labels.size())), random_(random) {
    if (options.method == KnockoutMethod::exact) return;
    const int n = options.sample_size;
    if (n < 1) throw UsageError(fmt::format("knockouts: sample_size is {}; it must be at least 1", n));
    for (std::size_t c = 0; c < sizes_.size(); ++c) {
      if (static_cast<std::uint32_t>(n) > sizes_[c]) {
        throw UsageError(
            fmt::format("knockouts: sample_size {} is more than the {} samples of class {}", n, sizes_[c], c));
      }
    }
    sample_size_ = static_cast<std::uint32_t>(n);
    const auto pools = static_cast<std::uint32_t>(sizes_.size()) * sample_size_;
    sampler_.emplace(std::max(*std::max_element(sizes_.begin(), sizes_.end()), pools));
  }

  bool sampled() const { return sampler_.has_value(); }

  // From counts over the class and over all others.
  float exact(std::size_t c, std::uint32_t true_positives, std::uint32_t false_positives) const {
    return balanced(true_positives, sizes_[c], false_positives, total_ - sizes_[c]);
  }

  // From counts over the samples of each label; on_of(label) gives them.
  template <class OnOf>
  float from_labels(std::size_t c, NeuronSet set, const OnOf& on_of) const {
    return sampled() ? draw(c, set, on_of) : exact(c, on_of(c), on_of_others(c, on_of));
  }

 private:
  static float balanced(std::uint32_t true_positives, std::uint32_t positives, std::uint32_t false_positives,
                        std::uint32_t negatives) {
    const double sensitivity = static_cast<double>(true_positives) / positives;
    const double specificity = static_cast<double>(negatives - false_positives) / negatives;
    return static_cast<float>((sensitivity + specificity) / 2);
  }

  template <class OnOf>
  std::uint32_t on_of_others(std::size_t c, const OnOf& on_of) const {
    std::uint32_t sum = 0;
    for (std::size_t label = 0; label < sizes_.size(); ++label) sum += label == c ? 0 : on_of(label);
    return sum;
  }

  // n samples of a class drawn into its pool, of which m are then drawn, are m drawn from the class. So the pools need
  // not be drawn: only how many of the n others come from each of them.
  template <class OnOf>
  float draw(std::size_t c, NeuronSet set, const OnOf& on_of) const {
    RandomStream random = random_.child(c).child(set.index());
    const HypergeometricSampler& sampler = *sampler_;
    const std::uint32_t n = sample_size_;
    const std::uint32_t true_positives = sampler(sizes_[c], on_of(c), n, random);
    std::uint32_t false_positives = 0, to_draw = n;
    std::uint32_t pooled = static_cast<std::uint32_t>(sizes_.size() - 1) * n;
    for (std::size_t label = 0; label < sizes_.size(); ++label) {
      if (label == c) continue;
      const std::uint32_t from_pool = sampler(pooled, n, to_draw, random);
      false_positives += sampler(sizes_[label], on_of(label), from_pool, random);
      to_draw -= from_pool;
      pooled -= n;
    }
    return balanced(true_positives, n, false_positives, n);
  }

  std::vector<std::uint32_t> sizes_;  // [C]
  std::uint32_t total_;               // N
  std::uint32_t sample_size_ = 0;     // n
  std::optional<HypergeometricSampler> sampler_;
  RandomStream random_;
};

const DenseLayer& output_layer(const KnockoutSubject& subject) { return subject.network.layers.back(); }

RowMatrix<float> by_terms(const KnockoutSubject& subject, std::span<const NeuronSet> sets, const Accuracy& accuracy,
                          Progress& progress) {
  const int classes = subject.classes();
  RowMatrix<float> result(classes, static_cast<Eigen::Index>(sets.size()));
  for (int c = 0; c < classes; ++c) {
    const KnockoutTerms terms = knockout_terms(output_layer(subject), c, subject.hidden);
    PartOfProgress part(progress, static_cast<std::uint64_t>(c), static_cast<std::uint64_t>(classes));
    parallel_blocks(
        BlockRange::count(sets_per_block, sets.size()),
        [&](std::size_t block) {
          const BlockRange range(block, sets_per_block, sets.size());
          const auto counts = count_on(terms, sets.subspan(range.begin, range.size()), subject.labels, classes);
          for (std::size_t i = 0; i < range.size(); ++i) {
            const auto on_of = [&](std::size_t label) {
              return counts(static_cast<Eigen::Index>(label), static_cast<Eigen::Index>(i));
            };
            result(c, static_cast<Eigen::Index>(range.begin + i)) =
                accuracy.from_labels(static_cast<std::size_t>(c), sets[range.begin + i], on_of);
          }
        },
        part);
  }
  return result;
}

RowMatrix<float> by_forward(const KnockoutSubject& subject, std::span<const NeuronSet> sets, const Accuracy& accuracy,
                            Progress& progress) {
  check_finite(subject);
  const int classes = subject.classes();
  RowMatrix<float> result(classes, static_cast<Eigen::Index>(sets.size()));
  parallel_blocks(
      sets.size(),
      [&](std::size_t i) {
        const auto counts =
            count_on_forward(subject.network, subject.layer, subject.hidden, sets[i], subject.labels, classes);
        for (int c = 0; c < classes; ++c) {
          const auto on_of = [&](std::size_t label) { return counts(c, static_cast<Eigen::Index>(label)); };
          result(c, static_cast<Eigen::Index>(i)) = accuracy.from_labels(static_cast<std::size_t>(c), sets[i], on_of);
        }
      },
      progress);
  return result;
}

// All sets, class by class so that only one class's tree is in memory.
RowMatrix<float> by_tree(const KnockoutSubject& subject, const Accuracy& accuracy, Progress& progress) {
  const int classes = subject.classes();
  RowMatrix<float> result(classes, Eigen::Index{1} << subject.neurons());
  std::vector<std::uint8_t> is_other(subject.labels.size());
  for (int c = 0; c < classes; ++c) {
    progress.check();
    const auto wanted = static_cast<std::size_t>(c);
    std::transform(subject.labels.begin(), subject.labels.end(), is_other.begin(),
                   [&](std::uint8_t label) { return static_cast<std::uint8_t>(label != wanted); });
    const KnockoutTerms terms = knockout_terms(output_layer(subject), c, subject.hidden);
    const KnockoutTree tree(terms, accuracy.sampled() ? subject.labels : std::span<const std::uint8_t>(is_other),
                            accuracy.sampled() ? classes : 2);
    PartOfProgress part(progress, wanted, static_cast<std::uint64_t>(classes));
    parallel_blocks(
        tree.blocks(),
        [&](std::size_t block) {
          const RowMatrix<std::uint32_t> counts = tree.count_on(block);
          for (Eigen::Index column = 0; column < counts.cols(); ++column) {
            const NeuronSet set = tree.set(block, static_cast<std::size_t>(column));
            const auto on_of = [&](std::size_t label) { return counts(static_cast<Eigen::Index>(label), column); };
            result(c, set.index()) = accuracy.sampled() ? accuracy.from_labels(wanted, set, on_of)
                                                        : accuracy.exact(wanted, on_of(0), on_of(1));
          }
        },
        part);
  }
  return result;
}

}  // namespace

RowMatrix<float> knockout_accuracy(const KnockoutSubject& subject, std::span<const NeuronSet> sets,
                                   const KnockoutOptions& options, const RandomStream& random, Progress& progress) {
  check_shapes(subject);
  for (const NeuronSet set : sets) {
    if (subject.neurons() < NeuronSet::max_neurons && set.bits() >> subject.neurons() != 0) {
      throw UsageError(fmt::format("knockouts: the set {{{}}} holds neurons that hidden layer {} of {} neurons lacks",
                                   set.to_string(), subject.layer, subject.neurons()));
    }
  }
  const Accuracy accuracy(subject, options, random);
  return subject.last_hidden() ? by_terms(subject, sets, accuracy, progress)
                               : by_forward(subject, sets, accuracy, progress);
}

RowMatrix<float> exhaustive_knockout_accuracy(const KnockoutSubject& subject, const KnockoutOptions& options,
                                              const RandomStream& random, Progress& progress) {
  check_shapes(subject);
  if (subject.neurons() > NeuronSet::max_exhaustive_neurons) {
    throw UsageError(fmt::format("knockouts: hidden layer {} has {} neurons; all sets can be had of at most {}",
                                 subject.layer, subject.neurons(), NeuronSet::max_exhaustive_neurons));
  }
  const Accuracy accuracy(subject, options, random);
  if (subject.last_hidden()) return by_tree(subject, accuracy, progress);
  std::vector<NeuronSet> sets(std::size_t{1} << subject.neurons());
  for (std::size_t i = 0; i < sets.size(); ++i) sets[i] = NeuronSet(static_cast<std::uint32_t>(i));
  return by_forward(subject, sets, accuracy, progress);
}

}  // namespace inforelay
