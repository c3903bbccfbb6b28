// Accuracy over epochs, and the staircase of a composite network.
#include <algorithm>
#include <cmath>
#include <limits>

#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"
#include "experiments/figures/plot/thin_points.hpp"

namespace inforelay {
namespace {

constexpr int curve_columns = 400;
constexpr double longest_linear = 200;  // epochs; beyond it the axis is logarithmic
constexpr std::string_view dotted = "(5,6)";
constexpr std::string_view name = "training";

using Curves = std::vector<std::vector<double>>;

/// Means over the classes, as long as all of them have a value.
std::vector<double> mean_curve(const Curves& curves) {
  std::size_t length = std::numeric_limits<std::size_t>::max();
  for (const auto& curve : curves) length = std::min(length, curve.size());
  std::vector<double> mean(length, 0.0);
  for (std::size_t i = 0; i < length; ++i) {
    for (const auto& curve : curves) mean[i] += curve[i];
    mean[i] /= static_cast<double>(curves.size());
  }
  return mean;
}

/// Up to 1 at least, and a little below the values.
AxisRange accuracy_range(const AxisRange& values) {
  AxisRange range;
  range.add(std::floor((values.low() - 0.01) * 20) / 20);
  range.add(std::max(values.high(), 1.0));
  return range;
}

class TrainingDrawing {
 public:
  TrainingDrawing(FigureCanvas& canvas, const TrainingFigure& figure, FigurePalette palette)
      : canvas_(canvas),
        labels_(figure.labels),
        colours_(class_colours(static_cast<int>(figure.labels.size()), palette)) {}

  void draw(const PanelBox& box, const TrainingPanel& panel) {
    AxisRange values;
    std::size_t longest = 1;
    for (const Curves* curves : {&panel.train, &panel.test}) {
      for (const auto& curve : *curves) {
        values.add_all(curve);
        longest = std::max(longest, curve.size());
      }
    }
    const bool logarithmic = static_cast<double>(longest) > longest_linear;
    axes(box, panel.network, panel.quantity, accuracy_range(values));
    canvas_.x_label(box, "'epoch'");
    if (logarithmic) {
      canvas_.add("set logscale x; set xrange [1:{}]; set xtics nomirror 10; set mxtics 10; set format x '10^{{%T}}'",
                  1.15 * static_cast<double>(longest));
    } else {
      canvas_.x_axis(0, static_cast<double>(longest), 5);
    }

    std::vector<std::string> elements;
    const bool mean = panel.mean && labels_.size() > 1;
    for (const Split split : {Split::test, Split::train}) {
      const Curves& curves = split == Split::train ? panel.train : panel.test;
      for (std::size_t c = 0; c < curves.size(); ++c) {
        curve(panel.network, split, static_cast<int>(c), labels_[c], curves[c], logarithmic);
        elements.push_back(element("using 1:2 with lines", first_row_, split, colours_[c], 0.6));
      }
    }
    for (const Split split : {Split::test, Split::train}) {
      const Curves& curves = split == Split::train ? panel.train : panel.test;
      if (!mean || curves.empty()) continue;
      curve(panel.network, split, -1, "mean", mean_curve(curves), logarithmic);
      elements.push_back(element("using 1:2 with lines", first_row_, split, colour::ink, 1.1));
    }
    for (std::size_t c = 0; panel.end_marks && c < panel.train.size(); ++c) {
      const auto& curve = panel.train[c];
      if (curve.empty() || !std::isfinite(curve.back())) continue;
      canvas_.add("set label '' at {},{} point pt 7 ps 1.3*mm lw 0.1 lc rgb '{}' front", curve.size(), curve.back(),
                  hex(colours_[c]));
    }
    canvas_.plot(elements);
  }

  void draw(const PanelBox& box, const StaircasePanel& panel) {
    AxisRange values;
    for (const auto* table : {&panel.train, &panel.test}) values.add_all(table->reshaped());
    const auto steps = static_cast<int>(panel.train.rows());
    axes(box, panel.network, panel.quantity, accuracy_range(values));
    canvas_.x_label(box, "'detectors in the network'");
    canvas_.x_axis(panel.first_step - 0.5, panel.first_step + steps - 0.5, 1);
    canvas_.add("set xtics nomirror {},{}; unset mxtics", panel.first_step, std::max(1.0, tic_step(steps, 11)));

    std::vector<std::string> elements;
    for (const Split split : {Split::test, Split::train}) {
      const auto& table = split == Split::train ? panel.train : panel.test;
      for (int c = 0; c < table.cols(); ++c) {
        steps_of(panel, split, c, labels_[static_cast<std::size_t>(c)], table.col(c));
        add_steps(elements, split, colours_[static_cast<std::size_t>(c)], 0.6);
      }
    }
    for (const Split split : {Split::test, Split::train}) {
      const auto& table = split == Split::train ? panel.train : panel.test;
      if (table.size() == 0 || table.cols() == 1) continue;
      steps_of(panel, split, -1, "mean", table.rowwise().mean());
      add_steps(elements, split, colour::ink, 1.1);
    }
    canvas_.plot(elements);
  }

  const CsvTable& table() const { return table_; }

 private:
  void axes(const PanelBox& box, const std::string& network, const std::string& quantity, const AxisRange& y) {
    canvas_.y_axis(y.low(), y.high(), 6);
    canvas_.panel_title(box, canvas_.text(network));
    canvas_.y_label(box, canvas_.text(quantity));
  }

  void curve(const std::string& network, Split split, int c, const std::string& label,
             const std::vector<double>& values, bool logarithmic) {
    first_row_ = table_.rows();
    for (const std::size_t i : thin_curve(values, curve_columns, logarithmic)) {
      table_.row(i + 1, values[i], to_string(split), c, "epoch", label, network);
    }
  }

  template <class Column>
  void steps_of(const StaircasePanel& panel, Split split, int c, const std::string& label, const Column& values) {
    first_row_ = table_.rows();
    for (int i = 0; i < values.size(); ++i) {
      table_.row(i + panel.first_step, values(i), to_string(split), c, "detectors", label, panel.network);
    }
  }

  /// The plot of the rows from `first` to the last one.
  std::string element(std::string_view how, std::size_t first, Split split, std::uint32_t colour, double width) const {
    if (table_.rows() <= first) return "NaN notitle";
    return fmt::format("table every ::{}::{} {} lw {} dt {} lc rgb '{}' notitle", first, table_.rows() - 1, how, width,
                       split == Split::test ? dotted : "1", hex(colour));
  }

  /// A level of width 1 around each row: "steps" ends where the last level begins.
  void add_steps(std::vector<std::string>& elements, Split split, std::uint32_t colour, double width) const {
    elements.push_back(element("using ($1-0.5):2 with steps", first_row_, split, colour, width));
    elements.push_back(
        element("using ($1-0.5):2:(1):(0) with vectors nohead", table_.rows() - 1, split, colour, width));
  }

  FigureCanvas& canvas_;
  const std::vector<std::string>& labels_;
  std::vector<std::uint32_t> colours_;
  CsvTable table_{"x,accuracy,split,class,x_is,label,network"};
  std::size_t first_row_ = 0;
};

void check(const TrainingFigure& figure) {
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  require_some(name, "panels", figure.networks.size() + figure.staircases.size());
  for (const auto& panel : figure.networks) {
    require_count(name, "train of " + panel.network, panel.train.size(), "curves", classes);
    if (!panel.test.empty()) require_count(name, "test of " + panel.network, panel.test.size(), "curves", classes);
  }
  for (const auto& panel : figure.staircases) {
    require_count(name, "train of " + panel.network, panel.train.cols(), "columns", classes);
    require_some(name, "steps of " + panel.network, static_cast<std::size_t>(panel.train.rows()));
    if (panel.test.size() > 0) {
      require_count(name, "test of " + panel.network, panel.test.cols(), "columns", classes);
      require_count(name, "test of " + panel.network, panel.test.rows(), "rows", panel.train.rows());
    }
  }
}

}  // namespace

std::vector<std::vector<double>> curves_by_class(const RowMatrix<double>& accuracy) {
  Curves curves;
  for (int c = 0; c < accuracy.cols(); ++c) {
    const Eigen::VectorXd column = accuracy.col(c);
    curves.emplace_back(column.begin(), column.end());
  }
  return curves;
}

std::string draw_training(const FigureWriter& writer, const TrainingFigure& figure) {
  check(figure);
  std::vector<FigureCanvas::LegendEntry> legend{{{.kind = LegendSample::Kind::none}, class_axis(figure.labels)}};
  const auto colours = class_colours(static_cast<int>(figure.labels.size()), writer.options().palette);
  for (std::size_t c = 0; c < colours.size(); ++c) {
    legend.push_back({{.colour = colours[c], .size = 1.2}, figure.labels[c]});
  }
  if (colours.size() > 1) legend.push_back({{.size = 1.4}, "mean"});
  legend.push_back({{.colour = colour::grey, .size = 1}, "train"});
  // gnuplot's svg terminal overlooks a new dash where the colour stays: so it changes, if by nothing that is seen.
  legend.push_back({{.colour = colour::grey + 1, .dash = dotted, .size = 1}, "test"});

  const std::size_t panels = figure.networks.size() + figure.staircases.size();
  const double width = panels == 1 ? single_column : double_column;
  const double legend_left = 4;
  FigureCanvas measure("", "", width, 0);
  const double foot = 1 + FigureCanvas::legend_line * measure.legend_lines(legend_left, legend);
  const PanelGrid grid(panels, 3, width, 44, {.bottom = 9, .row_gap = 17}, foot);

  FigureCanvas canvas(std::string(name),
                      "Training: accuracy over epochs, a coloured line for each class and their mean in black, train "
                      "solid and test dotted; dots mark where a detector's training ended. Where a network was put "
                      "together from detectors: its accuracy as they are added. Long curves are thinned to the first, "
                      "last, least and greatest value of each of 400 parts of the axis, which draws the same line.",
                      grid.width, grid.height);
  TrainingDrawing drawing(canvas, figure, writer.options().palette);
  std::size_t panel = 0;
  const auto draw = [&](const auto& input) {
    const PanelBox& box = grid.boxes[panel];
    canvas.begin_panel(box);
    if (panels > 1) canvas.panel_letter(box, panel);
    drawing.draw(box, input);
    ++panel;
  };
  for (const auto& network : figure.networks) draw(network);
  for (const auto& staircase : figure.staircases) draw(staircase);
  canvas.legend(legend_left, foot - 2, legend);
  return writer.write(canvas.finish(drawing.table(), writer.options()));
}

}  // namespace inforelay
