// Plans of the sweeps of configurations that are written in a test.
#pragma once

#include <string>
#include <vector>

#include "core/config/tree.hpp"
#include "experiments/sweep/plan.hpp"
#include "tests/catch2.hpp"

namespace inforelay::test {

/// The configuration `text`, in "test.yaml"; the test fails if it cannot be parsed.
inline ConfigNode parsed(const std::string& text) {
  ConfigErrors errors;
  ConfigNode root = parse_config(text, "test.yaml", errors);
  CHECK(errors.lines() == std::vector<std::string>{});
  return root;
}

/// Throws as plan_sweep().
inline SweepPlan planned(const ConfigNode& root) {
  ConfigErrors errors;
  return plan_sweep({root, read_experiment_config(root, errors)});
}

}  // namespace inforelay::test
