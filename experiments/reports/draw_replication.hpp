// The figures of a study.
#pragma once

#include <string>
#include <vector>

#include "core/progress.hpp"
#include "experiments/compare/seed_replication.hpp"
#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {

/// Draws "study_COMPARISON" for each comparison: a panel for each quantity that has a value for each class, the same
/// quantity of the other networks beside it. Returns their names; none where nothing is compared. Throws as
/// FigureWriter::write, or Interrupted between figures.
std::vector<std::string> draw_study(const FigureWriter& writer, const StudyResult& study, Progress& progress);

}  // namespace inforelay
