// From counts to balanced accuracies: of an output on all samples or on a random draw; see
// nn/knockout/knockout.hpp for the definition.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/random.hpp"
#include "core/sets/neuron_set.hpp"
#include "core/statistics/hypergeometric.hpp"
#include "nn/knockout/knockout.hpp"

namespace inforelay {

/// Turns counts of samples for which an output is on into balanced accuracies in [0,1]. May be used from several
/// threads. Memory O(N) for the sampled method.
class KnockoutAccuracy {
 public:
  /// Copies what it needs of the subject. Throws as knockout_accuracy() about labels, the samples of a class, and what
  /// is not possible with bits.
  KnockoutAccuracy(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random);

  std::size_t classes() const { return sizes_.size(); }  ///< C

  /// True if it draws; then it needs the counts of every label, from_labels().
  bool sampled() const { return sampler_.has_value(); }

  /// Of class c, from the numbers of samples for which its output is on: of the class, and of all others. Not if
  /// sampled().
  float exact(std::size_t c, std::uint32_t true_positives, std::uint32_t false_positives) const {
    return balanced(true_positives, sizes_[c], false_positives, total_ - sizes_[c]);
  }

  /// The fraction of all samples, also if sampled(), for which the output of their label is the largest.
  float overall(std::uint32_t right) const { return static_cast<float>(static_cast<double>(right) / total_); }

  /// Of class c with `set` knocked out, from the counts over the samples of each label: on_of(label) gives them.
  template <class OnOf>
  float from_labels(std::size_t c, NeuronSet set, const OnOf& on_of) const {
    if (sampled()) return draw(c, set, on_of);
    std::uint32_t of_class = 0, of_others = 0;
    for (std::size_t label = 0; label < labels_; ++label)
      (is_labelled(static_cast<Symbol>(label), c, kind_) ? of_class : of_others) += on_of(label);
    return exact(c, of_class, of_others);
  }

 private:
  static float balanced(std::uint32_t true_positives, std::uint32_t positives, std::uint32_t false_positives,
                        std::uint32_t negatives) {
    const double sensitivity = static_cast<double>(true_positives) / positives;
    const double specificity = static_cast<double>(negatives - false_positives) / negatives;
    return static_cast<float>((sensitivity + specificity) / 2);
  }

  // Drawing n samples of a class into a pool and m of these from the pool is drawing m from the class. So the pools
  // need not be drawn: only how many of the n others come from each of them.
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
  LabelKind kind_;
  std::size_t labels_;             // possible ones
  std::uint32_t total_;            // N
  std::uint32_t sample_size_ = 0;  // n
  std::optional<HypergeometricSampler> sampler_;
  RandomStream random_;
};

}  // namespace inforelay
