#include "experiments/sweep/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>

#include "core/config/settings.hpp"
#include "core/error.hpp"
#include "core/text/labels.hpp"
#include "experiments/config/config_checks.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/sweep/parameters.hpp"

namespace inforelay {
namespace {

constexpr std::size_t most_shown_errors = 20;

std::string first_key(std::string_view path) { return std::string(path.substr(0, path.find('.'))); }

bool is_parent_only(std::string_view key, const SweepConfig& sweep) {
  if (key == "figures" && sweep.figures) return false;
  return std::find(parent_only_keys.begin(), parent_only_keys.end(), key) != parent_only_keys.end();
}

// True if one path contains the other: "networks.full" and "networks.full.layers".
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

ConfigNode with_values(ConfigNode root, const std::vector<std::string>& paths, const std::vector<ConfigNode>& values) {
  for (std::size_t p = 0; p < paths.size(); ++p) assign(root, paths[p], values[p], values[p].place);
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
  explicit Planner(const LoadedConfig& loaded) : root_(loaded.root) { plan_.config = loaded.config; }

  SweepPlan plan() {
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
        fail(fmt::format("there is no setting '{}'{}", series.path, suggestion(series.path, known)));
      } else if (is_parent_only(first_key(series.path), SweepConfig{})) {
        fail(fmt::format("'{}' belongs to the sweep as a whole", series.path));
      } else if (series.path == "max_memory") {
        fail("'max_memory' belongs to the sweep as a whole");
      } else if (series.path == "seed") {
        fail("'seed' cannot be swept: replicates are the runs with other seeds");
      } else {
        ConfigNode copy = plan_.base;
        const std::string problem = assign(copy, series.path, integer_node(0, series.place), series.place);
        if (!problem.empty()) fail(fmt::format("'{}': {}", series.path, problem));
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

  // Checks each value by itself, so that an invalid one is reported once, not for every point.
  void check_values() {
    for (std::size_t p = 0; p < plan_.parameters.size(); ++p) {
      ConfigSeries ends = sweep().parameters[p];
      if (!ends.count) ends.count = 2;
      for (const ConfigNode& value : values_of(ends, is_integer_[p])) {
        ConfigErrors found;
        ExperimentConfig ignored;
        const ConfigNode root = with_values(plan_.base, {plan_.parameters[p]}, {value});
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
        plan_.metrics.push_back(parse_network_metric(name, plan_.config));
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
        const ExperimentConfig config =
            read_experiment_config(with_values(plan_.base, plan_.parameters, point.values), found);
        for (std::size_t m = 0; m < plan_.metrics.size(); ++m)
          is_computed_[m] = is_computed_[m] || metric_missing(config, plan_.metrics[m]).empty();
      } catch (const ConfigError&) {
        for (const std::string& line : found.lines()) add_swept(line, assignments_text(plan_.parameters, point.values));
      }
    }
    if (swept_errors_.size() > most_shown_errors) {
      errors_.add(place_, fmt::format("sweep: {} more errors like these", swept_errors_.size() - most_shown_errors));
    }
  }

  // An error of a point, with the values that led to it; the same error of other points is not repeated.
  void add_swept(const std::string& line, std::string_view values) {
    if (!swept_errors_.insert(line).second || swept_errors_.size() > most_shown_errors) return;
    errors_.add_line(fmt::format("{} (swept: {})", line, values));
  }

  // Configured metrics must be computed by some run; default ones that are not are left out.
  void check_metrics() {
    std::vector<NetworkMetric> kept;
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
  ConfigNode root = with_values(base, parameters, points[run.point].values);
  assign(root, "seed", integer_node(run.seed, root.place), root.place);
  ConfigErrors errors;
  return read_experiment_config(root, errors);
}

std::vector<std::string> SweepPlan::overrides_of(const SweepRun& run) const {
  std::vector<std::string> overrides;
  // Values in their resolved form: a relative path, for example, is relative to the file that it was written in.
  ConfigErrors errors;
  const ConfigNode resolved = parse_config(print_experiment_config(config_of(run)), "resolved", errors);
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const std::string& path = parameters[p];
    const ConfigNode* node = resolved.find_path(path);  // none if a word stands for the group that it is in
    overrides.push_back(fmt::format("{}={}", path, to_yaml(node ? *node : points[run.point].values[p])));
  }
  overrides.push_back(fmt::format("seed={}", run.seed));
  if (!may_download) overrides.emplace_back("data.download=false");
  for (const std::string_view key : parent_only_keys) {
    if (is_parent_only(key, *config.sweep)) overrides.push_back(fmt::format("{}=null", key));
  }
  return overrides;
}

std::string SweepPlan::short_values_text(std::size_t point) const {
  return assignments_text(distinct_ends(parameters), points[point].values);
}

std::string SweepPlan::values_text_of(const std::string& network, std::size_t point) const {
  const std::vector<std::string> ends = distinct_ends(parameters);
  std::vector<std::string> keys;
  std::vector<ConfigNode> values;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const std::string& path = parameters[p];
    if (path.starts_with("networks.") && !(path + ".").starts_with("networks." + network + ".")) continue;
    keys.push_back(ends[p]);
    values.push_back(points[point].values[p]);
  }
  return assignments_text(keys, values);
}

std::string SweepPlan::values_text(std::size_t point) const {
  return assignments_text(parameters, points[point].values);
}

std::string SweepPlan::label_of(const SweepRun& run) const {
  const std::string values = values_text(run.point);
  return fmt::format("{}{}seed {}", values, values.empty() ? "" : ", ", run.seed);
}

SweepPlan plan_sweep(const LoadedConfig& loaded) { return Planner(loaded).plan(); }

std::vector<NetworkMetric> default_metrics(const ExperimentConfig& config) {
  constexpr std::array<std::string_view, 7> of_subsets{
      "states.SUBSET.balanced_accuracy", "states.SUBSET.step_accuracy", "states.SUBSET.occupied_states",
      "states.SUBSET.entropy_bits",      "relay.SUBSET.total",          "relay.SUBSET.above_greedy",
      "relay.SUBSET.smallest_set_50"};
  constexpr std::array<std::string_view, 3> of_layers{"regression.set_size", "regression.information",
                                                      "regression.r_squared"};
  std::vector<NetworkMetric> metrics;
  const auto add = [&](const std::string& name) { metrics.push_back(parse_network_metric(name, config)); };
  for (const auto& [name, network] : config.networks) {
    if (network.recurrent) {
      add(name + ".recurrent_training.epochs");
      add(name + ".recurrent_training.accuracy_test");
    } else {
      add(name + ".training.epochs");
    }
    const std::vector<int> layers = analysed_layers(config.analysis, layer_widths(config, network));
    std::vector<std::string> prefixes;
    for (const int layer : layers) {
      prefixes.push_back(fmt::format("{}.layers.{}.", name,
                                     network.recurrent ? network.recurrent->layer_name(layer) : std::to_string(layer)));
    }
    if (layers.size() < 2) prefixes = {name + "."};
    for (const std::string& prefix : prefixes) {
      for (const std::string_view metric : of_subsets) {
        for (const std::string& subset : config.analysis.relay.subsets)
          add(prefix + std::string(metric).replace(metric.find("SUBSET"), 6, subset));
      }
      for (const std::string_view metric : of_layers) add(prefix + std::string(metric));
    }
  }
  // The subsets of a recording are known once it is read, but for the one that stands for none.
  for (const auto& [name, recording] : config.recordings) {
    if (!recording.subset.empty() || recording.states.size() > 1) continue;
    for (const std::string_view metric : {"states.all.entropy_bits", "relay.all.total", "relay.all.above_greedy"})
      add(fmt::format("{}.{}", name, metric));
  }
  return metrics;
}

}  // namespace inforelay
