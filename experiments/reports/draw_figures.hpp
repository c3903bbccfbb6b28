// Draws the figures of an experiment from its results.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "experiments/figures/plot/figure_writer.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {

/// Draws all figure_kinds() for which the results have the data into `folder`, each on one thread, and calls `beside`
/// on one of the threads meanwhile, if there is one. `options`: as configured; folder and note are set here. Returns
/// the names of the figures. Throws FigureError, IoError, what `beside` throws; Interrupted between figures.
std::vector<std::string> draw_figures(FigureOptions options, const ExperimentResult& result,
                                      const std::filesystem::path& folder, Progress& progress,
                                      const std::function<void()>& beside = {});

}  // namespace inforelay
