// The settings of what is analysed: data, networks, recordings.
#pragma once

#include <cstdint>
#include <vector>

#include "experiments/config/config.hpp"

namespace inforelay {

inline constexpr std::int64_t million = 1'000'000;  // for bounds of settings

std::vector<Setting> settings_of(DataConfig& config);
std::vector<Setting> settings_of(NetworkConfig& config);
std::vector<Setting> settings_of(RecordingConfig& config);

}  // namespace inforelay
