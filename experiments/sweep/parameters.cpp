#include "experiments/sweep/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/config/tree.hpp"
#include "core/text/number_text.hpp"
#include "experiments/config/config_checks.hpp"

namespace inforelay {
namespace {

using Point = std::vector<ConfigNode>;

// A number of a range: an integer, or rounded to six digits (0.003 rather than 0.0029999999999999996).
ConfigNode number_node(double value, bool is_integer, const ConfigPlace& place) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::scalar;
  node.text = is_integer ? fmt::format("{}", std::floor(value + 0.5)) : fmt::format("{:.6g}", value);
  node.place = place;
  return node;
}

// The same text for the same value: "0.5" of 0.5 and 0.50.
std::string key_of(const ConfigNode& value) {
  const auto number = number_of(value);
  return number ? fmt::format("{}", *number + 0.0) : to_yaml(value);  // 0.0: of -0
}

class PointMaker {
 public:
  PointMaker(const SweepConfig& sweep, const std::vector<bool>& is_integer, std::size_t most_runs,
             const ConfigPlace& place, ConfigErrors& errors)
      : sweep_(sweep), is_integer_(is_integer), most_runs_(most_runs), place_(place), errors_(errors) {}

  std::vector<Point> random(std::int64_t seed) {
    if (sweep_.parameters.empty()) fail("method random needs parameters to draw; for replicates alone leave it out");
    forbid_repeated_values();
    check_count(static_cast<double>(sweep_.samples));
    if (!errors_.empty()) return {};
    const RandomStream stream(static_cast<std::uint64_t>(seed), "sweep");
    std::vector<Point> points(static_cast<std::size_t>(sweep_.samples));
    for (std::size_t i = 0; i < points.size(); ++i) {
      for (std::size_t p = 0; p < sweep_.parameters.size(); ++p) {
        const ConfigSeries& series = sweep_.parameters[p];
        points[i].push_back(draw_value(series, is_integer_[p], stream.child(i).child(series.path)));
      }
    }
    return points;
  }

  std::vector<Point> list() {
    if (sweep_.parameters.empty()) fail("method list needs parameters; for replicates alone leave it out");
    const auto values = all_values();
    for (std::size_t p = 1; p < values.size(); ++p) {
      if (values[p].size() == values[0].size()) continue;
      errors_.add(
          sweep_.parameters[p].place,
          fmt::format("sweep.parameters: method list takes the values side by side, but {} has {} and {} has {}",
                      sweep_.parameters[0].path, values[0].size(), sweep_.parameters[p].path, values[p].size()));
    }
    if (!values.empty()) check_count(static_cast<double>(values[0].size()));
    if (!errors_.empty()) return {};
    std::vector<Point> points(values[0].size());
    std::map<std::vector<std::string>, std::size_t> number_of_point;
    for (std::size_t i = 0; i < points.size(); ++i) {
      for (const auto& of_parameter : values) points[i].push_back(of_parameter[i]);
      std::vector<std::string> keys;
      for (const ConfigNode& value : points[i]) keys.push_back(key_of(value));
      const auto [earlier, is_new] = number_of_point.emplace(std::move(keys), i + 1);
      if (!is_new)
        errors_.add(points[i][0].place,
                    fmt::format("sweep.parameters: method list has the values number {} again as number {}",
                                earlier->second, i + 1));
    }
    return points;
  }

  std::vector<Point> grid() {
    forbid_repeated_values();
    const auto values = all_values();
    double count = 1;
    for (const auto& of_parameter : values) count *= static_cast<double>(of_parameter.size());
    check_count(count);
    if (!errors_.empty()) return {};
    std::vector<Point> points{Point{}};
    for (const auto& of_parameter : values) {
      std::vector<Point> longer;
      for (const Point& point : points) {
        for (const ConfigNode& value : of_parameter) {
          longer.push_back(point);
          longer.back().push_back(value);
        }
      }
      points = std::move(longer);
    }
    for (const auto& exclusion : sweep_.exclude) remove(points, exclusion);
    if (points.empty()) fail("every point is excluded");
    return points;
  }

  void forbid_exclude() {
    if (!sweep_.exclude.empty()) fail("exclude is for method grid");
  }

 private:
  void fail(std::string_view problem) { errors_.add(place_, fmt::format("sweep: {}", problem)); }
  void check_count(double points) {
    const double runs = points * static_cast<double>(sweep_.replicates);
    if (runs <= static_cast<double>(most_runs_)) return;
    fail(fmt::format("{:.0f} points of {} replicates are {:.0f} runs, expected at most {}", points, sweep_.replicates,
                     runs, most_runs_));
  }

  void forbid_repeated_values() {
    for (const ConfigSeries& series : sweep_.parameters) {
      std::set<std::string> earlier;
      for (const ConfigNode& value : series.values) {
        if (!earlier.insert(key_of(value)).second)
          errors_.add(value.place,
                      fmt::format("sweep.parameters.{}.values: {} is listed twice", series.path, to_yaml(value)));
      }
    }
  }

  std::vector<std::vector<ConfigNode>> all_values() {
    std::vector<std::vector<ConfigNode>> values;
    for (std::size_t p = 0; p < sweep_.parameters.size(); ++p) {
      const ConfigSeries& series = sweep_.parameters[p];
      if (series.kind != ConfigSeries::Kind::values && !series.count) {
        errors_.add(series.place, fmt::format("sweep.parameters.{}: the range needs a count", series.path));
        continue;
      }
      values.push_back(values_of(series, is_integer_[p]));
    }
    return values;
  }

  void remove(std::vector<Point>& points, const std::vector<ConfigAssignment>& exclusion) {
    std::vector<std::pair<std::size_t, const ConfigNode*>> wanted;  // parameter, value
    for (const ConfigAssignment& one : exclusion) {
      std::vector<std::string_view> paths;
      for (const ConfigSeries& series : sweep_.parameters) paths.emplace_back(series.path);
      const auto found = std::find(paths.begin(), paths.end(), one.path);
      if (found == paths.end()) {
        errors_.add(one.place, fmt::format("sweep.exclude: '{}' is not among sweep.parameters{}", one.path,
                                           suggestion(one.path, paths)));
        return;
      }
      wanted.emplace_back(static_cast<std::size_t>(found - paths.begin()), &one.value);
    }
    const std::size_t removed = std::erase_if(points, [&](const Point& point) {
      return std::all_of(wanted.begin(), wanted.end(),
                         [&](const auto& each) { return same_value(point[each.first], *each.second); });
    });
    if (removed == 0 && !exclusion.empty()) {
      errors_.add(exclusion[0].place, fmt::format("sweep.exclude: no point (left) has {}={}{}", exclusion[0].path,
                                                  to_yaml(exclusion[0].value), exclusion.size() > 1 ? ", ..." : ""));
    }
  }

  const SweepConfig& sweep_;
  const std::vector<bool>& is_integer_;
  std::size_t most_runs_;
  const ConfigPlace& place_;
  ConfigErrors& errors_;
};

}  // namespace

std::vector<ConfigNode> values_of(const ConfigSeries& series, bool is_integer) {
  if (series.kind == ConfigSeries::Kind::values) return series.values;
  std::vector<ConfigNode> values;
  for (std::int64_t i = 0; i < *series.count; ++i) {
    const double fraction = static_cast<double>(i) / static_cast<double>(*series.count - 1);
    double value = series.kind == ConfigSeries::Kind::range ? series.low + fraction * (series.high - series.low)
                                                            : series.low * std::pow(series.high / series.low, fraction);
    const bool is_end = i == 0 || i + 1 == *series.count;
    if (is_end) value = i == 0 ? series.low : series.high;  // without rounding errors
    ConfigNode node = number_node(value, is_integer, series.place);
    if (is_end && !is_integer) node.text = fmt::format("{}", value);
    if (values.empty() || values.back().text != node.text) values.push_back(std::move(node));
  }
  return values;
}

ConfigNode draw_value(const ConfigSeries& series, bool is_integer, RandomStream random) {
  if (series.kind == ConfigSeries::Kind::values) return series.values[random.below(series.values.size())];
  // Half a step more on either side, so that the first and last integer are as likely as the others.
  const double margin = is_integer ? 0.5 : 0;
  const double low = series.low - margin, high = series.high + margin;
  const double value = series.kind == ConfigSeries::Kind::range
                           ? random.uniform(low, high)
                           : std::exp(random.uniform(std::log(series.low), std::log(series.high)));
  return number_node(value, is_integer, series.place);
}

std::optional<double> number_of(const ConfigNode& node) {
  if (node.kind != ConfigNode::Kind::scalar || node.quoted) return std::nullopt;
  return number_from<double>(node.text);
}

bool same_value(const ConfigNode& a, const ConfigNode& b) { return key_of(a) == key_of(b); }

std::vector<std::vector<ConfigNode>> sweep_points(const SweepConfig& sweep, const std::vector<bool>& is_integer,
                                                  std::int64_t seed, std::size_t most_runs, const ConfigPlace& place,
                                                  ConfigErrors& errors) {
  PointMaker maker(sweep, is_integer, most_runs, place, errors);
  if (sweep.method == SweepMethod::grid) return maker.grid();
  maker.forbid_exclude();
  return sweep.method == SweepMethod::random ? maker.random(seed) : maker.list();
}

}  // namespace inforelay
