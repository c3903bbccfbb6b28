#include "experiments/figures/sweep_figure.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/statistics/statistics.hpp"
#include "core/text/labels.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {
namespace {

constexpr std::size_t longest_name = 30, longest_series = 64;
constexpr double panel_height = 50, line_height = 3;

std::vector<std::string> shortened_names(const SweepFigure& figure) {
  return distinct_labels(figure.levels, longest_name);
}

// Numbers with as few digits, at least three, as tell them apart.
std::vector<std::string> number_texts(const std::vector<double>& numbers) {
  std::vector<std::string> texts;
  const std::size_t different = std::set<double>(numbers.begin(), numbers.end()).size();
  for (int digits = 3; digits <= 17; ++digits) {
    texts.clear();
    for (const double number : numbers) texts.push_back(fmt::format("{:.{}g}", number, digits));
    if (std::set<std::string>(texts.begin(), texts.end()).size() == different) break;
  }
  return texts;
}

bool is_numeric(const SweepFigure& figure) { return !figure.position.empty(); }

// Distance of the series of a level, side by side if the axis has names, which are at distance 1.
double step_of(const SweepFigure& figure) {
  if (is_numeric(figure)) return 0;
  return (figure.series.size() > 3 ? 0.85 : 0.6) / static_cast<double>(figure.series.size());
}

bool is_logarithmic(const SweepFigure& figure) {
  return is_numeric(figure) && figure.position.front() > 0 && figure.position.back() >= 50 * figure.position.front();
}

// The runs of one level and series.
struct Group {
  std::size_t level, series;
  double x = 0;  // of its median
  std::vector<double> values;
  Spread spread;
};

std::vector<Group> groups_of(const SweepFigure& figure) {
  const std::size_t series = figure.series.size();
  std::vector<Group> all;
  for (std::size_t level = 0; level < figure.levels.size(); ++level) {
    for (std::size_t s = 0; s < series; ++s) all.push_back({level, s, 0, {}, {}});
  }
  for (const SweepDot& dot : figure.dots) {
    if (std::isfinite(dot.value)) all[dot.level * series + dot.series].values.push_back(dot.value);
  }
  std::erase_if(all, [](const Group& group) { return group.values.empty(); });
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    while (end < all.size() && all[end].level == all[i].level) ++end;
    // Side by side if the axis has names.
    const double middle = static_cast<double>(end - i - 1) / 2;
    for (std::size_t j = i; j < end; ++j) {
      const auto level = static_cast<double>(all[j].level);
      all[j].spread = spread(all[j].values);
      all[j].x = is_numeric(figure) ? figure.position[all[j].level]
                                    : level + step_of(figure) * (static_cast<double>(j - i) - middle);
    }
    i = end;
  }
  return all;
}

// The elements of the plot: bands first, then dots, then medians.
class Elements {
 public:
  Elements(const SweepFigure& figure, CsvTable& table) : figure_(figure), table_(table), groups_(groups_of(figure)) {
    const bool joined = is_numeric(figure) && figure.joined;
    for (std::size_t s = 0; s < figure.series.size(); ++s) add_dots(s);
    for (std::size_t s = 0; s < figure.series.size(); ++s) add_medians(s, joined);
  }

  std::vector<std::string> all() const {
    std::vector<std::string> all = bands_;
    all.insert(all.end(), dots_.begin(), dots_.end());
    all.insert(all.end(), medians_.begin(), medians_.end());
    return all;
  }

  // "n = 3", "n = 2 to 3": values at each point; runs without a value do not count. "" if there are none.
  std::string runs_text() const {
    if (groups_.empty()) return "";
    const auto [least, most] = std::minmax_element(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) {
      return a.values.size() < b.values.size();
    });
    return least->values.size() == most->values.size()
               ? fmt::format("n = {}", most->values.size())
               : fmt::format("n = {} to {}", least->values.size(), most->values.size());
  }

 private:
  void add_dots(std::size_t series) {
    const std::size_t first = table_.rows();
    const double step = step_of(figure_);
    for (const Group& group : groups_) {
      if (group.series != series) continue;
      for (std::size_t i = 0; i < group.values.size(); ++i) {
        // Equal values are spread if the axis has names, by golden steps, which are even for any number of dots; left
        // of the median.
        const double turn = std::fmod(0.618034 * static_cast<double>(i + 1), 1.0) - 0.9;
        row("run", group, group.x + 0.45 * step * turn, group.values[i], group.values[i], group.values[i]);
      }
    }
    if (table_.rows() == first) return;
    constexpr std::size_t many = 40;
    const bool crowded =
        std::any_of(groups_.begin(), groups_.end(), [&](const Group& g) { return g.values.size() > many; });
    dots_.push_back(fmt::format("{} using 1:2 with points pt 7 ps {}*mm lw 0.1 lc rgb '#a0{:06x}' notitle",
                                rows_from(table_, first), crowded ? 0.7 : 1, network_colour(series)));
  }

  void add_medians(std::size_t series, bool joined) {
    const std::size_t first = table_.rows();
    for (const Group& group : groups_) {
      if (group.series == series)
        row("median", group, group.x + 0.25 * step_of(figure_), group.spread.median, group.spread.low,
            group.spread.high);
    }
    if (table_.rows() == first) return;
    const std::string colour = hex(network_colour(series));
    // The spread of a few runs is their points.
    const bool few = std::any_of(groups_.begin(), groups_.end(), [&](const Group& group) {
      return group.series == series && group.values.size() < fewest_for_quantiles;
    });
    if (joined) {
      if (!few) {
        bands_.push_back(
            fmt::format("{} using 1:3:4 with filledcurves fillcolor rgb '#d8{:06x}' fillstyle solid 1 "
                        "noborder notitle",
                        rows_from(table_, first), network_colour(series)));
      }
      medians_.push_back(
          fmt::format("{} using 1:2 with lines lw 0.8 lc rgb '{}' notitle", rows_from(table_, first), colour));
    }
    // A white edge sets them off from dots below them.
    for (const bool edge : {true, false}) {
      if (edge && !is_numeric(figure_)) continue;
      if (!joined && !few)
        medians_.push_back(fmt::format("{} using 1:3:(0):($4-$3) with vectors nohead lw {} lc rgb '{}' notitle",
                                       rows_from(table_, first), edge ? 1.8 : 0.8, edge ? "#ffffff" : colour));
      medians_.push_back(fmt::format("{} using 1:2 with points pt {} ps {}*mm lw 0.1 lc rgb '{}' notitle",
                                     rows_from(table_, first), network_mark(series), edge ? 2.1 : 1.6,
                                     edge ? "#ffffff" : colour));
    }
  }

  void row(std::string_view kind, const Group& group, double x, double value, double low, double high) {
    table_.row(x, value, low, high, kind, figure_.levels[group.level], figure_.series[group.series]);
  }

  const SweepFigure& figure_;
  CsvTable& table_;
  std::vector<Group> groups_;
  std::vector<std::string> bands_, dots_, medians_;
};

void check(const std::string& name, const SweepFigure& figure) {
  require_some(name, "levels", figure.levels.size());
  require_some(name, "series", figure.series.size());
  if (is_numeric(figure)) require_count(name, "position", figure.position.size(), "values", figure.levels.size());
  for (const SweepDot& dot : figure.dots) {
    if (dot.level < figure.levels.size() && dot.series < figure.series.size()) continue;
    throw UsageError(fmt::format("figure {}: a dot has level {} and series {}, expected less than {} and {}", name,
                                 dot.level, dot.series, figure.levels.size(), figure.series.size()));
  }
}

// Many names have the width of two columns.
double width_of(const SweepFigure& figure) {
  constexpr std::size_t most_names = 12;
  return is_numeric(figure) || figure.levels.size() <= most_names ? single_column : double_column;
}

// Height of the names below the panel: long ones are upright, not to overlap.
double names_height(const SweepFigure& figure) {
  constexpr double beside_panel = 15, upright_from = 3.1;
  if (is_numeric(figure)) return 2;
  const double widest = widest_text(shortened_names(figure)),
               room = (width_of(figure) - beside_panel) / static_cast<double>(figure.levels.size());
  return widest + 1 > room ? std::max(widest, upright_from) : 2;
}

// The quantity in lines that fit beside the panel.
std::vector<std::string> lines_of(const std::string& quantity) {
  std::vector<std::string> lines{""};
  for (std::size_t begin = 0; begin < quantity.size();) {
    const std::size_t end = std::min(quantity.find(' ', begin), quantity.size());
    const std::string word = quantity.substr(begin, end - begin);
    if (lines.back().empty())
      lines.back() = word;
    else if (widest_text({lines.back() + ' ' + word}) <= panel_height)
      lines.back() += ' ' + word;
    else
      lines.push_back(word);
    begin = end + 1;
  }
  return lines;
}

void add_x_axis(FigureCanvas& canvas, const SweepFigure& figure, bool upright) {
  constexpr std::size_t most_named = 8;
  if (!is_numeric(figure)) {
    canvas.add("set xrange [-0.6:{}]; set xtics nomirror {} ({})", static_cast<double>(figure.levels.size()) - 0.4,
               upright ? "rotate by 90 right" : "norotate center", canvas.category_tics(shortened_names(figure)));
    return;
  }
  AxisRange range;
  range.add_all(figure.position);
  if (is_logarithmic(figure)) {
    canvas.add("set logscale x; set xrange [{}:{}]; set xtics nomirror 10; set mxtics 10; set format x '10^{{%T}}'",
               range.low() / 1.3, range.high() * 1.3);
  } else {
    const AxisRange axis = range.widened(0.05, 0.05);
    canvas.x_axis(axis.low(), axis.high(), 7);
  }
  if (figure.position.size() > most_named || is_logarithmic(figure)) return;
  std::string tics;
  const std::vector<std::string> texts = number_texts(figure.position);
  for (std::size_t i = 0; i < texts.size(); ++i)
    tics += fmt::format("{}'{}' {}", tics.empty() ? "" : ", ", texts[i], figure.position[i]);
  canvas.add("set xtics nomirror ({})", tics);
}

}  // namespace

std::string draw_sweep(const FigureWriter& writer, const SweepFigure& figure) {
  const std::string name = figure_name("sweep", figure.name);
  check(name, figure);
  std::vector<FigureCanvas::LegendEntry> legend;
  const std::vector<std::string> series = distinct_labels(figure.series, longest_series);
  for (std::size_t s = 0; s < figure.series.size() && figure.series.size() > 1; ++s) {
    legend.push_back(
        {{.kind = LegendSample::Kind::mark, .colour = network_colour(s), .size = 1.6, .mark = network_mark(s)},
         series[s]});
  }
  const std::vector<std::string> quantity = lines_of(figure.quantity);
  const double left = 13 + line_height * static_cast<double>(quantity.size() - 1), below = names_height(figure);
  const double foot = legend.empty() ? 0 : 1 + FigureCanvas::legend_height(width_of(figure), left, legend);
  const PanelGrid grid(1, 1, width_of(figure), panel_height, {.left = left, .top = 3, .bottom = below + 7}, foot);
  const PanelBox& box = grid.boxes[0];
  FigureCanvas canvas(
      name,
      fmt::format("{} ({}) vs. {}. Faint dots: single runs; marks: medians; bars or bands: 5 to 95 % of "
                  "the runs, if each point has at least ten.",
                  figure.quantity, figure.metric, figure.setting),
      grid.width, grid.height);
  CsvTable table("x,value,low,high,kind,level,series");
  const Elements elements(figure, table);
  AxisRange values;
  for (const SweepDot& dot : figure.dots) values.add(dot.value);
  const AxisRange axis = values.widened(0.05, 0.05);
  canvas.begin_panel(box);
  add_x_axis(canvas, figure, below > 2);
  canvas.x_label(box, canvas.text(figure.setting), below + 4.2);
  canvas.y_axis(axis.low(), axis.high(), 7);
  for (std::size_t i = 0; i < quantity.size(); ++i)
    canvas.y_label(box, canvas.text(quantity[i]), left - 2.5 - line_height * static_cast<double>(i));
  if (const std::string runs = elements.runs_text(); !runs.empty())
    canvas.label(box.right() - 0.5, box.top() + 1.2, fmt::format("'{}'", runs), "right font ',5.5'");
  canvas.label(box.left + 0.5, box.top() + 1.2, canvas.text(figure.place), "left font ',5.5'");
  canvas.plot(elements.all());
  if (!legend.empty()) canvas.legend(left, foot - 2, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

}  // namespace inforelay
