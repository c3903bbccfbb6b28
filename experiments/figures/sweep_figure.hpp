// What many runs found, over the values that were swept or the seeds. Like figures.hpp, it knows no pipeline.
#pragma once

#include <string>
#include <vector>

#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {

/// The number that one run found.
struct SweepDot {
  std::size_t level = 0;   ///< of the x axis, in [0,L)
  std::size_t series = 0;  ///< in [0,S)
  double value = 0;        ///< NaN: not drawn
};

struct SweepFigure {
  std::string name{};                      ///< "full-regression-r_squared": the figure is called "sweep_NAME"
  std::string quantity{};                  ///< label of the y axis, with its unit
  std::string setting{};                   ///< label of the x axis
  std::vector<std::string> levels{};       ///< [L] names of the values
  std::vector<double> position{};          ///< [L] where they stand, rising; empty: at equal distances, by their names
  std::vector<std::string> series{"all"};  ///< [S] what is told apart by colour; all else is pooled
  bool joined = true;                      ///< whether neighbouring medians are joined, where there are positions
  std::vector<SweepDot> dots{};
};

/// Each run as a faint dot; for each level and series the median and a bar (a band where medians are joined) from the 5
/// to the 95 % quantile. Positions above 0 that span a factor of 50 and more have a logarithmic axis. Texts, values
/// that are not finite, and errors: as in figures.hpp.
std::string draw_sweep(const FigureWriter& writer, const SweepFigure& figure);

}  // namespace inforelay
