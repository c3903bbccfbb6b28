#include "experiments/sweep/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>

#include "core/config/settings.hpp"
#include "experiments/compare/compare_checks.hpp"
#include "experiments/sweep/parameters.hpp"

namespace inforelay {
namespace {

constexpr std::size_t most_shown_errors = 20;

std::string first_key(std::string_view path) { return std::string(path.substr(0, path.find('.'))); }

bool is_parent_only(std::string_view key, const SweepConfig& sweep) {
  if (key == "figures" && sweep.figures) return false;
  return std::find(parent_only_keys.begin(), parent_only_keys.end(), key) != parent_only_keys.end();
}

// One holds the other: "networks.full" and "networks.full.layers".
bool overlap(std::string_view a, std::string_view b) {
  return a == b || a.starts_with(fmt::format("{}.", b)) || b.starts_with(fmt::format("{}.", a));
}

ConfigNode integer_node(std::int64_t value, const ConfigPlace& place) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::scalar;
  node.text = fmt::format("{}", value);
  node.place = place;
  return node;
}

// A value whose path leads through something that is not a map is an error.
ConfigNode with_values(ConfigNode root, const std::vector<std::string>& paths, const std::vector<ConfigNode>& values,
                       ConfigErrors& errors) {
  for (std::size_t p = 0; p < paths.size(); ++p) {
    const std::string problem = assign(root, paths[p], values[p], values[p].place);
    if (!problem.empty()) errors.add(values[p].place, paths[p], fmt::format("{}: {}", paths[p], problem));
  }
  return root;
}

std::string assignments_text(const std::vector<std::string>& parameters, const std::vector<ConfigNode>& values) {
  std::vector<std::string> parts;
  for (std::size_t p = 0; p < parameters.size(); ++p)
    parts.push_back(fmt::format("{}={}", parameters[p], to_yaml(values[p])));
  return fmt::format("{}", fmt::join(parts, ", "));
}

// "0003-layers-784-8-10-seed-2": letters, digits, '.', '_' and '-'.
std::string folder_of(const SweepPlan& plan, const SweepRun& run, std::size_t digits) {
  constexpr std::size_t longest = 60;
  std::string words;
  const auto add = [&](std::string_view text) {
    words += '-';
    for (const char c : text) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                         c == '.' || c == '-';
      if (plain) {
        words += c;
      } else if (words.back() != '-') {
        words += '-';
      }
    }
    while (words.ends_with('-')) words.pop_back();
  };
  for (std::size_t p = 0; p < plan.parameters.size(); ++p) {
    const std::string& path = plan.parameters[p];
    add(std::string_view(path).substr(path.rfind('.') + 1));  // npos + 1 is 0
    add(to_yaml(plan.points[run.point].values[p]));
  }
  words.resize(std::min(words.size(), longest));
  return fmt::format("runs/{:0{}}{}-seed-{}", run.number, digits, words, run.seed);
}

class Planner {
 public:
  explicit Planner(const ConfigNode& root) : root_(root) {}

  SweepPlan plan() {
    plan_.config = read_experiment_config(root_, errors_, check_comparisons);
    const ConfigNode* node = root_.find("sweep");
    place_ = node ? node->place : root_.place;
    plan_.base = root_;
    std::erase_if(plan_.base.entries, [&](const auto& entry) { return is_parent_only(entry.key, sweep()); });
    check_paths();
    make_points();
    check_values();
    parse_metrics();
    check_points();
    errors_.throw_if_any();
    check_metrics();
    errors_.throw_if_any();
    make_runs();
    return std::move(plan_);
  }

 private:
  const SweepConfig& sweep() const { return *plan_.config.sweep; }

  void check_paths() {
    ExperimentConfig config = plan_.config;
    const std::vector<SettablePath> settings = settable_paths(settings_of(config));
    std::vector<std::string_view> known;
    for (const SettablePath& setting : settings) known.emplace_back(setting.path);
    for (const ConfigSeries& series : sweep().parameters) {
      const auto fail = [&](std::string_view problem) {
        errors_.add(series.place, fmt::format("sweep.parameters: {}", problem));
      };
      const auto found = std::find(known.begin(), known.end(), series.path);
      if (found == known.end()) {
        const std::string_view near = nearest_word(series.path, known);
        fail(fmt::format("there is no setting '{}'{}", series.path,
                         near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
      } else if (is_parent_only(first_key(series.path), SweepConfig{})) {
        fail(fmt::format("'{}' belongs to the sweep as a whole", series.path));
      } else if (series.path == "max_memory") {
        fail("'max_memory' belongs to the sweep as a whole");
      } else if (series.path == "seed") {
        fail("'seed' cannot be swept: replicates are the runs with other seeds");
      }
      for (const std::string& other : plan_.parameters) {
        if (overlap(series.path, other)) fail(fmt::format("'{}' and '{}' overlap", other, series.path));
      }
      plan_.parameters.push_back(series.path);
      is_integer_.push_back(found != known.end() &&
                            settings[static_cast<std::size_t>(found - known.begin())].is_integer);
    }
    errors_.throw_if_any();
  }

  void make_points() {
    for (auto& values : sweep_points(sweep(), is_integer_, plan_.config.seed, most_sweep_runs, place_, errors_))
      plan_.points.push_back({std::move(values)});
    errors_.throw_if_any();
    const std::size_t seeds = plan_.points.size() * static_cast<std::size_t>(sweep().replicates);
    if (plan_.config.seed > std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(seeds)) {
      errors_.add(place_, fmt::format("sweep: no seeds are left above seed {}", plan_.config.seed));
    }
  }

  // Each value for itself, so that one that is wrong is said once and not for every point that it is part of.
  void check_values() {
    for (std::size_t p = 0; p < plan_.parameters.size(); ++p) {
      ConfigSeries ends = sweep().parameters[p];
      if (!ends.count) ends.count = 2;
      for (const ConfigNode& value : values_of(ends, is_integer_[p])) {
        ConfigErrors found;
        ExperimentConfig ignored;
        const ConfigNode root = with_values(plan_.base, {plan_.parameters[p]}, {value}, found);
        read_settings(root, settings_of(ignored), found);
        for (const std::string& line : found.lines())
          add_swept(line, fmt::format("{}={}", plan_.parameters[p], to_yaml(value)));
      }
    }
  }

  void parse_metrics() {
    const ConfigNode* node = root_.find("sweep");
    const ConfigNode* collect = node ? node->find("collect") : nullptr;
    for (const std::string& name : sweep().collect) {
      try {
        plan_.metrics.push_back(parse_metric(name, plan_.config));
      } catch (const UsageError& error) {
        errors_.add(collect ? collect->place : place_, fmt::format("sweep.collect: {}", error.what()));
      }
    }
    if (sweep().collect.empty()) plan_.metrics = default_metrics(plan_.config);
    is_computed_.assign(plan_.metrics.size(), false);
  }

  void check_points() {
    for (const SweepPoint& point : plan_.points) {
      ConfigErrors found;
      try {
        const ConfigNode root = with_values(plan_.base, plan_.parameters, point.values, found);
        const ExperimentConfig config = read_experiment_config(root, found);
        for (std::size_t m = 0; m < plan_.metrics.size(); ++m)
          is_computed_[m] = is_computed_[m] || computes(config, plan_.metrics[m]);
      } catch (const ConfigError&) {
        for (const std::string& line : found.lines()) add_swept(line, assignments_text(plan_.parameters, point.values));
      }
    }
    if (swept_errors_.size() > most_shown_errors) {
      errors_.add(place_, fmt::format("sweep: {} more errors like these", swept_errors_.size() - most_shown_errors));
    }
  }

  // An error of a point, with the values that led to it; the same error of other points is not said again.
  void add_swept(const std::string& line, std::string_view values) {
    if (!swept_errors_.insert(line).second || swept_errors_.size() > most_shown_errors) return;
    errors_.add_line(fmt::format("{} (swept: {})", line, values));
  }

  // Those asked for must be computed somewhere; of the default ones, the others are left out.
  void check_metrics() {
    std::vector<SweepMetric> kept;
    for (std::size_t m = 0; m < plan_.metrics.size(); ++m) {
      if (is_computed_[m]) {
        kept.push_back(plan_.metrics[m]);
      } else if (!sweep().collect.empty()) {
        errors_.add(place_, fmt::format("sweep.collect: no run computes '{}' (subsets, exhaustive sets, knockout and "
                                        "regression are settings of analysis)",
                                        plan_.metrics[m].name()));
      }
    }
    plan_.metrics = std::move(kept);
  }

  void make_runs() {
    const auto replicates = static_cast<std::size_t>(sweep().replicates);
    const std::size_t count = plan_.points.size() * replicates;
    const std::size_t digits = std::max<std::size_t>(4, fmt::format("{}", count).size());
    for (std::size_t i = 0; i < count; ++i) {
      SweepRun run;
      run.number = i + 1;
      run.point = i / replicates;
      run.replicate = static_cast<std::int64_t>(i % replicates);
      run.seed = plan_.config.seed + (sweep().pair_seeds ? run.replicate : static_cast<std::int64_t>(i));
      run.folder = folder_of(plan_, run, digits);
      plan_.runs.push_back(std::move(run));
    }
  }

  const ConfigNode& root_;
  ConfigErrors errors_;
  ConfigPlace place_;
  SweepPlan plan_;
  std::set<std::string> swept_errors_;
  std::vector<bool> is_integer_;   // of each parameter
  std::vector<bool> is_computed_;  // each metric, by some point
};

}  // namespace

void SweepPlan::without_download() {
  ConfigNode no;
  no.kind = ConfigNode::Kind::scalar;
  no.text = "false";
  assign(base, "data.download", no, base.place);
  may_download = false;
}

ExperimentConfig SweepPlan::config_of(const SweepRun& run) const {
  ConfigErrors errors;
  ConfigNode root = with_values(base, parameters, points[run.point].values, errors);
  assign(root, "seed", integer_node(run.seed, root.place), root.place);
  return read_experiment_config(root, errors);
}

std::vector<std::string> SweepPlan::overrides_of(const SweepRun& run) const {
  std::vector<std::string> overrides;
  // Values as they were resolved: a relative path, say, is relative to the file that it was written in.
  ConfigErrors errors;
  const ConfigNode resolved = parse_config(print_experiment_config(config_of(run)), "resolved", errors);
  for (const std::string& path : parameters) {
    const ConfigNode* node = resolved.find_path(path);
    overrides.push_back(fmt::format("{}={}", path, node ? to_yaml(*node) : "null"));
  }
  overrides.push_back(fmt::format("seed={}", run.seed));
  if (!may_download) overrides.emplace_back("data.download=false");
  for (const std::string_view key : parent_only_keys) {
    if (is_parent_only(key, *config.sweep)) overrides.push_back(fmt::format("{}=null", key));
  }
  return overrides;
}

std::string SweepPlan::short_values_text(std::size_t point) const {
  std::vector<std::string> keys;
  for (const std::string& path : parameters) keys.push_back(path.substr(path.rfind('.') + 1));
  const bool different = std::set<std::string>(keys.begin(), keys.end()).size() == keys.size();
  return assignments_text(different ? keys : parameters, points[point].values);
}

std::string SweepPlan::values_text(std::size_t point) const {
  return assignments_text(parameters, points[point].values);
}

std::string SweepPlan::label_of(const SweepRun& run) const {
  const std::string values = values_text(run.point);
  return fmt::format("{}{}seed {}", values, values.empty() ? "" : ", ", run.seed);
}

SweepPlan plan_sweep(const ConfigNode& root) { return Planner(root).plan(); }

SweepPlan plan_sweep(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
  ConfigErrors errors;
  const ConfigNode root = load_config(file, overrides, errors);
  errors.throw_if_any();
  return plan_sweep(root);
}

}  // namespace inforelay
