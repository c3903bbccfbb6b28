// A figure is a row: what it shows, which results it needs, how it is drawn from them. A run draws all rows of
// figure_kinds() for which it has results (reports/draw_figures.hpp).
//
// To add one: a file that defines a `const FigureKind`, and a line in figure_kinds.cpp.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "experiments/figures/plot/figure_writer.hpp"
#include "experiments/results/layer_results.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {

/// What one figure shows: the experiment, a layer, or a layer on one subset of the samples.
enum class FigureScope { experiment, layer, subset };

/// The results that one figure is drawn from.
struct FigureSource {
  const ExperimentResult& result;
  const std::vector<LayerResults>& layers;  ///< all that were analysed
  const LayerResults* layer = nullptr;      ///< the one to draw, unless the scope is the experiment
  std::string subset{};                     ///< if the scope is a subset
  std::string name{};                       ///< of the layer and subset in names of files: "full", "full_layer2_train"
  std::vector<std::string> classes{};       ///< those that have a panel; empty: all
  FigureStyle style = FigureStyle::modern;
  /// Numbers of those of `labels` that have a panel; of none of them all. Empty: all.
  std::vector<std::size_t> shown(const std::vector<std::string>& labels) const;
  /// Has the subset both relay information and accuracies of all sets? Not with contrast: whole, whose information is
  /// about no class and cannot be drawn beside the accuracy of one.
  bool has_information_and_accuracy() const;
};

/// Draws one figure and returns its name.
using FigureDrawing = std::function<std::string(const FigureWriter& writer)>;

struct FigureKind {
  const char* name;  ///< names of files begin with it
  FigureScope scope;
  const char* about;  ///< one line for `--list figures`
  /// Reads what the figure shows; empty if the results do not have it. The results must outlive the drawing. Throws
  /// DataError if they are damaged.
  FigureDrawing (*read)(const FigureSource& source);
  bool over_time = false;  ///< drawn of systems that were analysed at each time, and of no others
  /// The subsets that a figure of a layer shows, if not the last one.
  std::vector<std::string> (*subsets)(const LayerResults& layer) = nullptr;
  bool of_weights = false;  ///< shows weights, neither states nor samples
};

/// `draw` with `figure`, one of the structs of figures.hpp.
template <class Figure>
FigureDrawing drawing(std::string (*draw)(const FigureWriter&, const Figure&), std::type_identity_t<Figure> figure) {
  return [draw, figure = std::move(figure)](const FigureWriter& writer) { return draw(writer, figure); };
}

/// All figures, in the order in which they are drawn.
const std::vector<const FigureKind*>& figure_kinds();

/// What `figures.only` names that is no figure: "'densty' is no figure; did you mean 'density'?". "" if it is one.
std::string figure_kind_error(const std::string& name);

}  // namespace inforelay
