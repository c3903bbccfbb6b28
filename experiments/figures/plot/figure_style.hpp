// The style of all figures: sizes, fonts, colours, grids of panels, axes, and the frame of every gnuplot script.
// Lengths are millimetres from the lower left corner, line widths points, colours 0xRRGGBB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {

constexpr double single_column = 85, double_column = 178;  ///< widths of the journals' columns, mm

namespace colour {
constexpr std::uint32_t ink = 0x000000, grey = 0x8a8a8a, light = 0xdddddd, missing = 0xe8e4dc;
constexpr std::uint32_t red = 0xc1121f, blue = 0x2f6db3;
}  // namespace colour

/// The gnuplot palette of a symmetrical range: white at 0, blue above, orange below.
inline constexpr std::string_view signed_palette =
    "set palette defined (-1 '#c4500a', -0.5 '#f5a863', 0 '#ffffff', 0.5 '#77b1d8', 1 '#0b4083')";

/// "#rrggbb", as gnuplot wants it in quotes.
std::string hex(std::uint32_t rgb);

/// Colours for `classes` classes. `safe`: ten that can be distinguished in thin lines and with every common kind of
/// colour blindness, then the same darker.
std::vector<std::uint32_t> class_colours(int classes, FigurePalette palette);
/// Colours for a few networks.
std::uint32_t network_colour(std::size_t network);
/// gnuplot point types of different shapes: filled circle, square, triangle, ...
int network_mark(std::size_t network);

/// A rectangle on the figure: the plot area of a panel.
struct PanelBox {
  double left, bottom, width, height;
  double right() const { return left + width; }
  double top() const { return bottom + height; }
};

/// Space around and between plot areas.
struct GridSpacing {
  double left = 12, right = 3, top = 6, bottom = 9;  ///< from the figure's edges to the outer plot areas
  double column_gap = 14, row_gap = 13;
};

/// `count` panels in rows of `columns`, filled from the top left; as wide as the figure allows.
struct PanelGrid {
  /// `foot`: space below all, for a legend.
  PanelGrid(std::size_t count, std::size_t columns, double figure_width, double panel_height, GridSpacing spacing,
            double foot);
  double width, height;  ///< of the figure
  std::vector<PanelBox> boxes;
  std::size_t columns;
  /// There is no panel directly below panel i, so it has the numbers of the x axis.
  bool lowest(std::size_t i) const { return i + columns >= boxes.size(); }
  bool leftmost(std::size_t i) const { return i % columns == 0; }
};

/// A step of 1, 2 or 5 times a power of ten that gives at most `most` tics over the length of a range.
double tic_step(double length, int most);

/// The range of the finite values added; [0,1] if there are none.
class AxisRange {
 public:
  void add(double value);
  template <class Values>
  void add_all(const Values& values) {
    for (const auto value : values) add(static_cast<double>(value));
  }
  bool empty() const { return low_ > high_; }
  double low() const { return empty() ? 0 : low_; }
  /// Greater than low(), even if all values are the same.
  double high() const;
  double length() const { return high() - low(); }
  AxisRange widened(double fraction_below, double fraction_above) const;

 private:
  double low_ = 1e308, high_ = -1e308;
};

/// The parts of FigureOptions::note in as few lines as fit below a figure of that width, in mm; and their height.
std::vector<std::string> note_lines(const std::string& note, double width);
double note_height(const std::vector<std::string>& lines);

/// The whole script: comment, style, terminals, definitions, drawing, note.
std::string figure_script(const Figure& figure, const FigureOptions& options);

}  // namespace inforelay
