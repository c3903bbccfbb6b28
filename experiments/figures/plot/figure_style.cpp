#include "experiments/figures/plot/figure_style.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "experiments/figures/plot/gnuplot.hpp"

namespace inforelay {
namespace {

// Text of 7 points, tics of 6, letters of 9 bold, in the size of the print. The terminals differ in the meaning of text
// size, line width and mark size; `mm` is the size of a filled mark one millimetre wide. The cairo terminals also draw
// the outline of a filled mark, hence "lw 0.1" for these.
constexpr std::string_view terminals = R"(  if (format eq 'svg') {
    set terminal svg size width/25.4*96, height/25.4*96 font 'Helvetica,7' fontscale 96/72. linewidth 96/72. butt \
      background '#ffffff'
    mm = 0.59
  }
  if (format eq 'pdf') {
    set terminal pdfcairo size width/10 cm, height/10 cm font 'Helvetica,7' fontscale 0.75 linewidth 2 butt
    mm = 0.45
  }
  if (format eq 'png') {
    set terminal pngcairo size width/25.4*300, height/25.4*300 font 'Helvetica,7' fontscale 0.75*300/72. \
      linewidth 300/72. pointscale 300/72. butt
    mm = 0.45
  }
)";

constexpr std::string_view style = R"(reset
set encoding utf8
set minussign
set datafile separator comma
set datafile columnheaders
set key off
set border 3 lw 0.5
set tics out nomirror scale 0.4 font ',6'
set xtics nomirror offset 0,0.45
set ytics nomirror offset 0.5,0
set errorbars small
)";

/// Wrapped at 100 characters, each line a comment.
std::string comment(std::string_view text) {
  std::string result, line = "#";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (line.size() + 1 + end > 100) {
      result += line + '\n';
      line.assign(1, '#');  // GCC 12 sees an overlap in = "#"
    }
    line += ' ';
    // No line break or backslash of a network's name may end or continue the comment.
    for (const char c : text.substr(0, end)) line += static_cast<unsigned char>(c) < 0x20 || c == '\\' ? ' ' : c;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result + line + '\n';
}

std::uint32_t rgb(double red, double green, double blue) {
  const auto byte = [](double v) { return static_cast<std::uint32_t>(std::lround(255 * v)); };
  return byte(red) << 16 | byte(green) << 8 | byte(blue);
}

std::uint32_t darker(std::uint32_t c, double factor) {
  return rgb(factor * (c >> 16 & 255) / 255, factor * (c >> 8 & 255) / 255, factor * (c & 255) / 255);
}

/// Fully saturated hue in degrees, [0,300]; yellow and green are darkened, to be seen on white.
std::uint32_t rainbow(double hue) {
  const auto channel = [&](double peak) {
    const double distance = std::min(std::abs(hue - peak), 360 - std::abs(hue - peak));
    return std::min(1.0, std::max(0.0, 2 - distance / 60));
  };
  const double r = channel(0), g = channel(120), b = channel(240);
  const double luminance = 0.3 * r + 0.59 * g + 0.11 * b;
  const double dim = luminance > 0.6 ? 0.6 / luminance : 1;
  return rgb(r * dim, g * dim, b * dim);
}

}  // namespace

std::string hex(std::uint32_t colour) { return fmt::format("#{:06x}", colour); }

std::vector<std::uint32_t> class_colours(int classes, FigurePalette palette) {
  // Ten of 172 saturated colours (CIELAB chroma above 32, lightness of at least 29, contrast with white of at least
  // 1.7), chosen by exchanges that increase the smallest weighted difference of two; weights: normal vision 0.7, no red
  // or no green cones 1, no blue ones 1.25. Smallest CIEDE2000 with normal vision and without red, green, blue cones
  // (Machado et al. 2009): 21, 15, 16, 12. Petroff's ten (arXiv:2107.02270) reach 17, 12, 13, 13, but have two greys.
  constexpr std::array<std::uint32_t, 10> safe{0x0000ff, 0xcccc00, 0xff0000, 0x00ccff, 0x663366,
                                               0x99cc99, 0x990000, 0x009988, 0xbb5566, 0x9966ff};
  std::vector<std::uint32_t> colours;
  for (int c = 0; c < classes; ++c) {
    if (palette == FigurePalette::rainbow) {
      colours.push_back(rainbow(classes == 1 ? 0 : 285.0 * c / (classes - 1)));
    } else {
      colours.push_back(darker(safe[static_cast<std::size_t>(c) % 10], std::pow(0.6, c / 10)));
    }
  }
  return colours;
}

std::uint32_t network_colour(std::size_t network) {
  constexpr std::array<std::uint32_t, 6> colours{colour::blue, 0xd55e00, 0x117733, 0x832db6, 0x000000, 0x8a6d3b};
  return colours[network % colours.size()];
}

int network_mark(std::size_t network) {
  constexpr std::array<int, 5> marks{7, 5, 9, 13, 11};
  return marks[network % marks.size()];
}

PanelGrid::PanelGrid(std::size_t count, std::size_t wanted_columns, double figure_width, double panel_height,
                     GridSpacing spacing, double foot)
    : width(figure_width), columns(std::min(wanted_columns, count)) {
  const std::size_t rows = (count + columns - 1) / columns;
  const double gaps = static_cast<double>(columns - 1) * spacing.column_gap;
  const double panel_width = (width - spacing.left - spacing.right - gaps) / static_cast<double>(columns);
  height = spacing.top + static_cast<double>(rows) * panel_height + static_cast<double>(rows - 1) * spacing.row_gap +
           spacing.bottom + foot;
  for (std::size_t i = 0; i < count; ++i) {
    const auto column = static_cast<double>(i % columns), row = static_cast<double>(i / columns);
    boxes.push_back({spacing.left + column * (panel_width + spacing.column_gap),
                     height - spacing.top - panel_height - row * (panel_height + spacing.row_gap), panel_width,
                     panel_height});
  }
}

double tic_step(double length, int most) {
  const double power = std::pow(10, std::floor(std::log10(length / most)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (length / (factor * power) <= most) return factor * power;
  }
  return 10 * power;
}

void AxisRange::add(double value) {
  if (!std::isfinite(value)) return;
  low_ = std::min(low_, value);
  high_ = std::max(high_, value);
}

double AxisRange::high() const {
  if (empty()) return 1;
  // Values that differ only by rounding count as equal.
  const double least = 1e-9 * std::max(std::abs(low_), 1.0);
  return high_ - low_ > least ? high_ : low_ + std::max(std::abs(low_), 1.0) * 0.1;
}

AxisRange AxisRange::widened(double fraction_below, double fraction_above) const {
  AxisRange wider;
  wider.add(low() - fraction_below * length());
  wider.add(high() + fraction_above * length());
  return wider;
}

std::vector<std::string> note_lines(const std::string& note, double width) {
  constexpr double character = 0.97;  // of the note's font, mm
  const auto most = static_cast<std::size_t>((width - 2) / character);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < note.size();) {
    const std::size_t end = std::min(note.find("; ", at), note.size());
    const std::string part = note.substr(at, end - at);
    if (!lines.empty() && lines.back().size() + 2 + part.size() <= most) {
      lines.back() += "; " + part;
    } else {
      lines.push_back(part);
    }
    at = end + 2;
  }
  return lines;
}

double note_height(const std::vector<std::string>& lines) {
  return lines.empty() ? 0 : 0.8 + 2.2 * static_cast<double>(lines.size());
}

std::string figure_script(const Figure& figure, const FigureOptions& options) {
  std::string formats;
  for (const FigureFormat format : options.formats) {
    formats += formats.empty() ? "" : " ";
    formats += to_string(format);
  }
  std::string script = comment(figure.caption);
  script += fmt::format(
      "#\n# gnuplot {0}.gp, in this folder, draws the figure again from {0}.csv (gnuplot 5.4 or later).\n\n",
      figure.name);
  script += style;
  // Table and pictures are in the script's folder; names of figures have no character that needs quoting.
  script += fmt::format("table = '{}.csv'\n", figure.name);
  const std::vector<std::string> notes = note_lines(options.note, figure.width);
  const double base = note_height(notes);
  script += fmt::format("width = {:.2f}  # mm\nheight = {:.2f}\nbase = {}  # height of the note at the bottom\n",
                        figure.width, figure.height + base, base);
  constexpr std::size_t longest_note = 200;
  for (std::size_t i = 0; i < notes.size(); ++i)
    script += fmt::format("note_{} = {}\n", i + 1, gnuplot_literal(notes[i], longest_note));
  script += figure.definitions;
  script += fmt::format("\ndo for [format in '{}'] {{\n", formats);
  script += terminals;
  script += fmt::format("  set output '{}.'.format\n  set multiplot\n", figure.name);
  script += figure.drawing;
  script += "  unset multiplot\n}\nset output\n";
  return script;
}

}  // namespace inforelay
