#include "experiments/run/load_config.hpp"

#include <fmt/format.h>

#include "core/config/settings.hpp"
#include "experiments/compare/compare_checks.hpp"
#include "experiments/config/config_checks.hpp"
#include "experiments/figures/figure_kind.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

namespace {

void check_figures(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors) {
  if (!config.figures) return;
  constexpr std::string_view path = "figures.only";
  for (const std::string& name : config.figures->only) {
    const std::string problem = figure_kind_error(name);
    if (!problem.empty()) errors.add(place_of(root, path), path, fmt::format("{}: {}", path, problem));
  }
}

}  // namespace

ExperimentConfig read_experiment_config(const ConfigNode& root, ConfigErrors& errors) {
  ExperimentConfig config;
  read_settings(root, settings_of(config), errors);
  check_experiment_config(config, root, errors);
  // Sizes of layers, which comparisons are checked for, may depend on data that are not read if there are errors.
  if (errors.empty() || !data_source(config.data.dataset).read) check_comparisons(config, root, errors);
  check_figures(config, root, errors);
  errors.throw_if_any();
  return config;
}

LoadedConfig load_experiment_config(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  ConfigErrors errors;
  LoadedConfig loaded{.root = load_config(path, overrides, errors), .config = {}};
  loaded.config = read_experiment_config(loaded.root, errors);
  return loaded;
}

}  // namespace inforelay
