// Accuracy vs. epoch, and accuracy of a composite network as its detectors are added (the staircase).
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "experiments/figures/figure_kind.hpp"
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

/// The mean over the classes, for the epochs at which all of them have a value.
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

/// The curves of one subset in a panel.
struct SubsetCurves {
  std::string_view subset;
  Curves curves;             // [C]
  std::vector<double> mean;  // over the classes; empty: not drawn
};

class TrainingDrawing {
 public:
  TrainingDrawing(FigureCanvas& canvas, const TrainingFigure& figure, FigurePalette palette)
      : canvas_(canvas),
        labels_(figure.labels),
        colours_(class_colours(static_cast<int>(figure.labels.size()), palette)) {}

  void draw(const PanelBox& box, const TrainingPanel& panel) {
    std::size_t longest = 1;
    for (const Curves* curves : {&panel.train, &panel.test}) {
      for (const auto& curve : *curves) longest = std::max(longest, curve.size());
    }
    logarithmic_ = static_cast<double>(longest) > longest_linear;
    canvas_.x_label(box, "'epoch'");
    if (logarithmic_) {
      canvas_.add("set logscale x; set xrange [1:{}]; set xtics nomirror 10; set mxtics 10; set format x '10^{{%T}}'",
                  1.15 * static_cast<double>(longest));
    } else {
      canvas_.x_axis(0, static_cast<double>(longest), 5);
    }
    for (std::size_t c = 0; panel.end_marks && c < panel.train.size(); ++c) {
      const auto& curve = panel.train[c];
      if (curve.empty() || !std::isfinite(curve.back())) continue;
      canvas_.add("set label '' at {},{} point pt 7 ps 1.3*mm lw 0.1 lc rgb '{}' front", curve.size(), curve.back(),
                  hex(colours_[c]));
    }
    const auto curves = [&](std::string_view subset, const Curves& of_classes) {
      const bool mean = panel.mean && labels_.size() > 1 && !of_classes.empty();
      return SubsetCurves{subset, of_classes, mean ? mean_curve(of_classes) : std::vector<double>{}};
    };
    plot(box, panel.network, "epoch", {curves("test", panel.test), curves("train", panel.train)});
  }

  void draw(const PanelBox& box, const StaircasePanel& panel) {
    const auto steps = static_cast<double>(panel.train.rows());
    logarithmic_ = false;
    canvas_.x_label(box, "'detectors in the network'");
    canvas_.x_axis(0.5, steps + 0.5, 1);
    canvas_.add("set xtics nomirror 1,{}; unset mxtics", std::max(1.0, tic_step(steps, 11)));
    const auto curves = [](std::string_view subset, const RowMatrix<double>& accuracy) {
      SubsetCurves result{subset, curves_by_class(accuracy), {}};
      for (Eigen::Index i = 0; accuracy.cols() > 1 && i < accuracy.rows(); ++i)
        result.mean.push_back(accuracy.row(i).mean());
      return result;
    };
    plot(box, panel.network, steps_axis, {curves("test", panel.test), curves("train", panel.train)});
  }

  const CsvTable& table() const { return table_; }

 private:
  static constexpr std::string_view steps_axis = "detectors";

  void plot(const PanelBox& box, const std::string& network, std::string_view x_is,
            const std::array<SubsetCurves, 2>& subsets) {
    AxisRange values;
    for (const SubsetCurves& each : subsets) {
      for (const auto& curve : each.curves) values.add_all(curve);
    }
    canvas_.y_axis(std::floor((values.low() - 0.01) * 20) / 20, std::max(values.high(), 1.0), 6);
    canvas_.panel_title(box, canvas_.text(network));
    canvas_.y_label(box, "'balanced accuracy'");
    elements_.clear();
    const auto add = [&](const SubsetCurves& each, int c, const std::string& label, const std::vector<double>& curve) {
      const std::size_t first = table_.rows();
      for (const std::size_t i : thin_curve(curve, curve_columns, logarithmic_))
        table_.row(i + 1, curve[i], each.subset, c, x_is, label, network);
      const std::uint32_t rgb = c < 0 ? colour::ink : colours_[static_cast<std::size_t>(c)];
      const std::string style = fmt::format("lw {} dt {} lc rgb '{}' notitle", c < 0 ? 1.1 : 0.6,
                                            each.subset == "test" ? dotted : "1", hex(rgb));
      add_line(first, x_is == steps_axis, style);
    };
    for (const SubsetCurves& each : subsets) {
      for (std::size_t c = 0; c < each.curves.size(); ++c) add(each, static_cast<int>(c), labels_[c], each.curves[c]);
    }
    for (const SubsetCurves& each : subsets) {
      if (!each.mean.empty()) add(each, -1, "mean", each.mean);
    }
    canvas_.plot(elements_);
  }

  /// The rows of the table from `first`, as a line or as levels of width 1 around each row.
  void add_line(std::size_t first, bool steps, const std::string& style) {
    if (table_.rows() == first) return;
    const std::string rows = rows_from(table_, first), last = rows_from(table_, table_.rows() - 1);
    elements_.push_back(fmt::format("{} using {} {}", rows, steps ? "($1-0.5):2 with steps" : "1:2 with lines", style));
    // "steps" ends where the last level begins.
    if (steps) elements_.push_back(fmt::format("{} using ($1-0.5):2:(1):(0) with vectors nohead {}", last, style));
  }

  FigureCanvas& canvas_;
  const std::vector<std::string>& labels_;
  std::vector<std::uint32_t> colours_;
  CsvTable table_{"x,accuracy,split,class,x_is,label,network"};
  std::vector<std::string> elements_;  // of the panel
  bool logarithmic_ = false;           // its axis
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
  std::vector<FigureCanvas::LegendEntry> legend{{{.kind = LegendSample::Kind::none}, "class"}};
  const auto colours = class_colours(static_cast<int>(figure.labels.size()), writer.options().palette);
  for (std::size_t c = 0; c < colours.size(); ++c) {
    legend.push_back({{.colour = colours[c], .size = 1.2}, figure.labels[c]});
  }
  if (colours.size() > 1) legend.push_back({{.size = 1.4}, "mean"});
  legend.push_back({{.colour = colour::grey, .size = 1}, "train"});
  // gnuplot's svg terminal ignores a new dash unless the colour changes too.
  legend.push_back({{.colour = colour::grey + 1, .dash = dotted, .size = 1}, "test"});

  const std::size_t panels = figure.networks.size() + figure.staircases.size();
  const double width = panels == 1 ? single_column : double_column;
  const double legend_left = 4;
  const double foot = 1 + FigureCanvas::legend_height(width, legend_left, legend);
  const PanelGrid grid(panels, 3, width, 44, {.bottom = 9, .row_gap = 17}, foot);

  FigureCanvas canvas(
      std::string(name),
      "Balanced accuracy vs. epoch, a coloured line for each class and the mean in black; solid: training samples, "
      "dotted: test samples; dots mark the end of a detector's training. For networks composed of detectors: balanced "
      "accuracy as these are added. Long curves are thinned to the first, last, smallest and largest value in each of "
      "400 parts of the axis, "
      "which gives the same line.",
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

extern const FigureKind training_figure;
const FigureKind training_figure{
    "training", FigureScope::experiment, "balanced accuracy during training",
    [](const FigureSource& source) -> FigureDrawing {
      TrainingFigure figure;
      for (const std::string& network : source.result.networks) {
        const ResultView system = source.result.network(network), training = system.at("training");
        figure.labels = system.texts("class");
        if (training.has("loss") && training.array("accuracy_train").shape.size() == 2) {
          figure.networks.push_back({.network = network,
                                     .train = curves_by_class(training.matrix<double>("accuracy_train")),
                                     .test = curves_by_class(training.matrix<double>("accuracy_test"))});
        }
        // Results of an earlier version lack the balanced accuracies of detectors.
        if (training.has("detectors/0/balanced_accuracy_train")) {
          TrainingPanel panel{.network = network + ": detectors", .mean = false, .end_marks = true};
          for (std::size_t c = 0; c < figure.labels.size(); ++c) {
            const ResultView detector = training.at(fmt::format("detectors/{}", c));
            panel.train.push_back(detector.numbers("balanced_accuracy_train"));
            panel.test.push_back(detector.numbers("balanced_accuracy_test"));
          }
          figure.networks.push_back(std::move(panel));
        }
        if (training.has("staircase_train")) {
          figure.staircases.push_back({.network = network,
                                       .train = training.matrix<double>("staircase_train"),
                                       .test = training.matrix<double>("staircase_test")});
        }
      }
      return figure.networks.empty() && figure.staircases.empty() ? nullptr : drawing(draw_training, figure);
    }};

}  // namespace inforelay
