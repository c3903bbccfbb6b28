#include "experiments/figures/plot/figure_canvas.hpp"

#include <algorithm>
#include <utility>

#include "experiments/figures/plot/gnuplot.hpp"

namespace inforelay {
namespace {

constexpr double sample_width = 5, sample_gap = 1, entry_gap = 2.8, line_height = 3.6;  // mm

double sample_space(const LegendSample& sample) {
  switch (sample.kind) {
    case LegendSample::Kind::line:
      return sample_width + sample_gap;
    case LegendSample::Kind::mark:
    case LegendSample::Kind::swatch:
      return 2.2 + sample_gap;
    case LegendSample::Kind::none:
      return 0;
  }
  return 0;
}

struct LegendPlace {
  double x;
  int line;
};

/// Entries from `left` to `right`, as many on each line as fit; the second line begins to the right of a heading.
std::vector<LegendPlace> flow(double left, double right, const std::vector<FigureCanvas::LegendEntry>& entries) {
  std::vector<LegendPlace> places;
  double x = left;
  int line = 0;
  const bool headed = entries.size() > 1 && entries[0].sample.kind == LegendSample::Kind::none;
  const double indented = headed ? left + text_width(entries[0].text) + entry_gap : left;
  for (const auto& entry : entries) {
    const double width = sample_space(entry.sample) + text_width(entry.text);
    if (x > indented && x + width > right) {
      x = indented;
      ++line;
    }
    places.push_back({x, line});
    x += width + entry_gap;
  }
  return places;
}

/// As many lines, but as narrow as possible, so that the last one is about as long as the others.
std::vector<LegendPlace> even_flow(double left, double right, const std::vector<FigureCanvas::LegendEntry>& entries) {
  auto places = flow(left, right, entries);
  if (places.empty()) return places;
  const int lines = places.back().line;
  while (lines > 0 && right > left) {
    right -= 0.5;
    auto narrower = flow(left, right, entries);
    if (narrower.back().line > lines) break;
    places = std::move(narrower);
  }
  return places;
}

}  // namespace

double text_width(std::string_view text) {
  std::size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  return 1.15 * static_cast<double>(std::min<std::size_t>(characters, 60));
}

double widest_text(const std::vector<std::string>& texts) {
  double widest = 0;
  for (const auto& text : texts) widest = std::max(widest, text_width(text));
  return widest;
}

FigureCanvas::FigureCanvas(std::string name, std::string caption, double width, double height) {
  figure_.name = std::move(name);
  figure_.caption = std::move(caption);
  figure_.width = width;
  figure_.height = height;
}

std::string FigureCanvas::text(std::string_view foreign) {
  std::string name = fmt::format("text_{}", texts_++);
  define(fmt::format("{} = {}", name, gnuplot_literal(foreign)));
  return name;
}

std::string FigureCanvas::category_tics(const std::vector<std::string>& names) {
  std::string tics;
  for (std::size_t i = 0; i < names.size(); ++i) {
    define(fmt::format("text_{} = {}", texts_, gnuplot_tic_literal(names[i])));
    tics += fmt::format("{}text_{} {}", i == 0 ? "" : ", ", texts_++, i);
  }
  return tics;
}

void FigureCanvas::define_colours(std::string_view name, std::span<const std::uint32_t> colours) {
  std::string list;
  for (const std::uint32_t colour : colours) list += fmt::format("{}0x{:06x}", list.empty() ? "" : ", ", colour);
  define(fmt::format("array {}[{}] = [{}]", name, colours.size(), list));
}

void FigureCanvas::begin_panel(const PanelBox& box) {
  figure_.drawing += '\n';
  add("set lmargin at screen {:.2f}/width; set rmargin at screen {:.2f}/width", box.left, box.right());
  add("set bmargin at screen (base+{:.2f})/height; set tmargin at screen (base+{:.2f})/height", box.bottom, box.top());
  add("unset label; unset arrow; unset object; unset logscale");
}

void FigureCanvas::x_axis(double low, double high, int most_tics) {
  add("set xrange [{}:{}]; set xtics nomirror {}; set format x '%g'", low, high, tic_step(high - low, most_tics));
}

void FigureCanvas::y_axis(double low, double high, int most_tics) {
  add("set yrange [{}:{}]; set ytics nomirror {}; set format y '%g'", low, high, tic_step(high - low, most_tics));
}

void FigureCanvas::plot(const std::vector<std::string>& elements, std::string_view command) {
  if (elements.empty()) {
    add("{} NaN notitle", command);
    return;
  }
  for (std::size_t i = 0; i < elements.size(); ++i) {
    add("{}{}{}", i == 0 ? fmt::format("{} ", command) : "     ", elements[i], i + 1 < elements.size() ? ", \\" : "");
  }
}

void FigureCanvas::label(double x, double y, std::string_view expression, std::string_view options) {
  overlay_ += fmt::format("  set label {} at {:.2f},{:.2f} {}\n", expression, x, y, options);
}

void FigureCanvas::panel_letter(const PanelBox& box, std::size_t panel) {
  const std::string letter = panel < 26 ? std::string(1, static_cast<char>('A' + panel)) : std::to_string(panel + 1);
  label(std::max(box.left - 9.5, 0.5), box.top() + 3, fmt::format("'{{/:Bold {}}}'", letter), "left font ',9'");
}

void FigureCanvas::panel_title(const PanelBox& box, std::string_view expression) {
  label(box.left + box.width / 2, box.top() + 2.4, expression, "center");
}

void FigureCanvas::x_label(const PanelBox& box, std::string_view expression, double distance) {
  label(box.left + box.width / 2, box.bottom - distance, expression, "center");
}

void FigureCanvas::y_label(const PanelBox& box, std::string_view expression, double distance) {
  label(box.left - distance, box.bottom + box.height / 2, expression, "center rotate");
}

void FigureCanvas::colour_scale(const PanelBox& box, std::string_view expression) {
  add("set colorbox user origin screen {:.2f}/width, screen (base+{:.2f})/height size screen 2.20/width, screen "
      "{:.2f}/height noborder",
      box.right() + 2, box.bottom, box.height);
  label(box.right() + 3.1, box.top() + 2.4, expression, "center font ',6'");
}

void FigureCanvas::frame_modules(std::size_t classes, int units) {
  for (std::size_t row = 0; row < classes && units > 0; ++row) {
    const double y = static_cast<double>(row), x = y * units;
    add("set object rectangle from {},{} to {},{} front fillstyle empty border lc rgb '{}' lw 0.8", x - 0.5, y - 0.5,
        x + units - 0.5, y + 0.5, hex(colour::red));
  }
}

void FigureCanvas::common_labels(const PanelGrid& grid, double x_height, std::string_view x, std::string_view y) {
  const PanelBox& first = grid.boxes.front();
  label(3, (first.top() + grid.boxes.back().bottom) / 2, y, "center rotate");
  label((first.left + grid.boxes[grid.columns - 1].right()) / 2, x_height, x, "center");
}

double FigureCanvas::legend_height(double figure_width, double left, const std::vector<LegendEntry>& entries) {
  const auto places = flow(left, figure_width - 2, entries);
  return line_height * (places.empty() ? 1 : places.back().line + 1);
}

void FigureCanvas::legend(double left, double top, const std::vector<LegendEntry>& entries) {
  const auto places = even_flow(left, figure_.width - 2, entries);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const LegendEntry& entry = entries[i];
    const LegendSample& sample = entry.sample;
    const bool hollow = sample.mark % 2 == 0;
    const double x = places[i].x, y = top - places[i].line * line_height;
    switch (sample.kind) {
      case LegendSample::Kind::line:
        overlay_ += fmt::format("  set arrow from {:.2f},{:.2f} rto {},0 nohead lw {} dt {} lc rgb '{}'\n", x, y,
                                sample_width, sample.size, sample.dash, hex(sample.colour));
        break;
      case LegendSample::Kind::mark:
        label(x + 1.1, y, "''",
              fmt::format("point pt {} ps {}*mm lw {} lc rgb '{}'", sample.mark, sample.size, hollow ? 0.6 : 0.1,
                          hex(sample.colour)));
        break;
      case LegendSample::Kind::swatch:
        overlay_ += fmt::format(
            "  set object rectangle from {:.2f},{:.2f} to {:.2f},{:.2f} fillcolor rgb '{}' fillstyle solid noborder\n",
            x, y - 0.9, x + 2.2, y + 0.9, hex(sample.colour));
        break;
      case LegendSample::Kind::none:
        break;
    }
    label(x + sample_space(sample), y, text(entry.text), "left font ',6'");
  }
}

Figure FigureCanvas::finish(const CsvTable& table, const FigureOptions& options) {
  figure_.drawing += '\n';
  add("set lmargin at screen 0; set rmargin at screen 1; set bmargin at screen 0; set tmargin at screen 1");
  add("unset label; unset arrow; unset object; unset logscale");
  add("unset border; unset tics; set xrange [0:width]; set yrange [-base:height-base]");
  figure_.drawing += overlay_;
  const std::size_t notes = note_lines(options.note, figure_.width).size();
  for (std::size_t i = 1; i <= notes; ++i) {
    add("set label note_{} at width-1,{:.1f}-base right font ',5.5' textcolor rgb '{}'", i,
        1.6 + 2.2 * static_cast<double>(notes - i), hex(0x606060));
  }
  add("plot NaN notitle");
  add("set border 3 lw 0.5; set tics out nomirror scale 0.4 font ',6'");
  add("set xtics nomirror offset 0,0.45; set ytics nomirror offset 0.5,0");
  figure_.csv = table.text();
  return std::move(figure_);
}

std::string rows_from(const CsvTable& table, std::size_t first) {
  return fmt::format("table every ::{}::{}", first, table.rows() - 1);
}

std::vector<std::string> coloured_cells(std::string_view rows, int x, int y) {
  const std::string cells = fmt::format("{} using {}:{}:(0.47):(0.47)", rows, x, y);
  return {fmt::format("{} with boxxyerror fillstyle solid 1 noborder fillcolor rgb '{}' notitle", cells,
                      hex(colour::missing)),
          fmt::format("{}:3 with boxxyerror fillstyle solid 1 noborder fillcolor palette notitle", cells)};
}

void add_marked_line(std::vector<std::string>& elements, std::string_view rows, std::string_view columns,
                     std::size_t network) {
  const std::string points = fmt::format("{} using {}", rows, columns), colour = hex(network_colour(network));
  elements.push_back(fmt::format("{} with lines lw 0.8 lc rgb '{}' notitle", points, colour));
  elements.push_back(
      fmt::format("{} with points pt {} ps 1.4*mm lw 0.1 lc rgb '{}' notitle", points, network_mark(network), colour));
}

namespace {
constexpr double class_panels_left = 12;
double class_panels_width(std::size_t panels) { return panels == 1 ? single_column : double_column; }
}  // namespace

ClassPanels::ClassPanels(std::size_t panels, std::vector<FigureCanvas::LegendEntry> legend)
    : legend_(std::move(legend)),
      foot_(1.4 + FigureCanvas::legend_height(class_panels_width(panels), class_panels_left, legend_)),
      grid_(panels, panels == 4 ? 2 : 5, class_panels_width(panels), panels <= 2 ? 50 : 32,
            {.left = class_panels_left, .top = 5, .bottom = 8.5, .column_gap = 4.5, .row_gap = 8}, foot_) {}

void ClassPanels::add_labels(FigureCanvas& canvas, std::string_view x, std::string_view y) const {
  canvas.common_labels(grid_, foot_ + 2.2, x, y);
  canvas.legend(class_panels_left, foot_ - 3.2, legend_);
}

std::string class_title(const std::string& label) {
  const bool number = std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number && !label.empty() ? "class " + label : label;
}

}  // namespace inforelay
