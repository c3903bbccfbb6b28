// The figures of a sweep, from its table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "experiments/config/config.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/sweep_figure.hpp"
#include "experiments/sweep/collect.hpp"
#include "experiments/sweep/plan.hpp"

namespace inforelay {

/// What the axis of a swept setting is called: "networks.full.train.learning_rate" -> "learning rate of full".
/// `element`: of lists that differ in this element alone; "units of hidden layer 1, full".
std::string setting_title(const std::string& path, std::optional<std::size_t> element = {});

/// A figure for each metric vs. each swept setting: in a grid with a series for each combination of the other settings
/// if there are at most six, otherwise with all runs pooled. Without swept settings: the seeds, for each class and
/// their mean. Measures of importance are side by side instead (measure_family.hpp), with a series for each point if
/// there are at most six, otherwise in a figure for each swept setting of at most six values; if a setting has more,
/// they have their own figures too.
std::vector<SweepFigure> sweep_figures(const SweepPlan& plan, const SweepTable& table);

/// Both regression coefficients of each class over seeds, a panel for each network whose regression is collected; no
/// panels with swept settings, or of one run.
RegressionFigure regression_over_seeds(const SweepPlan& plan, const SweepTable& table);

/// Draws them. Returns their names. Throws FigureError, IoError; Interrupted between figures.
std::vector<std::string> draw_sweep_figures(const FigureWriter& writer, const SweepPlan& plan, const SweepTable& table,
                                            Progress& progress);

}  // namespace inforelay
