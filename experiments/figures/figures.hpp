// The figures of figure_kinds() as functions of plain numbers: for each a struct of what it shows, and the function
// that draws it.
//
// Common to all: the function writes NAME.{csv,gp,svg,pdf,png} through the FigureWriter and returns NAME. Texts (names
// of networks and classes) may be any UTF-8. NaN and infinite values leave a gap. Any number of classes C >= 1 and of
// neurons K >= 1 fits. A figure without any panel, or with shapes that do not match, throws UsageError with the
// figure's name and both sizes; other errors are those of FigureWriter::write. Large inputs are referred to, not
// copied.
#pragma once

#include <Eigen/Core>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "core/axes.hpp"
#include "core/random.hpp"
#include "core/recording.hpp"
#include "core/sets/neuron_set.hpp"
#include "core/sets/subset_statistics.hpp"
#include "experiments/figures/plot/figure_writer.hpp"
#include "experiments/results/layer_results.hpp"

namespace inforelay {

/// The curves of one network. Curve c has its own length E_c: each detector is trained until its own stop rule is met.
struct TrainingPanel {
  std::string network{};
  std::vector<std::vector<double>> train{};  ///< [C][E_c] balanced accuracy; value i is after epoch i + 1
  std::vector<std::vector<double>> test{};   ///< [C][E_c], or empty
  bool mean = true;                          ///< black curves of the means, as far as all classes have values
  bool end_marks = false;                    ///< a mark at the last value of each training curve
};

/// 0, 1, ... C-1 in place of an empty list.
std::vector<std::size_t> shown_classes(const std::vector<std::size_t>& shown, std::size_t classes);

/// Curves of equal length from a table [E,C].
std::vector<std::vector<double>> curves_by_class(const RowMatrix<double>& accuracy);

/// Accuracies of the composite network as its detectors are added: row i is with the first i + 1 of them.
struct StaircasePanel {
  std::string network{};
  RowMatrix<double> train{};  ///< [steps,C]
  RowMatrix<double> test{};   ///< [steps,C], or [0,0]
};

struct TrainingFigure {
  std::vector<std::string> labels{};         ///< [C]
  std::vector<TrainingPanel> networks{};     ///< a panel for each network that was trained
  std::vector<StaircasePanel> staircases{};  ///< a panel for each network composed of detectors
};

/// "training": balanced accuracy vs. epoch (logarithmic beyond 200), coloured by class, mean black, train solid and
/// test dotted; then the staircases. Long curves are thinned to the resolution of the panel (thin_curve).
std::string draw_training(const FigureWriter& writer, const TrainingFigure& figure);

struct RelayFigure {
  std::string network{};
  std::vector<std::string> labels{};               ///< [C]
  int neurons = 0;                                 ///< K
  Eigen::Ref<const RowMatrix<float>> information;  ///< [C,S] I_R of each set, bits; [C,0]: the greedy path alone
  RowMatrix<double> greedy_information{};          ///< [C,K] after each removal, sizes K-1 ... 0, bits; [C,0]: none
  std::vector<double> all_information{};           ///< [C] I_R of all neurons, bits; the greedy path's first point
  std::vector<double> bound{};                     ///< [C] I(X_in; X_out), bits; empty: not drawn
  std::vector<std::size_t> shown{};                ///< classes that have a panel; empty: all
  RowMatrix<double> all_interval{};                ///< [C,2] bounds of its bootstrap interval; [0,0]: none
};

/// "relay_NETWORK": I_R by size of the set, a panel for each class, the greedy path as a red line. The S sets of a
/// panel are counted in cells, 120 intervals of information for each size, shaded by the power of ten of the number of
/// sets; neighbouring cells of one shade are one row of the table and one bar. The interval of all neurons is a red bar
/// with ends. Cost O(C S), in parallel.
std::string draw_relay(const FigureWriter& writer, const RelayFigure& figure);

struct SizesFigure {
  enum class Quantity { relay_information, accuracy } quantity = Quantity::relay_information;
  std::string network{};
  std::vector<std::string> labels{};       ///< [C]
  SubsetStatistics statistics{};           ///< of that quantity
  RowMatrix<double> greedy_information{};  ///< as in RelayFigure; of relay_information only
  std::vector<double> all_information{};   ///< likewise
  KnockoutWords words{};                   ///< of accuracy only
  std::vector<std::size_t> shown{};        ///< classes that have a panel; empty: all
  /// [C,K+1] 5 and 95 % of the null `no relay` by size; [0,0]: none.
  RowMatrix<double> null_low{}, null_high{};
  std::string null_of{};  ///< what it is the null of: "the best set", "greedy removal"
};

/// "relay_sizes_NETWORK" and "knockout_sizes_NETWORK": I_R, or the accuracy with a set knocked out, by size of the set,
/// a panel for each class: bands of quantiles over all sets of each size, the greedy path as a red line, the null as
/// two dashed ones.
std::string draw_sizes(const FigureWriter& writer, const SizesFigure& figure);

struct NodeFigure {
  std::string network{};
  std::vector<std::string> labels{};  ///< [C]
  RowMatrix<double> aggregated{};     ///< [C,K] aggregated relay information, bits; [0,0]: no panel A
  RowMatrix<double> single{};         ///< [C,K] I_R(all) - I_R(all but k), bits; [0,0]: no panel B
  double all_information = 0;         ///< the largest I_R of all units, bits
  std::string aggregated_on{};        ///< " (train)": the subset of panel A, if that of B is another
  std::string single_on{};            ///< " (test)": that of B
  int module = 0;                     ///< as in ModulesFigure
};

/// "node_NETWORK": heat maps class x unit. Units are in the order of cluster_units(single), unless modules are known or
/// there is no panel B; then in their own order, modules outlined. White is 0, blue positive, orange negative; a scale
/// for each panel, which does not end below 5 % of all_information: values that are only noise stay pale.
std::string draw_node(const FigureWriter& writer, const NodeFigure& figure);

struct TimeFigure {
  static constexpr std::size_t most_panels = 12;  ///< further classes are not drawn
  std::string network{};
  std::vector<std::string> labels{};  ///< [C]
  std::vector<std::int64_t> times{};  ///< [T] ascending
  int units = 0;                      ///< K
  RowMatrix<double> information{};    ///< [T,C K] aggregated relay information, bits
};

/// "time_NETWORK": maps unit x time, a panel for each class, on one scale.
std::string draw_time(const FigureWriter& writer, const TimeFigure& figure);

struct FunctionFigure {
  std::string network{};
  std::vector<std::string> labels{};               ///< [C]
  int neurons = 0;                                 ///< K
  Eigen::Ref<const RowMatrix<float>> information;  ///< [C,S] I_R of each set, bits
  Eigen::Ref<const RowMatrix<float>> accuracy;     ///< [C,S] balanced accuracy with that set knocked out
  std::size_t points = 10000;                      ///< random sets shown, the same in every panel; all if S is smaller
  KnockoutWords words{};
  std::vector<std::size_t> shown{};  ///< classes that have a panel; empty: all
};

/// "function_NETWORK": accuracy vs. set size and I_R, in three dimensions, a panel for each class. Of points in the
/// same 0.8 mm cell of the page only the nearest is drawn and listed in the table.
std::string draw_function(const FigureWriter& writer, const FunctionFigure& figure, RandomStream& random);

struct DensityFigure {
  std::string network{};
  std::vector<std::string> labels{};                 ///< [C]
  int neurons = 0;                                   ///< K
  Eigen::Ref<const RowMatrix<float>> information;    ///< [C,S] I_R of each set, bits
  Eigen::Ref<const RowMatrix<float>> accuracy;       ///< [C,S] balanced accuracy with that set knocked out
  std::vector<std::vector<std::uint32_t>> greedy{};  ///< [C] the sets of the greedy path, from all units; empty: none
  KnockoutWords words{};
  std::vector<std::size_t> shown{};  ///< classes that have a panel; empty: all
};

/// "density_NETWORK": accuracy vs. I_R, a panel for each class: the number of sets in each of 48 x 44 cells, shaded by
/// its power of ten; the table has these numbers. Cost O(C S), in parallel.
std::string draw_density(const FigureWriter& writer, const DensityFigure& figure);

struct ModulesFigure {
  std::string network{};
  std::vector<std::string> labels{};  ///< [C]
  int units = 0;                      ///< K, at most 32
  std::vector<NeuronSet> half{};      ///< [C] smallest sets with 50 % of I_R(all)
  std::vector<NeuronSet> most{};      ///< [C] with 90 %
  int module = 0;                     ///< known: class c has the units c module ... (c + 1) module - 1; 0: not known
  /// [C,K] relay information lost without each unit, bits: the profiles by which units are clustered; [0,0]: they are
  /// in their own order, without a dendrogram.
  RowMatrix<double> profiles{};
};

/// Units in both sets over units in either (Jaccard), in [0,1]; 1 of two empty sets.
double jaccard(NeuronSet a, NeuronSet b);

/// "modules_NETWORK": matrix class x unit of the smallest sets below the dendrogram of units, their overlaps, and the
/// dendrogram of these.
std::string draw_modules(const FigureWriter& writer, const ModulesFigure& figure);

/// Accuracies of one kind of replacement while units are knocked out, [C,K+1] by their number.
struct AblationPaths {
  std::string word{};          ///< "held at 0"
  RowMatrix<float> greedy{};   ///< those kept longest first
  RowMatrix<float> reverse{};  ///< those removed first
  RowMatrix<float> random{};   ///< [C,R (K+1)] R random orders side by side
};

struct AblationFigure {
  std::string network{};
  std::vector<std::string> labels{};  ///< [C]
  int units = 0;                      ///< K
  std::vector<AblationPaths> replacements{};
  std::string function{};            ///< KnockoutWords::function
  std::vector<std::size_t> shown{};  ///< classes that have a panel; empty: all
};

/// "ablation_NETWORK": accuracy vs. the number of units knocked out, a panel for each class.
std::string draw_ablation(const FigureWriter& writer, const AblationFigure& figure);

struct ReceptiveFigure {
  std::string network{};
  int side = 0;               ///< the inputs are images of side x side pixels
  RowMatrix<float> weight{};  ///< [K,side side] of the first layer
};

/// "receptive_NETWORK": the weights of each unit of the first hidden layer as an image, blue positive, orange negative;
/// each unit has a scale of its own, as units differ in size.
std::string draw_receptive(const FigureWriter& writer, const ReceptiveFigure& figure);

struct ReadoutFigure {
  std::string network{};
  std::vector<std::string> labels{};  ///< [J] outputs, or units of the next layer
  RowMatrix<float> weight{};          ///< [J,K]
  bool of_outputs = true;
  int module = 0;  ///< as in ModulesFigure
};

/// "readout_NETWORK": the weights as a heat map, blue positive, orange negative, on one scale.
std::string draw_readout(const FigureWriter& writer, const ReadoutFigure& figure);

struct ConfusionFigure {
  std::string network{};
  std::vector<std::string> labels{};  ///< [C]
  RowMatrix<std::int64_t> counts{};   ///< [C,C] samples of each class (row) for which each class is the output (column)
};

/// "confusion_NETWORK": the fraction of the samples of each class for which each class is the output; up to 12 classes
/// with percentages.
std::string draw_confusion(const FigureWriter& writer, const ConfusionFigure& figure);

struct RegressionPanel {
  std::string network{};
  std::vector<double> set_size{};     ///< [C] coefficient of D (scaled to [0,1]); NaN if undefined
  std::vector<double> information{};  ///< [C] coefficient of I_R (scaled); NaN if undefined
  std::vector<double> r_squared{};    ///< [C] of the fit; empty: not shown
  /// [R,C] the coefficients of R runs that differ by their seed; the above are then their medians. [0,0]: one run.
  RowMatrix<double> set_size_runs{}, information_runs{};
};

struct RegressionFigure {
  std::vector<std::string> labels{};  ///< [C]
  std::vector<RegressionPanel> networks{};
};

/// "regression": coefficients of D (red) and of I_R (black) for each class. One network has no intervals: the sets that
/// its fit runs over are no sample. Of several seeds each is a faint dot; from ten on bars reach from their 5 % to
/// their 95 % quantile.
std::string draw_regression(const FigureWriter& writer, const RegressionFigure& figure);

struct ClusterCurve {
  std::string network{};
  std::vector<int> clusters{};     ///< e.g. 2 ... 20
  std::vector<double> cohesion{};  ///< as many
};

struct ClustersFigure {
  std::vector<ClusterCurve> networks{};
};

/// "clusters": cohesion of the activations vs. the number of k-means clusters, a line for each network.
std::string draw_clusters(const FigureWriter& writer, const ClustersFigure& figure);

struct PcaFigure {
  std::string network{};
  std::vector<std::string> labels{};           ///< [C]
  Eigen::Ref<const RowMatrix<double>> scores;  ///< [N,2] first two principal components
  std::span<const Symbol> classes{};           ///< [N] class of each sample, in [0,C)
  std::array<double, 2> explained{};           ///< fraction of the variance on each axis, in [0,1]
  std::size_t left_out = 0;                    ///< units that were left out, since they hardly vary
};

/// "pca_NETWORK": samples in the plane of the first two principal components, coloured by class. Samples of one class
/// in the same 0.4 mm cell share a mark, at its middle; the table has their number.
std::string draw_pca(const FigureWriter& writer, const PcaFigure& figure);

struct ActivationsFigure {
  std::string network{};
  Eigen::Ref<const RowMatrix<float>> hidden;  ///< [N,K] activations
  RowMatrix<double> threshold{};              ///< [K,cuts] thresholds between levels; NaN if a unit is constant
};

/// "activations_NETWORK": a histogram of the values of each unit, K panels with common axes (at least [-1,1]), the
/// thresholds as dashed lines.
std::string draw_activations(const FigureWriter& writer, const ActivationsFigure& figure);

struct EntropyCurve {
  std::string network{};
  std::vector<double> samples{};  ///< N, each >= 1
  std::vector<double> entropy{};  ///< bits
};

/// Plug-in entropy of as many uniformly random K-bit words.
struct RandomWordsBand {
  std::vector<double> samples{};      ///< N
  std::vector<double> mean{};         ///< bits
  std::vector<double> low{}, high{};  ///< bits, mean -+ 2 standard deviations
};

struct EntropyFigure {
  int neurons = 0;  ///< K
  std::vector<EntropyCurve> networks{};
  RandomWordsBand random;  ///< empty: left out
};

/// "entropy": entropy of the states vs. the number of samples (logarithmic), with that of random words and the upper
/// bound min(log2 N, K).
std::string draw_entropy(const FigureWriter& writer, const EntropyFigure& figure);

}  // namespace inforelay
