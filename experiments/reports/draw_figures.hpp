// Draws the figures of an experiment from its results.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "experiments/config/config.hpp"
#include "experiments/results/results.hpp"

namespace inforelay {

/// Every figure of paper section 8 that the results hold the numbers of, into `folder`. Returns their names.
/// Throws FigureError, IoError; Interrupted between figures.
std::vector<std::string> draw_figures(const FigureOptions& config, const ExperimentResult& result,
                                      const std::filesystem::path& folder, Progress& progress);

}  // namespace inforelay
