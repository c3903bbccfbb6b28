// Published values and the distribution of the same quantity over runs that differ by their seed.
#pragma once

#include <string>
#include <vector>

#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {

/// One quantity of one network.
struct StudySeries {
  std::string network{};
  std::vector<std::vector<double>> values{};  ///< [C][seeds]; NaN if undefined
  std::vector<double> published{};            ///< [C], NaN if there is none; or empty
};

struct StudyPanel {
  std::string quantity{};
  std::vector<std::string> labels{};  ///< [C]
  std::vector<StudySeries> series{};  ///< side by side
};

struct StudyFigure {
  std::string name{};  ///< of the comparison
  std::vector<StudyPanel> panels{};
};

/// "study_NAME": for each panel and class the seeds as dots, their 5 to 95 % range as a bar, their median as a line
/// across it, and the published value as a red cross. Throws as the functions of figures.hpp.
std::string draw_study(const FigureWriter& writer, const StudyFigure& figure);

}  // namespace inforelay
