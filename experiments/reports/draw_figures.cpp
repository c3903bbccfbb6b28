#include "experiments/reports/draw_figures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/text/message_text.hpp"
#include "experiments/config/config_difference.hpp"
#include "experiments/figures/figure_kind.hpp"
#include "nn/data/source.hpp"

namespace inforelay {
namespace {

// A figure that was read, and the small line below it.
struct ReadFigure {
  FigureDrawing draw;
  std::string note;
};

class FigureReader {
 public:
  FigureReader(const FigureOptions& options, const ExperimentResult& result, const std::vector<LayerResults>& layers)
      : options_(options), result_(result), layers_(layers) {
    discretize_ = setting_in(result.provenance.config, "analysis.discretize");
    if (!result.networks.empty()) data_note_ = data_source(result.provenance.data_name).note;
  }

  std::vector<ReadFigure> read() {
    for (const FigureKind* kind : figure_kinds()) {
      const auto& only = options_.only;
      if (!only.empty() && std::find(only.begin(), only.end(), kind->name) == only.end()) continue;
      if (kind->scope == FigureScope::experiment) add(*kind, nullptr, "", "");
      for (const LayerResults& layer : layers_) {
        if (kind->scope == FigureScope::layer) add(*kind, &layer, "", layer.name);
        if (kind->scope == FigureScope::subset) add_subsets(*kind, layer);
      }
    }
    return std::move(figures_);
  }

 private:
  // The last subset that has the figure (`test` if there is one) is not part of the file name.
  void add_subsets(const FigureKind& kind, const LayerResults& layer) {
    const std::vector<std::string> subsets = subsets_of(layer, "states");
    bool plain = true;
    for (auto subset = subsets.rbegin(); subset != subsets.rend(); ++subset) {
      const std::string name = plain ? layer.name : fmt::format("{}_{}", layer.name, *subset);
      if (add(kind, &layer, *subset, name)) plain = false;
    }
  }

  // False if the results lack what the figure needs.
  bool add(const FigureKind& kind, const LayerResults* layer, const std::string& subset, const std::string& name) {
    const FigureSource source{result_, layers_, layer, subset, name, options_.classes, options_.style};
    try {
      FigureDrawing drawing = kind.read(source);
      if (!drawing) return false;
      figures_.push_back({std::move(drawing), note_of(source)});
      return true;
    } catch (const DataError& error) {
      throw DataError(fmt::format("figure {}: {}", figure_name(kind.name, name), error.what()));
    }
  }

  // What the figure shows: "full, layer 1; states by kmeans; test, N = 10000; seed 1; data: generated digits".
  std::string note_of(const FigureSource& source) const {
    std::vector<std::string> parts;
    if (source.layer != nullptr) {
      const bool recording = result_.is_recording(source.layer->system);
      parts.push_back(fmt::format("{}, {}{}", source.layer->system, recording ? "" : "layer ", source.layer->layer));
    }
    if (!discretize_.empty()) parts.push_back("states by " + discretize_);
    if (source.layer != nullptr) {
      const std::string subset = source.subset.empty() ? subsets_of(*source.layer, "states").back() : source.subset;
      const RowMatrix<float>& values = source.layer->arrays.matrix<float>("states/" + subset + "/value");
      parts.push_back(fmt::format("{}, N = {}", subset, values.rows()));
    }
    parts.push_back(fmt::format("seed {}", result_.provenance.seed));
    if (!data_note_.empty()) parts.push_back(data_note_);
    return fmt::format("{}", fmt::join(parts, "; "));
  }

  const FigureOptions& options_;
  const ExperimentResult& result_;
  const std::vector<LayerResults>& layers_;
  std::string discretize_, data_note_;
  std::vector<ReadFigure> figures_;
};

// Classes that no network or recording has are a mistake.
void check_classes(const std::vector<std::string>& classes, const std::vector<LayerResults>& layers) {
  for (const std::string& cls : classes) {
    std::vector<std::string> known;
    for (const LayerResults& layer : layers) known.insert(known.end(), layer.classes.begin(), layer.classes.end());
    if (std::find(known.begin(), known.end(), cls) != known.end() || layers.empty()) continue;
    throw UsageError(
        fmt::format("figures.classes: '{}' is no class; known are {}", one_line(cls), listed(layers.front().classes)));
  }
}

}  // namespace

std::vector<std::string> draw_figures(FigureOptions options, const ExperimentResult& result,
                                      const std::filesystem::path& folder, Progress& progress) {
  options.folder = folder;
  std::vector<LayerResults> layers;
  for (const std::string& system : result.systems()) {
    for (LayerResults& layer : layers_of(result, system)) layers.push_back(std::move(layer));
  }
  check_classes(options.classes, layers);
  const std::vector<ReadFigure> figures = FigureReader(options, result, layers).read();
  std::vector<std::string> names(figures.size());
  // Each waits for gnuplot most of the time.
  parallel_blocks(
      figures.size(),
      [&](std::size_t i) {
        FigureOptions own = options;
        own.note = figures[i].note;
        names[i] = figures[i].draw(FigureWriter(std::move(own)));
      },
      progress);
  return names;
}

}  // namespace inforelay
