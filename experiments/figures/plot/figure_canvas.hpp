// Builds a Figure: panels with axes, and an overlay for what belongs to the whole figure (letters, legend, note).
#pragma once

#include <fmt/format.h>

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

  /// A variable of the script that holds a foreign text, to be used wherever gnuplot takes a string.
  std::string text(std::string_view foreign);
  /// The same for names of tics.
  std::string tic_text(std::string_view foreign);
  void define(std::string_view line) { (figure_.definitions += line) += '\n'; }

  /// Begins a panel: sets its margins; labels, arrows and logarithmic axes of the last one are forgotten.
  void begin_panel(const PanelBox& box);
  /// A line of gnuplot for the panel.
  template <class... Arguments>
  void add(fmt::format_string<Arguments...> line, Arguments&&... arguments) {
    figure_.drawing += "  ";
    fmt::format_to(std::back_inserter(figure_.drawing), line, std::forward<Arguments>(arguments)...);
    figure_.drawing += '\n';
  }
  void x_axis(double low, double high, int most_tics);
  void y_axis(double low, double high, int most_tics);
  /// The plot command of the panel (or splot): its elements, joined. None: an empty panel.
  void plot(const std::vector<std::string>& elements, std::string_view command = "plot");

  /// Overlay: `expression` is a gnuplot string expression; options as of gnuplot's label, e.g. "center font ',9'".
  void label(double x, double y, std::string_view expression, std::string_view options);
  /// Bold letter left above a panel: 0 is A.
  void panel_letter(const PanelBox& box, std::size_t panel);
  /// Above a panel; below and left of its axes. `expression` as in label().
  void panel_title(const PanelBox& box, std::string_view expression);
  void x_label(const PanelBox& box, std::string_view expression, double distance = 6.2);
  void y_label(const PanelBox& box, std::string_view expression, double distance = 9.2);
  /// Entries flow from `left` to the figure's right edge, the first line at height `top`, further ones below, about as
  /// long; a heading (a first entry without sample) stands left of all lines.
  struct LegendEntry {
    LegendSample sample;
    std::string text;  ///< plain; foreign or ours
  };
  void legend(double left, double top, const std::vector<LegendEntry>& entries);
  /// Lines that legend() will take.
  int legend_lines(double left, const std::vector<LegendEntry>& entries) const;
  static constexpr double legend_line = 3.6;  ///< mm from line to line

  /// Draws the overlay with the writer's note and hands the figure out. To be called once.
  Figure finish(const CsvTable& table, const FigureOptions& options);

 private:
  Figure figure_;
  std::string overlay_;
  int texts_ = 0;
};

/// Adds a line with marks, in the colour and mark of the `network`-th network: rows [first,last] of the table.
void add_marked_line(std::vector<std::string>& elements, std::size_t first, std::size_t last, std::string_view columns,
                     std::size_t network);

/// Width in mm of a text of 6 points, about: fonts differ between machines, so a broad one is assumed.
double text_width(std::string_view text);
double widest_text(const std::vector<std::string>& texts);

/// "3" -> "numeral 3"; other labels stay.
std::string class_title(const std::string& label);
/// "numeral" where all labels are numerals, else "class".
std::string class_axis(const std::vector<std::string>& labels);

}  // namespace inforelay
