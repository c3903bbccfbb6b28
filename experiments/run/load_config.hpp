// From a configuration file to a checked configuration: the one place that knows all checks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/config/tree.hpp"
#include "experiments/config/config.hpp"

namespace inforelay {

struct LoadedConfig {
  ConfigNode root;  ///< as written, with bases and overrides
  ExperimentConfig config;
};

/// Reads `path` with `overrides` and checks everything that can be known without other files. Throws ConfigError with
/// one line for each error.
LoadedConfig load_experiment_config(const std::filesystem::path& path, const std::vector<std::string>& overrides);

/// The same from a tree; `errors` may already hold errors.
ExperimentConfig read_experiment_config(const ConfigNode& root, ConfigErrors& errors);

}  // namespace inforelay
