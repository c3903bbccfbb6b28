#include "experiments/config/installed_configs.hpp"

#include <system_error>

namespace inforelay {

namespace fs = std::filesystem;

fs::path find_config(const fs::path& config) {
  std::error_code error;  // what cannot be looked at is not there
  if (config.empty() || config.is_absolute() || fs::exists(config, error)) return config;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path configs = program.parent_path() / INFORELAY_CONFIGS_FROM_PROGRAM;
  const fs::path name = *config.begin() == "configs" ? config.lexically_relative("configs") : config;
  const fs::path installed = (configs / name).lexically_normal();
  return fs::is_regular_file(installed, error) ? installed : config;
}

}  // namespace inforelay
