// The figures of a sweep, from its table.
#pragma once

#include <string>
#include <vector>

#include "core/progress.hpp"
#include "experiments/config/config.hpp"
#include "experiments/figures/sweep_figure.hpp"
#include "experiments/sweep/collect.hpp"
#include "experiments/sweep/plan.hpp"

namespace inforelay {

/// A figure for each metric over each swept setting; in a grid, lines for the combinations of the other settings if
/// these are at most six, otherwise all runs pooled. Without swept settings, a strip of the seeds for each metric: for
/// each class, and the mean.
std::vector<SweepFigure> sweep_figures(const SweepPlan& plan, const SweepTable& table);

/// Draws them. Returns their names. Throws FigureError, IoError; Interrupted between figures.
std::vector<std::string> draw_sweep_figures(const FigureWriter& writer, const SweepPlan& plan, const SweepTable& table,
                                            Progress& progress);

}  // namespace inforelay
