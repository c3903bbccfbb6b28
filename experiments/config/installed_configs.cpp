#include "experiments/config/installed_configs.hpp"

#include <fmt/format.h>

#include <system_error>

#include "core/error.hpp"
#include "experiments/config/config_checks.hpp"

namespace inforelay {

namespace fs = std::filesystem;

fs::path find_config(const fs::path& config) {
  std::error_code error;  // what cannot be looked at is not there
  if (config.empty() || config.is_absolute()) return config;
  if (fs::exists(config, error) && !fs::is_directory(config, error)) return config;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path name = *config.begin() == "configs" ? config.lexically_relative("configs") : config;
  std::vector<std::string> names;
  for (const fs::path& folder : {fs::path("configs"), program.parent_path() / INFORELAY_CONFIGS_FROM_PROGRAM}) {
    for (const char* ending : {"", ".yaml"}) {
      const fs::path found = (folder / name).lexically_normal() += ending;
      if (fs::is_regular_file(found, error)) return found;
    }
    for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error))
      if (file->path().extension() == ".yaml") names.push_back(file->path().stem());
  }
  const std::string near = suggestion(name.stem().string(), {names.begin(), names.end()});
  if (near.empty()) return config;
  throw UsageError(fmt::format("cannot read '{}': no such file{}", config.string(), near));
}

}  // namespace inforelay
