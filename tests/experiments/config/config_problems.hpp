// The configurations that are shipped, and what is wrong with others.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/config/tree.hpp"
#include "core/error.hpp"
#include "experiments/config/config.hpp"

namespace inforelay::test {

inline const std::filesystem::path configs = INFORELAY_CONFIGS;

/// The errors of a configuration file test.yaml with this text.
inline std::vector<std::string> problems(const std::string& yaml) {
  ConfigErrors errors;
  const ConfigNode root = parse_config(yaml, "test.yaml", errors);
  try {
    read_experiment_config(root, errors);
  } catch (const UsageError&) {
  }
  return errors.lines();
}

}  // namespace inforelay::test
