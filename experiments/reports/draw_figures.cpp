#include "experiments/reports/draw_figures.hpp"

#include <fmt/format.h>

#include <utility>

#include "experiments/figures/figure_kind.hpp"
#include "nn/data/source.hpp"

namespace inforelay {
namespace {

// Reads a figure; false if the results lack what it needs.
bool add(const FigureKind& kind, const FigureSource& source, std::vector<FigureDrawing>& drawings) {
  try {
    FigureDrawing drawing = kind.read(source);
    if (!drawing) return false;
    drawings.push_back(std::move(drawing));
    return true;
  } catch (const DataError& error) {
    throw DataError(fmt::format("figure {}: {}", figure_name(kind.name, source.name), error.what()));
  }
}

std::vector<FigureDrawing> read_figures(const ExperimentResult& result, const std::vector<LayerResults>& at_once,
                                        const std::vector<LayerResults>& over_time) {
  std::vector<FigureDrawing> drawings;
  for (const FigureKind* kind : figure_kinds()) {
    const std::vector<LayerResults>& layers = kind->over_time ? over_time : at_once;
    if (kind->scope == FigureScope::experiment) add(*kind, {result, layers}, drawings);
    for (const LayerResults& layer : layers) {
      if (kind->scope == FigureScope::layer) add(*kind, {result, layers, &layer, "", layer.name}, drawings);
      if (kind->scope != FigureScope::subset) continue;
      // The last subset that has the figure (`test` if there is one) is not part of the file name.
      const std::vector<std::string> subsets = subsets_of(layer, "states");
      bool plain = true;
      for (auto subset = subsets.rbegin(); subset != subsets.rend(); ++subset) {
        const std::string name = plain ? layer.name : fmt::format("{}_{}", layer.name, *subset);
        if (add(*kind, {result, layers, &layer, *subset, name}, drawings)) plain = false;
      }
    }
  }
  return drawings;
}

}  // namespace

std::vector<std::string> draw_figures(FigureOptions options, const ExperimentResult& result,
                                      const std::filesystem::path& folder, Progress& progress) {
  options.folder = folder;
  if (!result.networks.empty()) options.note = data_source(result.provenance.data_name).note;
  const FigureWriter writer(options);
  std::vector<LayerResults> at_once, over_time;
  for (const std::string& system : result.systems()) {
    for (LayerResults& layer : layers_of(result, system))
      (layer.times > 0 ? over_time : at_once).push_back(std::move(layer));
  }
  std::vector<std::string> names;
  const std::vector<FigureDrawing> drawings = read_figures(result, at_once, over_time);
  for (const FigureDrawing& draw : drawings) {
    progress.check();
    names.push_back(draw(writer));
    progress.report(names.size(), drawings.size());
  }
  return names;
}

}  // namespace inforelay
