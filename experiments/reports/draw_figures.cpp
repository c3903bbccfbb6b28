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
  FigureReader(const FigureOptions& options, const ExperimentResult& result, const std::vector<LayerResults>& at_once,
               const std::vector<LayerResults>& over_time)
      : options_(options), result_(result), at_once_(at_once), over_time_(over_time) {
    discretize_ = setting_in(result.provenance.config, "analysis.discretize");
    if (!result.networks.empty()) data_note_ = data_source(result.provenance.data_name).note;
  }

  std::vector<ReadFigure> read() {
    for (const FigureKind* kind : figure_kinds()) {
      const auto& only = options_.only;
      if (!only.empty() && std::find(only.begin(), only.end(), kind->name) == only.end()) continue;
      if (kind->scope == FigureScope::experiment) add(*kind, nullptr, "", "");
      for (const LayerResults& layer : layers_of_kind(*kind)) {
        if (kind->scope == FigureScope::layer) add(*kind, &layer, "", layer.name);
        if (kind->scope == FigureScope::subset) add_subsets(*kind, layer);
      }
    }
    return std::move(figures_);
  }

 private:
  const std::vector<LayerResults>& layers_of_kind(const FigureKind& kind) const {
    return kind.over_time ? over_time_ : at_once_;
  }

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
    const FigureSource source{result_, layers_of_kind(kind), layer, subset, name, options_.classes, options_.style};
    try {
      FigureDrawing drawing = kind.read(source);
      if (!drawing) return false;
      figures_.push_back({std::move(drawing), note_of(kind, source)});
      return true;
    } catch (const DataError& error) {
      throw DataError(fmt::format("figure {}: {}", figure_name(kind.name, name), error.what()));
    }
  }

  // What the figure shows: "full, layer 1; states by kmeans; test, N = 10000; seed 1; data: generated digits".
  std::string note_of(const FigureKind& kind, const FigureSource& source) const {
    std::vector<std::string> parts;
    if (source.layer != nullptr) {
      const bool recording = result_.is_recording(source.layer->system);
      parts.push_back(fmt::format("{}, {}{}", source.layer->system, recording ? "" : "layer ", source.layer->layer));
    }
    if (!discretize_.empty() && !kind.of_weights) parts.push_back("states by " + discretize_);
    if (source.layer != nullptr && !kind.of_weights) {
      std::vector<std::string> subsets = kind.subsets ? kind.subsets(*source.layer) : std::vector<std::string>();
      if (subsets.empty())
        subsets.push_back(source.subset.empty() ? subsets_of(*source.layer, "states").back() : source.subset);
      for (const std::string& subset : subsets) {
        const ResultArray& inputs = source.layer->arrays.array("states/" + subset + "/input");
        parts.push_back(fmt::format("{}, N = {}", subset, inputs.shape.back()));
      }
    }
    parts.push_back(fmt::format("seed {}", result_.provenance.seed));
    if (!data_note_.empty()) parts.push_back(data_note_);
    return fmt::format("{}", fmt::join(parts, "; "));
  }

  const FigureOptions& options_;
  const ExperimentResult& result_;
  const std::vector<LayerResults>&at_once_, &over_time_;
  std::string discretize_, data_note_;
  std::vector<ReadFigure> figures_;
};

// Classes that no network or recording has are a mistake.
void check_classes(const std::vector<std::string>& classes, const ExperimentResult& result) {
  std::vector<std::string> known;
  for (const std::string& system : result.systems()) {
    for (const LayerResults& layer : layers_of(result, system)) {
      if (known.empty()) known = layer.classes;
      for (const std::string& cls : layer.classes) {
        if (std::find(known.begin(), known.end(), cls) == known.end()) known.push_back(cls);
      }
    }
  }
  for (const std::string& cls : classes) {
    if (known.empty() || std::find(known.begin(), known.end(), cls) != known.end()) continue;
    throw UsageError(fmt::format("figures.classes: '{}' is no class; known are {}", one_line(cls), listed(known)));
  }
}

}  // namespace

std::vector<std::string> draw_figures(FigureOptions options, const ExperimentResult& result,
                                      const std::filesystem::path& folder, Progress& progress,
                                      const std::function<void()>& beside) {
  options.folder = folder;
  std::vector<LayerResults> at_once, over_time;
  for (const std::string& system : result.systems()) {
    for (LayerResults& layer : layers_of(result, system))
      (layer.times > 0 ? over_time : at_once).push_back(std::move(layer));
  }
  check_classes(options.classes, result);
  const std::vector<ReadFigure> figures = FigureReader(options, result, at_once, over_time).read();
  std::vector<std::string> names(figures.size());
  const std::size_t first = beside ? 1 : 0;  // what is beside takes longer than any figure
  parallel_blocks(
      first + figures.size(),
      [&](std::size_t block) {
        if (block < first) return beside();
        const std::size_t i = block - first;
        FigureOptions own = options;
        own.note = figures[i].note;
        names[i] = figures[i].draw(FigureWriter(std::move(own)));
      },
      progress);
  return names;
}

}  // namespace inforelay
