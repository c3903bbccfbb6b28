// How well measures of importance predict the function lost.
#pragma once

#include <string>
#include <vector>

#include "core/axes.hpp"
#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {

struct ImportanceFigure {
  struct Panel {
    std::string network{};
    RowMatrix<double> spearman{};  ///< [measures,C]; NaN: not computed
  };
  std::vector<std::string> measures{};  ///< those that at least one panel has
  std::vector<Panel> networks{};
};

/// "importance": rank correlation of each measure with the function lost, a panel for each network: classes as points,
/// their mean black.
std::string draw_importance(const FigureWriter& writer, const ImportanceFigure& figure);

}  // namespace inforelay
