#include "experiments/sweep/draw_sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "core/config/tree.hpp"
#include "core/parallel.hpp"
#include "core/statistics/statistics.hpp"
#include "core/text/labels.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/sweep/measure_family.hpp"
#include "experiments/sweep/parameters.hpp"

namespace inforelay {
namespace {

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// The x axis that the values of one parameter make.
struct Axis {
  std::string label;
  std::vector<std::string> levels;
  std::vector<double> position;             // empty: names
  std::vector<std::size_t> level_of_point;  // [points]
};

// The one place at which lists differ: [784, 4, 10] and [784, 8, 10] differ in element 1, counted from 0.
std::optional<std::size_t> only_difference(const std::vector<const ConfigNode*>& values) {
  std::optional<std::size_t> difference;
  for (const ConfigNode* value : values) {
    if (value->kind != ConfigNode::Kind::list || value->items.size() != values[0]->items.size()) return std::nullopt;
    for (std::size_t i = 0; i < value->items.size(); ++i) {
      if (same_value(value->items[i], values[0]->items[i])) continue;
      if (difference && *difference != i) return std::nullopt;
      difference = i;
    }
  }
  return difference;
}

Axis axis_of(const SweepPlan& plan, std::size_t parameter) {
  Axis axis;
  // The values as configured, whose order names keep, then those of the points.
  const std::vector<ConfigNode>& configured = plan.config.sweep->parameters[parameter].values;
  std::vector<const ConfigNode*> values;
  for (const ConfigNode& value : configured) values.push_back(&value);
  for (const SweepPoint& point : plan.points) values.push_back(&point.values[parameter]);
  const std::optional<std::size_t> element = only_difference(values);
  axis.label = setting_title(plan.parameters[parameter], element);
  if (element) {
    for (const ConfigNode*& value : values) value = &value->items[*element];
  }
  std::map<std::string, std::size_t> level_of;
  std::vector<double> numbers;
  for (const ConfigNode* value : values) {
    const std::string text = to_yaml(*value);
    const auto [found, is_new] = level_of.emplace(text, axis.levels.size());
    axis.level_of_point.push_back(found->second);
    if (!is_new) continue;
    axis.levels.push_back(text);
    if (const auto number = number_of(*value)) numbers.push_back(*number);
  }
  axis.level_of_point.erase(axis.level_of_point.begin(),
                            axis.level_of_point.begin() + static_cast<std::ptrdiff_t>(configured.size()));
  if (numbers.size() < axis.levels.size()) return axis;
  // Rising: medians are joined in this order.
  std::vector<std::size_t> order(numbers.size()), rank(numbers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return numbers[a] < numbers[b]; });
  std::vector<std::string> levels;
  for (std::size_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = i;
    levels.push_back(axis.levels[order[i]]);
    axis.position.push_back(numbers[order[i]]);
  }
  axis.levels = std::move(levels);
  for (std::size_t& level : axis.level_of_point) level = rank[level];
  return axis;
}

constexpr std::size_t most_series = 6;  // as many colours as there are for networks

// A series for each combination of the other parameters of a grid; a single one if there are none or too many.
struct Series {
  std::vector<std::string> names{"all"};
  std::vector<std::size_t> of_point;
};

Series series_of(const SweepPlan& plan, std::size_t parameter) {
  Series pooled, series;
  pooled.of_point.assign(plan.points.size(), 0);
  if (plan.config.sweep->method != SweepMethod::grid || plan.parameters.size() < 2) return pooled;
  const std::vector<std::string> keys = distinct_ends(plan.parameters);
  series.names.clear();
  for (const SweepPoint& point : plan.points) {
    std::string name;
    for (std::size_t p = 0; p < plan.parameters.size(); ++p) {
      if (p == parameter) continue;
      name += fmt::format("{}{} {}", name.empty() ? "" : ", ", keys[p], to_yaml(point.values[p]));
    }
    const auto found = std::find(series.names.begin(), series.names.end(), name);
    series.of_point.push_back(static_cast<std::size_t>(found - series.names.begin()));
    if (found == series.names.end()) series.names.push_back(std::move(name));
    if (series.names.size() > most_series) return pooled;
  }
  return series;
}

// "full, layer 2, test" of full.layers.2.relay.test.total: what the title of the metric leaves out.
std::string place_of(const NetworkMetric& metric) {
  std::string place = metric.network;
  if (!metric.layer.empty()) place += ", layer " + metric.layer;
  if (!metric.subset.empty()) place += ", " + metric.subset;
  return place;
}

void set_quantity(SweepFigure& figure, const NetworkMetric& metric) {
  figure.quantity = metric.title;
  figure.place = place_of(metric);
  figure.metric = metric.name();
}

std::string file_stem(std::string name) {
  std::replace(name.begin(), name.end(), '.', '-');
  return name;
}

SweepFigure over_parameter(const SweepPlan& plan, const SweepTable& table, std::size_t m, const Axis& axis,
                           const Series& series, const std::string& suffix) {
  SweepFigure figure;
  figure.name = file_stem(plan.metrics[m].name()) + suffix;
  set_quantity(figure, plan.metrics[m]);
  figure.setting = axis.label;
  figure.levels = axis.levels;
  figure.position = axis.position;
  figure.series = series.names;
  figure.joined = plan.config.sweep->method != SweepMethod::random;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const std::size_t point = plan.runs[i].point;
    figure.dots.push_back({axis.level_of_point[point], series.of_point[point], table.metrics[m].mean[i]});
  }
  return figure;
}

SweepFigure over_seeds(const SweepPlan& plan, const SweepTable& table, std::size_t m) {
  const MetricColumn& column = table.metrics[m];
  const auto classes = static_cast<std::size_t>(column.by_class.cols());
  SweepFigure figure;
  figure.name = file_stem(plan.metrics[m].name());
  set_quantity(figure, plan.metrics[m]);
  if (classes > 0) figure.levels = table.classes;
  figure.setting = fmt::format("{}{} seeds", classes > 0 ? "class; " : "", plan.runs.size());
  figure.levels.emplace_back(classes > 0 ? "mean" : "");
  if (classes > 0) figure.series = {"each class", "mean over classes"};
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    for (std::size_t c = 0; c < classes; ++c) {
      const double value = column.by_class(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c));
      figure.dots.push_back({c, 0, value});
    }
    figure.dots.push_back({classes, classes > 0 ? 1u : 0u, column.mean[i]});
  }
  return figure;
}

// Measures side by side, of runs in these series; the measure with the greatest median first.
SweepFigure over_measures(const SweepPlan& plan, const SweepTable& table, const MeasureFamily& family,
                          const Series& series, const std::string& suffix) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < family.metrics.size(); ++i) {
    const Spread runs = spread(table.metrics[family.metrics[i]].mean);
    order.emplace_back(runs.count > 0 ? -runs.median : std::numeric_limits<double>::infinity(), i);
  }
  std::sort(order.begin(), order.end());
  SweepFigure figure;
  figure.name = file_stem(family.name) + suffix;
  figure.quantity = family.quantity;
  figure.place = place_of(plan.metrics[family.metrics[0]]);
  figure.metric = family.name + "_MEASURE, means over classes";
  if (!suffix.empty()) figure.metric += ", runs of all values of the other settings";
  figure.setting = "measure of importance";
  figure.series = series.names;
  for (const auto& [minus_median, i] : order) {
    for (std::size_t run = 0; run < plan.runs.size(); ++run)
      figure.dots.push_back(
          {figure.levels.size(), series.of_point[plan.runs[run].point], table.metrics[family.metrics[i]].mean[run]});
    figure.levels.push_back(family.measures[i]);
  }
  return figure;
}

// Each point, by what it has of the settings of the network, or of all if that leaves points of the same name.
Series series_of_points(const SweepPlan& plan, const std::string& network) {
  Series points{.of_point = std::vector<std::size_t>(plan.points.size())};
  std::iota(points.of_point.begin(), points.of_point.end(), std::size_t{0});
  if (plan.parameters.empty()) return points;
  std::vector<std::string> all, own;
  for (const std::size_t point : points.of_point) {
    all.push_back(plan.short_values_text(point));
    own.push_back(plan.values_text_of(network, point));
  }
  points.names = std::set(own.begin(), own.end()).size() == own.size() ? own : all;
  return points;
}

// A figure with a series for each point if there are as many colours; else one for each parameter, whose values are the
// series, with the runs of all values of the others. Returns whether every parameter is shown.
bool add_over_measures(const SweepPlan& plan, const SweepTable& table, const MeasureFamily& family,
                       std::vector<SweepFigure>& figures) {
  if (plan.points.size() <= most_series) {
    figures.push_back(
        over_measures(plan, table, family, series_of_points(plan, plan.metrics[family.metrics[0]].network), ""));
    return true;
  }
  bool all = true;
  for (std::size_t p = 0; p < plan.parameters.size(); ++p) {
    const Axis axis = axis_of(plan, p);
    all = all && axis.levels.size() <= most_series;
    if (axis.levels.size() > most_series) continue;
    Series values{.names = {}, .of_point = axis.level_of_point};
    for (const std::string& level : axis.levels) values.names.push_back(axis.label + " " + level);
    figures.push_back(over_measures(plan, table, family, values, "-over-" + file_stem(plan.parameters[p])));
  }
  return all;
}

constexpr std::string_view size_metric = "regression.set_size";

// Of each column, the values of a class; values that are not finite do not count.
std::vector<double> medians(const RowMatrix<double>& runs) {
  std::vector<double> result;
  for (Eigen::Index c = 0; c < runs.cols(); ++c) {
    const Eigen::VectorXd column = runs.col(c);
    result.push_back(spread({column.data(), static_cast<std::size_t>(column.size())}).median);
  }
  return result;
}

// Parts of the paths of settings, for people, with the unit; of others the underscores become blanks.
constexpr std::pair<std::string_view, std::string_view> part_titles[] = {
    {"batch_size", "batch size (samples)"},
    {"discretize", "discretisation"},
    {"hidden", "hidden units"},
    {"max_epochs", "most epochs"},
    {"negatives", "training samples of other classes"},
    {"noise", "noise"},
    {"positives", "training samples of the class"},
    {"test_limit", "test samples"},
    {"train_limit", "training samples"},
};

}  // namespace

std::string setting_title(const std::string& path, std::optional<std::size_t> element) {
  std::vector<std::string> parts = parts_of(path);
  std::string of;  // the network or recording
  if (parts.size() > 2 && (parts.front() == "networks" || parts.front() == "recordings")) {
    of = " of " + parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  } else if (parts.size() > 1) {
    parts.erase(parts.begin());  // "analysis", "data"
  }
  if (parts.size() > 1 && parts.front() == "train") parts.erase(parts.begin());
  std::string title;
  for (const std::string& part : parts) {
    const auto* known = std::find_if(std::begin(part_titles), std::end(part_titles),
                                     [&](const auto& each) { return each.first == part; });
    std::string words = known == std::end(part_titles) ? part : std::string(known->second);
    std::replace(words.begin(), words.end(), '_', ' ');
    title += (title.empty() ? "" : " ") + words;
  }
  if (element && parts.back() == "layers") {
    title = *element == 0 ? std::string("inputs") : fmt::format("units of hidden layer {}", *element);
    if (!of.empty()) of = ", " + of.substr(4);
  } else if (element) {
    title += fmt::format(", element {}", *element);
  }
  return title + of;
}

std::vector<SweepFigure> sweep_figures(const SweepPlan& plan, const SweepTable& table) {
  std::vector<SweepFigure> figures;
  std::set<std::size_t> compared;
  for (const MeasureFamily& family : measure_families(plan)) {
    if (add_over_measures(plan, table, family, figures)) compared.insert(family.metrics.begin(), family.metrics.end());
  }
  for (std::size_t m = 0; m < plan.metrics.size() && plan.parameters.empty(); ++m)
    figures.push_back(over_seeds(plan, table, m));
  for (std::size_t p = 0; p < plan.parameters.size(); ++p) {
    const Axis axis = axis_of(plan, p);
    const Series series = series_of(plan, p);
    const std::string suffix = plan.parameters.size() > 1 ? "-over-" + file_stem(plan.parameters[p]) : "";
    for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
      if (!compared.contains(m)) figures.push_back(over_parameter(plan, table, m, axis, series, suffix));
    }
  }
  return figures;
}

RegressionFigure regression_over_seeds(const SweepPlan& plan, const SweepTable& table) {
  RegressionFigure figure;
  if (!plan.parameters.empty() || plan.runs.size() < 2) return figure;
  figure.labels = table.classes;
  // The column of the metric beside metrics[m] with the same prefix: "full.regression.information".
  const auto beside = [&](std::size_t m, std::string_view other) -> const RowMatrix<double>* {
    std::string name = plan.metrics[m].name();
    name.replace(name.size() - size_metric.size(), size_metric.size(), other);
    for (std::size_t i = 0; i < plan.metrics.size(); ++i) {
      if (plan.metrics[i].name() == name && table.metrics[i].by_class.cols() > 0) return &table.metrics[i].by_class;
    }
    return nullptr;
  };
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    if (!plan.metrics[m].metric.ends_with(size_metric)) continue;
    const RowMatrix<double>*size = beside(m, size_metric), *information = beside(m, "regression.information"),
          *r_squared = beside(m, "regression.r_squared");
    if (!size || !information) continue;
    figure.networks.push_back({.network = place_of(plan.metrics[m]),
                               .set_size = medians(*size),
                               .information = medians(*information),
                               .r_squared = r_squared ? medians(*r_squared) : std::vector<double>(),
                               .set_size_runs = *size,
                               .information_runs = *information});
  }
  return figure;
}

std::vector<std::string> draw_sweep_figures(const FigureWriter& writer, const SweepPlan& plan, const SweepTable& table,
                                            Progress& progress) {
  const std::vector<SweepFigure> figures = sweep_figures(plan, table);
  const RegressionFigure regression = regression_over_seeds(plan, table);
  std::vector<std::string> names(figures.size() + (regression.networks.empty() ? 0 : 1));
  parallel_blocks(
      names.size(),
      [&](std::size_t i) {
        names[i] = i < figures.size() ? draw_sweep(writer, figures[i]) : draw_regression(writer, regression);
      },
      progress);
  return names;
}

}  // namespace inforelay
