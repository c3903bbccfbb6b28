// Draws the figures of an experiment from its results.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "experiments/figures/plot/figure_writer.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {

/// Draws all figure_kinds() for which the results have the data into `folder`. `options`: as configured; folder and
/// note are set here. Returns the names of the figures. Throws FigureError, IoError; Interrupted between figures.
std::vector<std::string> draw_figures(FigureOptions options, const ExperimentResult& result,
                                      const std::filesystem::path& folder, Progress& progress);

}  // namespace inforelay
