// Settings that were written but have no effect.
#pragma once

#include <string>
#include <vector>

#include "core/config/tree.hpp"
#include "experiments/config/config.hpp"

namespace inforelay {

/// A sentence for each setting that differs from its default but is used only with another value of a second setting,
/// where both stand in one file (or the second one nowhere) and the sweep is about neither. Overrides and files that
/// extend each other may differ for good reasons, as the runs of a sweep do.
std::vector<std::string> unused_settings(const ExperimentConfig& config, const ConfigNode& root);

}  // namespace inforelay
