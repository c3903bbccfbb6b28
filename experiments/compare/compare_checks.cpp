#include "experiments/compare/compare_checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "core/named.hpp"
#include "experiments/compare/statement.hpp"
#include "experiments/results/metrics.hpp"

namespace inforelay {
namespace {

class Checker {
 public:
  Checker(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors)
      : config_(config), root_(root), errors_(errors) {}

  void check(const std::string& path, const CompareConfig& compare) {
    const bool statement = !compare.statement.empty();
    if (statement == !compare.published.empty()) {
      return fail(path, "needs one of 'published' (a file, with 'network' and 'columns') and 'statement'");
    }
    statement ? check_statement(path, compare) : check_published(path, compare);
  }

 private:
  void fail(std::string_view path, std::string_view problem) { errors_.add(root_, path, problem); }

  const NetworkConfig* network_called(const std::string& path, const std::string& name) {
    const NetworkConfig* network = find_named(config_.networks, name);
    if (network) return network;
    std::vector<std::string_view> names;
    for (const auto& each : config_.networks) names.push_back(each.first);
    fail(path, name.empty() ? fmt::format("is missing; networks are {}", fmt::join(names, ", "))
                            : fmt::format("'{}' is none of the networks: {}", name, fmt::join(names, ", ")));
    return nullptr;
  }

  // Will `network`, if there is one, have this metric?
  void check_metric(const std::string& path, const NetworkConfig* network, const std::string& metric) {
    if (const std::string problem = quantity_error(metric); !problem.empty()) return fail(path, problem);
    const std::string missing = network ? quantity_missing(config_, *network, metric) : "";
    if (!missing.empty()) fail(path, fmt::format("{} will not be computed: {}", metric, missing));
  }

  void check_statement(const std::string& path, const CompareConfig& compare) {
    if (!compare.network.empty() || !compare.columns.empty()) {
      fail(path, "'network' and 'columns' are used with 'published', not with 'statement'");
    }
    const std::string at = path + ".statement";
    Statement statement;
    try {
      statement = parse_statement(compare.statement);
    } catch (const UsageError& error) {
      return fail(at, error.what());
    }
    for (const StatementTerm& term : {statement.left, statement.right}) {
      if (term.is_number()) continue;
      check_metric(at, network_called(at, term.network), term.metric);
      if (is_set(term.metric)) fail(at, fmt::format("{} is a set of units; expected numbers", term.metric));
    }
  }

  void check_published(const std::string& path, const CompareConfig& compare) {
    if (compare.at_least > 0) fail(path + ".at_least", "used with 'statement'; each column has its own");
    const NetworkConfig* network = network_called(path + ".network", compare.network);
    if (compare.columns.empty()) fail(path + ".columns", "at least one column is needed");
    for (const auto& [name, column] : compare.columns) {
      const std::string at = fmt::format("{}.columns.{}", path, name);
      if (column.metric.empty()) {
        fail(at + ".metric", "is missing");
      } else {
        check_metric(at + ".metric", network, column.metric);
      }
      check_tolerance(at, column);
    }
  }

  bool is_set(const std::string& metric) const {
    return quantity_error(metric).empty() && quantity_kind(metric).is_set;
  }

  void check_tolerance(const std::string& at, const CompareColumnConfig& column) {
    const bool tolerance = column.absolute || column.relative, set = is_set(column.metric);
    if (column.absolute && column.relative) return fail(at, "give absolute or relative, not both");
    if (set && tolerance) fail(at, "sets of units are equal or not; they have no tolerance");
    if (column.at_least > 0 && !tolerance && !set) fail(at + ".at_least", "needs a tolerance: absolute or relative");
    if (!config_.sweep) return;
    if (set) fail(at, fmt::format("{} is a set of units; over seeds only numbers compare", column.metric));
    if (tolerance) fail(at, "over seeds there is a distribution and no verdict: no tolerance with sweep");
  }

  const ExperimentConfig& config_;
  const ConfigNode& root_;
  ConfigErrors& errors_;
};

}  // namespace

void check_comparisons(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors) {
  Checker checker(config, root, errors);
  for (const auto& [name, compare] : config.compare) checker.check("compare." + name, compare);
}

}  // namespace inforelay
