#include "experiments/run/load_config.hpp"

#include "core/config/settings.hpp"
#include "experiments/compare/compare_checks.hpp"
#include "experiments/config/config_checks.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

ExperimentConfig read_experiment_config(const ConfigNode& root, ConfigErrors& errors) {
  ExperimentConfig config;
  read_settings(root, settings_of(config), errors);
  check_experiment_config(config, root, errors);
  // Sizes of layers, which comparisons are checked for, may depend on data that are not read if there are errors.
  if (errors.empty() || !data_source(config.data.dataset).read) check_comparisons(config, root, errors);
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
