// The figure of a study.
#pragma once

#include <string>

#include "experiments/figures/figure_writer.hpp"
#include "experiments/study.hpp"

namespace inforelay {

/// Draws "study": a panel for each quantity that is compared, the same quantity of the other networks beside it.
/// Returns its name; to be called where study.rows is not empty. Throws as FigureWriter::write.
std::string draw_study(const FigureWriter& writer, const StudyResult& study);

}  // namespace inforelay
