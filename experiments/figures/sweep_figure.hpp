// A metric of many runs vs. the values of a setting, or its distribution over seeds.
#pragma once

#include <string>
#include <vector>

#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {

/// The value of one run.
struct SweepDot {
  std::size_t level = 0;   ///< of the x axis, in [0,L)
  std::size_t series = 0;  ///< in [0,S)
  double value = 0;        ///< NaN: not drawn
};

struct SweepFigure {
  std::string name{};                      ///< "full-regression-r_squared"; the figure is "sweep_NAME"
  std::string quantity{};                  ///< label of the y axis, with its unit
  std::string place{};                     ///< which network, layer and subset it is of: "full, test"
  std::string metric{};                    ///< its name in sweep.csv, for the caption
  std::string setting{};                   ///< label of the x axis
  std::vector<std::string> levels{};       ///< [L] names of the values
  std::vector<double> position{};          ///< [L] rising; empty: names at equal distances
  std::vector<std::string> series{"all"};  ///< [S] shown in different colours
  bool joined = true;                      ///< whether a line joins neighbouring medians, if there are positions
  std::vector<SweepDot> dots{};
};

/// Each run as a faint dot; for each level and series the median and a bar (a band if medians are joined) from the 5 %
/// to the 95 % quantile if each has at least ten runs. Positive positions that span a factor of 50 or more have a
/// logarithmic axis. Texts, values that are not finite, and errors: as in figures.hpp.
std::string draw_sweep(const FigureWriter& writer, const SweepFigure& figure);

}  // namespace inforelay
