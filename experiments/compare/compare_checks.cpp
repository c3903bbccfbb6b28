#include "experiments/compare/compare_checks.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/named.hpp"
#include "core/text/message_text.hpp"
#include "experiments/compare/network_metric.hpp"
#include "experiments/compare/set_tables.hpp"
#include "experiments/compare/statement.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/measures/metrics.hpp"

namespace inforelay {
namespace {

class Checker {
 public:
  Checker(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors,
          const std::vector<LoadedRecording>& loaded)
      : config_(config), root_(root), errors_(errors), loaded_(loaded) {}

  void run() {
    for (const auto& [name, entry] : config_.compare) {
      const std::string path = "compare." + name;
      if (int{!entry.statement.empty()} + int{!entry.published.empty()} + int{!entry.sets.empty()} != 1) {
        fail(path,
             "needs one of 'statement', 'published', the file of published values, and 'sets', tables of all sets");
      } else if (!entry.sets.empty()) {
        check_sets(path, entry);
      } else if (!entry.statement.empty()) {
        check_statement(path, entry);
      } else {
        check_published(path, entry);
      }
    }
  }

 private:
  void fail(std::string_view path, std::string_view problem) {
    errors_.add(place_of(root_, path), path, fmt::format("{}: {}", path, problem));
  }

  void check_statement(const std::string& path, const CompareConfig& entry) {
    if (!entry.network.empty() || !entry.columns.empty()) fail(path, "a statement takes neither network nor columns");
    if (entry.at_least && config_.sweep)
      fail(path + ".at_least", "over seeds statements are counted, without a verdict: not with sweep");
    std::int64_t count = 1;  // number of values, one for each class; 0: unknown before the files are read
    try {
      const Statement statement = parse_statement(entry.statement);
      for (const StatementTerm* term : {&statement.left, &statement.right}) {
        if (term->is_number()) continue;
        const NetworkMetric metric = parse_network_metric(term->network + "." + term->metric, config_);
        const std::string why = metric_missing(config_, metric, loaded_);
        if (!why.empty()) fail(path + ".statement", fmt::format("{} will not be computed: {}", metric.name(), why));
        const NetworkConfig* network = find_named(config_.networks, metric.network);
        if (!metric_by_class(network ? *network : NetworkConfig{}, metric.metric)) continue;
        count = network ? outputs_of(*network) : symbols_of(metric.network);
      }
    } catch (const UsageError& error) {
      return fail(path + ".statement", error.what());
    }
    if (entry.at_least && count > 0 && *entry.at_least > count)
      fail(path + ".at_least", fmt::format("{} is out of range: must be in [0, {}]", *entry.at_least, count));
  }

  // Both 0 if they are unknown yet.
  std::int64_t outputs_of(const NetworkConfig& network) const {
    if (network.recurrent) return network.recurrent->input == InputSymbol::label ? data_sizes(config_).classes : 0;
    const std::vector<std::int64_t> widths = layer_widths(config_, network);
    return widths.empty() ? 0 : widths.back();
  }
  std::int64_t symbols_of(std::string_view recording) const {
    for (const LoadedRecording& each : loaded_) {
      if (each.name == recording) return std::ssize(each.symbols);
    }
    return 0;
  }

  void check_published(const std::string& path, const CompareConfig& entry) {
    const NetworkConfig* network = find_named(config_.networks, entry.network);
    if (entry.at_least) fail(path + ".at_least", "is for statements; for published values it is given for each column");
    if (!network) {
      std::vector<std::string> names;
      for (const auto& each : config_.networks) names.push_back(each.first);
      fail(path + ".network",
           fmt::format("{}; networks are {}",
                       entry.network.empty() ? "is missing" : "there is no network '" + entry.network + "'",
                       listed(names)));
    }
    if (entry.columns.empty()) fail(path + ".columns", "at least one column is needed");
    for (const auto& [name, column] : entry.columns) {
      const std::string at = fmt::format("{}.columns.{}", path, name);
      const std::string problem = column.metric.empty() ? "is missing" : metric_error(column.metric);
      if (!problem.empty()) {
        fail(at + ".metric", problem);
        continue;
      }
      if (network) {
        const std::string why = metric_missing(config_, *network, column.metric);
        if (!why.empty()) fail(at, fmt::format("{} will not be computed: {}", column.metric, why));
      }
      check_tolerance(at, column);
    }
  }

  void check_sets(const std::string& path, const CompareConfig& entry) {
    if (!entry.network.empty()) fail(path + ".network", "is not used with sets, which names the networks");
    if (config_.sweep) fail(path, "sets: not with sweep");
    if (entry.columns.empty()) fail(path + ".columns", "at least one column is needed");
    std::size_t responses = 0;
    for (const auto& [name, column] : entry.columns) {
      const std::string at = fmt::format("{}.columns.{}", path, name);
      if (column.relative || column.at_least > 0 || !column.cls.empty())
        fail(at, "relative, at_least and class are not used with sets; absolute and rms are");
      responses += column.metric == "error_rate" ? 1 : 0;
      for (const auto& [network_name, files] : entry.sets) {
        const NetworkConfig* network = find_named(config_.networks, network_name);
        if (network == nullptr) continue;  // reported below
        const std::string problem = set_metric_problem(config_, *network, entry.subset, column.metric);
        if (!problem.empty()) {
          fail(at + ".metric", problem);
          break;
        }
      }
    }
    for (const auto& [network_name, files] : entry.sets) {
      if (!find_named(config_.networks, network_name))
        fail(path + ".sets", fmt::format("there is no network '{}'; it is a map of networks to files", network_name));
      if (files.size() != 1) fail(path + ".sets." + network_name, "one file is needed");
    }
    if (entry.regression && (responses != 1 || entry.columns.size() < 2))
      fail(path + ".regression", "needs one column of error_rate and at least one of temporal_representation_P");
  }

  void check_tolerance(const std::string& at, const CompareColumnConfig& column) {
    if (column.rms) fail(at + ".rms", "is for tables of sets");
    const bool tolerance = column.absolute || column.relative, is_set = metric_kind(column.metric).is_set;
    if (column.absolute && column.relative) return fail(at, "give absolute or relative, not both");
    if (is_set && tolerance) fail(at, "sets of units are equal or not; they have no tolerance");
    if (column.at_least > 0 && !tolerance && !is_set) fail(at + ".at_least", "needs a tolerance: absolute or relative");
    if (!config_.sweep) return;
    if (is_set) fail(at, fmt::format("{} is a set of units; over seeds only numbers compare", column.metric));
    if (tolerance) fail(at, "over seeds there is a distribution and no verdict: no tolerance with sweep");
  }

  const ExperimentConfig& config_;
  const ConfigNode& root_;
  ConfigErrors& errors_;
  const std::vector<LoadedRecording>& loaded_;
};

}  // namespace

void check_comparisons(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors,
                       const std::vector<LoadedRecording>& loaded) {
  if (!errors.concern("networks") && !errors.concern("recordings") && !errors.concern("analysis"))
    Checker(config, root, errors, loaded).run();
}

}  // namespace inforelay
