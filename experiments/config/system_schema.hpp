// The settings of what is analysed: data, networks, recordings.
#pragma once

#include <vector>

#include "experiments/config/config.hpp"

namespace inforelay {

std::vector<Setting> settings_of(DataConfig& config);
std::vector<Setting> settings_of(NetworkConfig& config);
std::vector<Setting> settings_of(RecordingConfig& config);

}  // namespace inforelay
