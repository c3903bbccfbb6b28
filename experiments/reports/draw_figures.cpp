#include "experiments/reports/draw_figures.hpp"

#include <fmt/format.h>

#include <utility>

#include "experiments/figures/figure_kind.hpp"
#include "nn/data/source.hpp"

namespace inforelay {
namespace {

struct PlannedFigure {
  const FigureKind* kind;
  FigureSource source;
};

std::vector<PlannedFigure> plan_figures(const ExperimentResult& result, const std::vector<LayerResults>& layers) {
  std::vector<PlannedFigure> planned;
  const auto add = [&](const FigureKind& kind, FigureSource source) {
    const bool available = kind.available(source);
    if (available) planned.push_back({&kind, std::move(source)});
    return available;
  };
  for (const FigureKind* kind : figure_kinds()) {
    if (kind->scope == FigureScope::experiment) add(*kind, {result, layers});
    for (const LayerResults& layer : layers) {
      if (kind->scope == FigureScope::layer) add(*kind, {result, layers, &layer, "", layer.name});
      if (kind->scope != FigureScope::subset) continue;
      // The last subset that has the figure, `test` if there is one, needs no mark in the names of files.
      const std::vector<std::string> subsets = subsets_of(layer, "states");
      bool plain = true;
      for (auto subset = subsets.rbegin(); subset != subsets.rend(); ++subset) {
        const std::string name = plain ? layer.name : fmt::format("{}_{}", layer.name, *subset);
        if (add(*kind, {result, layers, &layer, *subset, name})) plain = false;
      }
    }
  }
  return planned;
}

}  // namespace

std::vector<std::string> draw_figures(FigureOptions options, const ExperimentResult& result,
                                      const std::filesystem::path& folder, Progress& progress) {
  options.folder = folder;
  options.note = data_source(result.provenance.data_name).note;
  const FigureWriter writer(options);
  std::vector<LayerResults> layers;
  for (const std::string& network : result.networks) {
    for (LayerResults& layer : layers_of(result, network)) layers.push_back(std::move(layer));
  }
  const std::vector<PlannedFigure> planned = plan_figures(result, layers);
  std::vector<std::string> names;
  for (const auto& [kind, source] : planned) {
    progress.check();
    try {
      names.push_back(kind->draw(writer, source));
    } catch (const DataError& error) {
      throw DataError(fmt::format("figure {}: {}", figure_name(kind->name, source.name), error.what()));
    }
    progress.report(names.size(), planned.size());
  }
  return names;
}

}  // namespace inforelay
