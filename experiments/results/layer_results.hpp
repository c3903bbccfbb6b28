// The results of an experiment layer by layer, for figures and summaries.
#pragma once

#include <string>
#include <vector>

#include "experiments/results/results_file.hpp"

namespace inforelay {

/// One analysed layer of one network or recording.
struct LayerResults {
  std::string title;                 ///< for people: "full"; "full, layer 2" if several of its layers were analysed
  std::string name;                  ///< the same in names of files: "full", "full_layer2"
  std::string layer;                 ///< "2"
  std::string system;                ///< the network or recording
  std::vector<std::string> classes;  ///< [C] their names; of output bits, those of the bits
  std::vector<std::string> symbols;  ///< names of the input and output symbols: the classes, or values of all bits
  ResultView arrays;                 ///< networks/NAME/layers/L
  std::size_t times = 0;             ///< T > 0: it was analysed at each time, and all arrays are [T, ...]
};

/// Of a group networks/NAME or recordings/NAME: are its labels numbers of which each bit is a class of its own
/// (LabelKind::bits)? Then the symbols have names, in its scale `symbol`.
bool has_output_bits(const ResultView& system);
/// The names of its input and output symbols.
const std::vector<std::string>& symbol_names(const ResultView& system);

/// The analysed layers of `network`, a network or recording, from the first one.
std::vector<LayerResults> layers_of(const ExperimentResult& result, const std::string& network);

/// "784, 20 tanh, 10 identity": the widths and activations of the network in `model`, networks/NAME/model; "" if it is
/// empty.
std::string layers_text(const ResultView& model);

/// The subsets for which a layer has `measure`: `train` first, `test` last, others in between by name. The paper uses
/// the first one for the greedy search and the last one for everything else.
std::vector<std::string> subsets_of(const LayerResults& layer, const std::string& measure);

/// The names of the contrasts of a group of the layer, such as relay/SUBSET: the classes, unless it has its own.
std::vector<std::string> contrast_names(const LayerResults& layer, const ResultView& group);

/// The `count` units, or all if there are fewer, that the greedy removal of contrast `c` keeps longest, ascending;
/// `relay` is the group relay/SUBSET.
std::vector<int> last_units(const ResultView& relay, std::size_t c, int count);

/// What "balanced accuracy" and "knocked out" mean in the group knockout/SUBSET, to be put after these words. Nothing
/// for a threshold and replacement by 0.
struct KnockoutWords {
  std::string function{};  ///< " (argmax)"
  std::string replace{};   ///< " (replace: mean)"
};
KnockoutWords knockout_words(const ResultView& knockout);

/// How much each unit varies over the samples.
struct UnitSpread {
  std::vector<double> deviation;  ///< [K] standard deviations
  double usual = 0;               ///< their upper quartile
  std::vector<int> varying;       ///< units with at least 5 % of that; the others are nearly constant (saturated)
};
UnitSpread unit_spread(const RowMatrix<float>& values);

/// K.
Eigen::Index unit_count(const LayerResults& layer);
/// True if it has more units than a NeuronSet can hold; such a layer has no results for all sets.
bool is_wide(const LayerResults& layer);

}  // namespace inforelay
