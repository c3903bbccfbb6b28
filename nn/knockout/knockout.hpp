// Knockouts (ablation): the accuracy of a network when a set of its hidden neurons is held at 0 (paper, section 5).
//
// The function of the network for class c is its balanced accuracy. Output c is *on* for a sample if its pre-activation
// (the sum that the activation function of the output is applied to) is above 0: output > 0 for tanh, identity and
// relu, output > 1/2 for the sigmoid.
//
//   exact      (on samples of class c / samples of class c + samples of other classes not on / those others) / 2
//   sampled    the same ratio of a random draw: n samples of class c and n others, see KnockoutMethod
//
// 0.5 is chance, 1 perfect.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

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

struct KnockoutOptions {
  KnockoutMethod method = KnockoutMethod::exact;
  int sample_size = 800;  ///< n of the sampled method, >= 1 and at most the samples of the smallest class
};

/// A network, and N samples as they appear at one of its hidden layers. Holds references: the network and the arrays
/// must outlive it.
struct KnockoutSubject {
  const Mlp& network;              ///< C = network.output_width()
  int layer;                       ///< number of the hidden layer, 1 ... layers.size()-1; its width is K
  const RowMatrix<float>& hidden;  ///< [N,K] activations of that layer
  std::span<const Symbol> labels;  ///< [N], each in [0,C)

  int neurons() const { return network.layers[static_cast<std::size_t>(layer - 1)].out(); }  ///< K
  int classes() const { return network.output_width(); }                                     ///< C
  /// True if the output layer comes next: then all S sets are cheap.
  bool last_hidden() const { return static_cast<std::size_t>(layer) + 1 == network.layers.size(); }
};

/// Balanced accuracy [C,sets.size()] in [0,1] with each of `sets` knocked out.
/// `random` is used by the sampled method only: the draw for class c and set B comes from random.child(c).child(B), so
/// the result of a set does not depend on the other sets.
/// Cost O(sets N K C) for the last hidden layer; for others a forward pass through the later layers for each set.
/// Throws UsageError if the layer does not exist, a set holds neurons beyond K, a class has no samples, or fewer than
/// the sampled method needs; DataError if shapes differ or labels are out of range; ComputeError if weights or
/// activations are not finite.
RowMatrix<float> knockout_accuracy(const KnockoutSubject& subject, std::span<const NeuronSet> sets,
                                   const KnockoutOptions& options, const RandomStream& random,
                                   Progress& progress = Progress::none());

/// Balanced accuracy [C,S] of all S = 2^K sets; the column is the index of the set knocked out. The values are those of
/// knockout_accuracy, to the last bit. For the last hidden layer a fast method is used (nn/knockout/knockout_tree.hpp);
/// for others each set takes a forward pass, so K much above 12 takes hours. Errors as knockout_accuracy; and
/// UsageError if K > NeuronSet::max_exhaustive_neurons.
RowMatrix<float> exhaustive_knockout_accuracy(const KnockoutSubject& subject, const KnockoutOptions& options,
                                              const RandomStream& random, Progress& progress = Progress::none());

/// The accuracies of all S sets.
struct ExhaustiveKnockout {
  RowMatrix<float> accuracy;    ///< [C,S] as exhaustive_knockout_accuracy(); [0,0]: discarded
  SubsetStatistics statistics;  ///< of the same values
};

/// The same in chunks; `exact_totals` of a chunk is empty. For the last hidden layer a chunk is one block of one
/// class's tree, about 10 ms for the authors' network; for others a few sets of all classes, each set a forward pass.
class KnockoutScan final : public SubsetScan {
 public:
  /// Errors as exhaustive_knockout_accuracy(); ComputeError only from compute(). Memory of the table [C,S], if it is
  /// kept, is written by add() only.
  KnockoutScan(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random,
               AllSetsTable keep = AllSetsTable::keep);
  ~KnockoutScan() override;

  std::size_t chunk_count() const override;
  std::string format_id() const override;
  /// Class by class, so that only one class's tree is in memory; it is kept for the next call.
  void compute(std::span<const std::size_t> parts, const OnChunk& take, Progress& progress) const override;
  /// To be called once for each chunk.
  void add(std::size_t part, const ScanChunk& result) override;

  /// The result, after every chunk was added. To be called once.
  ExhaustiveKnockout result();

 private:
  class Search;
  class TreeSearch;
  class ForwardSearch;

  std::unique_ptr<const Search> search_;
  RowMatrix<float> table_;  // [C,S], or [0,0]
  SubsetStatisticsCollector collector_;
};

}  // namespace inforelay
