// Knockouts (ablation): the accuracy of a network when a set of its hidden neurons is held at 0 (paper, section 5), or
// at other values that carry no information about the sample.
//
// The function of the network for class c is its balanced accuracy. Whether output c is *on* for a sample is decided
// from its pre-activation (the sum that the activation function of the output is applied to):
//
//   threshold  it is above 0: output > 0 for tanh, identity and relu, output > 1/2 for the sigmoid
//   argmax     it is the largest of all outputs' sums; of equals, that of the lowest class. For an increasing
//              activation function this is the network's decision; softmax does not change it
//
//   exact      (on samples of class c / samples of class c + samples of other classes not on / those others) / 2
//   sampled    the same ratio of a random draw: n samples of class c and n others, see KnockoutMethod
//
// 0.5 is chance, 1 perfect. Of labels that are bits (LabelKind), "of class c" means that bit c is 1; then by threshold
// and exact only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/axes.hpp"
#include "core/named.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "core/recording.hpp"
#include "core/sets/neuron_set.hpp"
#include "core/sets/subset_scan.hpp"
#include "core/sets/subset_statistics.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

enum class KnockoutMethod {
  exact,    ///< every sample counts
  sampled,  ///< as published: for each set and class anew, a pool of n samples of each class is drawn without
            ///< replacement; the n of class c and n others, drawn without replacement from the other pools, are tested
};

inline constexpr WordTable<KnockoutMethod, 2> knockout_method_names{
    {{KnockoutMethod::exact, "exact"}, {KnockoutMethod::sampled, "sampled"}}};

constexpr std::string_view to_string(KnockoutMethod method) { return word_of(knockout_method_names, method); }

/// When an output is on, as defined above.
enum class KnockoutFunction { threshold, argmax };

inline constexpr WordTable<KnockoutFunction, 2> knockout_function_names{
    {{KnockoutFunction::threshold, "threshold"}, {KnockoutFunction::argmax, "argmax"}}};

constexpr std::string_view to_string(KnockoutFunction function) { return word_of(knockout_function_names, function); }

/// The function that fits an output activation: threshold for tanh, sigmoid and relu, whose outputs are decisions one
/// by one; argmax for all others, whose outputs have no threshold of their own, but for gelu and silu, see below.
KnockoutFunction function_of_output(Activation output);
/// Why outputs of this activation cannot be decided by this function; "" if they can. Both functions look at the sums
/// before the activation. So a softmax has no threshold; and by the largest output, that of a relu, gelu or silu need
/// not be the one with the largest sum: below 0 they are equal or decrease.
std::string function_problem(KnockoutFunction function, Activation output);

/// What a knocked-out neuron has in place of its activation.
enum class KnockoutReplace {
  zero,      ///< 0
  mean,      ///< its mean over the N samples
  resample,  ///< its activation in another of the N samples, the same one for all neurons
  noise,     ///< its activation and Gaussian noise
};

inline constexpr WordTable<KnockoutReplace, 4> knockout_replace_names{{{KnockoutReplace::zero, "zero"},
                                                                       {KnockoutReplace::mean, "mean"},
                                                                       {KnockoutReplace::resample, "resample"},
                                                                       {KnockoutReplace::noise, "noise"}}};

constexpr std::string_view to_string(KnockoutReplace replace) { return word_of(knockout_replace_names, replace); }

struct KnockoutOptions {
  KnockoutMethod method = KnockoutMethod::exact;
  int sample_size = 800;  ///< n of the sampled method, >= 1 and at most the samples of the smallest class
  KnockoutFunction function = KnockoutFunction::threshold;
  KnockoutReplace replace = KnockoutReplace::zero;
  double noise_sd = 0.2;  ///< standard deviation of the noise, in units of the activations; finite, > 0
};

/// A network, and N samples as they appear at one of its hidden layers. Holds references: the network and the arrays
/// must outlive it.
struct KnockoutSubject {
  const Mlp& network;              ///< C = network.output_width()
  int layer;                       ///< number of the hidden layer, 1 ... layers.size()-1; its width is K
  const RowMatrix<float>& hidden;  ///< [N,K] activations of that layer
  std::span<const Symbol> labels;  ///< [N], each in [0,label_count(C, kind))
  LabelKind kind = LabelKind::classes;

  int neurons() const { return network.layers[static_cast<std::size_t>(layer - 1)].out(); }  ///< K
  int classes() const { return network.output_width(); }                                     ///< C
  int possible_labels() const { return static_cast<int>(label_count(static_cast<std::size_t>(classes()), kind)); }
  /// True if the output layer comes next: then all S sets are cheap.
  bool last_hidden() const { return static_cast<std::size_t>(layer) + 1 == network.layers.size(); }
};

/// Balanced accuracy [C,sets.size()] in [0,1] with each of `sets` knocked out.
/// `random` is used by the sampled method, whose draw for class c and set B comes from random.child(c).child(B), and by
/// the replacements (nn/knockout/replacement.hpp): the result of a set does not depend on the other sets.
/// In the last hidden layer an output is on if its sum, or the difference of two sums, is so as a real number; in
/// others sums are floats (nn/knockout/deep_counter.hpp). So by argmax the intact network decides as argmax() of its
/// outputs, except where two of these are within rounding of each other, or where an activation function that saturates
/// (tanh, sigmoid, relu below 0) makes them equal. Cost O(sets N K C) for the last hidden layer; for others a forward
/// pass through the later layers for each set. Throws UsageError if the layer does not exist, it has more than
/// NeuronSet::max_neurons, a set holds neurons beyond K, a class has fewer samples than the sampled method needs, or
/// labels are bits and it is not by threshold and exact; DataError if shapes differ, labels are out of range, or a
/// class has no sample, or all of them; ComputeError if weights, activations or replacements are not finite, or the sum
/// of an output behind later layers overflows.
RowMatrix<float> knockout_accuracy(const KnockoutSubject& subject, std::span<const NeuronSet> sets,
                                   const KnockoutOptions& options, const RandomStream& random,
                                   Progress& progress = Progress::none());

/// The same, and by argmax in a last row the fraction of all samples whose decision is their label: [C+1,sets.size()].
/// By threshold there is no such row.
RowMatrix<float> knockout_accuracy_and_overall(const KnockoutSubject& subject, std::span<const NeuronSet> sets,
                                               const KnockoutOptions& options, const RandomStream& random,
                                               Progress& progress = Progress::none());

/// Balanced accuracy [C,S] of all S = 2^K sets; the column is the index of the set knocked out. The values are those of
/// knockout_accuracy, to the last bit. Cost for K = 20, ten classes and 10^4 samples: seconds in the last hidden layer
/// (nn/knockout/knockout_tree.hpp, argmax_counter.hpp); 2^K forward passes through the layers after the next one for
/// others (deep_counter.hpp). Errors as knockout_accuracy; and UsageError if K > NeuronSet::max_exhaustive_neurons.
RowMatrix<float> exhaustive_knockout_accuracy(const KnockoutSubject& subject, const KnockoutOptions& options,
                                              const RandomStream& random, Progress& progress = Progress::none());

/// The accuracies of all S sets.
struct ExhaustiveKnockout {
  RowMatrix<float> accuracy;    ///< [C,S] as exhaustive_knockout_accuracy(); [0,0]: discarded
  std::vector<float> overall;   ///< [S] by argmax: the fraction of all samples whose decision is their label; or empty
  SubsetStatistics statistics;  ///< of the same values
};

class KnockoutSearch;

/// The same in chunks; `exact_totals` of a chunk is empty. By threshold in the last hidden layer a chunk is one block
/// of one class's tree, else some sets of all classes: about 10 ms for the authors' network.
class KnockoutScan final : public SubsetScan {
 public:
  /// Errors as exhaustive_knockout_accuracy(); ComputeError only from compute(). Memory of the table [C,S], if it is
  /// kept, is written by add() only.
  KnockoutScan(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random,
               AllSetsTable keep = AllSetsTable::keep);
  ~KnockoutScan() override;

  std::size_t chunk_count() const override;
  std::string format_id() const override;
  /// By threshold in the last hidden layer class by class, so that only one class's tree is in memory; it is kept for
  /// the next call.
  void compute(std::span<const std::size_t> parts, const OnChunk& take, Progress& progress) const override;
  /// To be called once for each chunk.
  void add(std::size_t part, const ScanChunk& result) override;

  /// The result, after every chunk was added. To be called once.
  ExhaustiveKnockout result();

 private:
  std::unique_ptr<const KnockoutSearch> search_;
  RowMatrix<float> table_;      // [C,S], or [0,0]
  std::vector<float> overall_;  // [S] by argmax, if the table is kept
  SubsetStatisticsCollector collector_;
  bool by_argmax_;
};

}  // namespace inforelay
