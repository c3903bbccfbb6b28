// Builds a Figure: panels with axes, and an overlay for what belongs to the whole figure (letters, legend, note).
// Lengths are millimetres from the lower left corner.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/csv_table.hpp"
#include "experiments/figures/plot/figure_style.hpp"

namespace inforelay {

/// How a legend shows an entry.
struct LegendSample {
  enum class Kind { line, mark, swatch, none } kind = Kind::line;
  std::uint32_t colour = 0;
  std::string_view dash = "1";  ///< gnuplot dash type; a literal
  double size = 1;              ///< line width in points, or mark in mm
  int mark = 7;                 ///< gnuplot point type
};

class FigureCanvas {
 public:
  FigureCanvas(std::string name, std::string caption, double width, double height);

  /// Defines a variable of the script that holds a text from outside; returns its name, which may be used wherever
  /// gnuplot takes a string.
  std::string text(std::string_view foreign);
  /// The argument of "set xtics (...)" that puts names at 0, 1, ...
  std::string category_tics(const std::vector<std::string>& names);
  void define(std::string_view line) { (figure_.definitions += line) += '\n'; }
  /// An array of the script, for "lc rgb variable"; gnuplot counts its elements from 1.
  void define_colours(std::string_view name, std::span<const std::uint32_t> colours);

  /// Begins a panel: sets its margins, and clears labels, arrows and logarithmic axes of the previous one.
  void begin_panel(const PanelBox& box);
  /// A line of gnuplot for the panel.
  template <class... Arguments>
  void add(fmt::format_string<Arguments...> line, Arguments&&... arguments) {
    figure_.drawing += "  ";
    // Not fmt::format_to: it would compile all of the formatting of numbers in every file with a figure.
    figure_.drawing += fmt::format(line, std::forward<Arguments>(arguments)...);
    figure_.drawing += '\n';
  }
  void x_axis(double low, double high, int most_tics);
  void y_axis(double low, double high, int most_tics);
  /// The plot command of the panel (or splot) with these elements; if there are none, an empty panel.
  void plot(const std::vector<std::string>& elements, std::string_view command = "plot");

  /// A label of the overlay: `expression` is a gnuplot string expression, `options` those of gnuplot's label, e.g.
  /// "center font ',9'".
  void label(double x, double y, std::string_view expression, std::string_view options);
  /// Bold letter above a panel, on the left: 0 is A.
  void panel_letter(const PanelBox& box, std::size_t panel);
  /// Labels above a panel, below it, and on its left. `expression` as in label().
  void panel_title(const PanelBox& box, std::string_view expression);
  void x_label(const PanelBox& box, std::string_view expression, double distance = 6.2);
  void y_label(const PanelBox& box, std::string_view expression, double distance = 9.2);
  /// Labels of the axes that all panels have in common; that of x at height `x_height`.
  void common_labels(const PanelGrid& grid, double x_height, std::string_view x, std::string_view y);
  /// The scale of the palette on the right of a panel, with a label above; `expression` as in label().
  void colour_scale(const PanelBox& box, std::string_view expression);
  /// In a panel of classes (rows) by units frames the units of each class's module, `units` of them one after the
  /// other.
  void frame_modules(std::size_t classes, int units);
  struct LegendEntry {
    LegendSample sample;
    std::string text;  ///< plain text, possibly from outside
  };
  /// Entries in lines of about equal length from `left` to the figure's right edge, the first line at height `top`. A
  /// first entry without a sample is a heading, on the left of all lines.
  void legend(double left, double top, const std::vector<LegendEntry>& entries);
  /// Height of that legend in a figure of the given width.
  static double legend_height(double figure_width, double left, const std::vector<LegendEntry>& entries);

  /// Adds the overlay and the note of `options`, and returns the figure. To be called once.
  Figure finish(const CsvTable& table, const FigureOptions& options);

 private:
  Figure figure_;
  std::string overlay_;
  int texts_ = 0;
};

/// The rows of the table from `first` to its end, as data of a plot element: "table every ::3::9".
std::string rows_from(const CsvTable& table, std::size_t first);

/// The plot elements of a map of cells in the colours of column 3, of those without a value in a colour of its own.
/// `rows`: of rows_from(); `x`, `y`: columns.
std::vector<std::string> coloured_cells(std::string_view rows, int x, int y);

/// Adds a line with marks, in the colour and mark of the `network`-th network. `rows`: of rows_from().
void add_marked_line(std::vector<std::string>& elements, std::string_view rows, std::string_view columns,
                     std::size_t network);

/// Approximate width of a text of 6 points: fonts differ between machines, so a broad one is assumed.
double text_width(std::string_view text);
double widest_text(const std::vector<std::string>& texts);

/// The layout of a figure that has a panel for each class, and the legend below them.
class ClassPanels {
 public:
  ClassPanels(std::size_t panels, std::vector<FigureCanvas::LegendEntry> legend);
  const PanelGrid& grid() const { return grid_; }
  /// Labels of the axes, as FigureCanvas::common_labels(), and the legend.
  void add_labels(FigureCanvas& canvas, std::string_view x, std::string_view y) const;

 private:
  std::vector<FigureCanvas::LegendEntry> legend_;
  double foot_;  // height of the legend and of the label of the x axis
  PanelGrid grid_;
};

/// Title of a class's panel: "3" -> "class 3"; labels that are words stay.
std::string class_title(const std::string& label);

}  // namespace inforelay
