// How two resolved configurations differ, setting by setting.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inforelay {

struct SettingDifference {
  std::string path;           ///< "networks.full.train.learning_rate"
  std::string first, second;  ///< values as YAML; "": not there
};

/// The settings in which two configurations as print_experiment_config() writes them differ, in their order; lists are
/// compared as a whole. Text that is no YAML map counts as empty.
std::vector<SettingDifference> config_differences(std::string_view first, std::string_view second);

/// "seed is 1 there, 2 here; ..." with at most `most` settings, and how many more there are; "" if none differs.
std::string differences_text(const std::vector<SettingDifference>& differences, std::size_t most = 4);

/// The value of the setting or group at `path` as YAML on one line; "" if it is not there.
std::string setting_in(std::string_view config, std::string_view path);

}  // namespace inforelay
