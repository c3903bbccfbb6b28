#include "experiments/config/installed_configs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string>
#include <system_error>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "experiments/config/config_checks.hpp"

namespace inforelay {

namespace fs = std::filesystem;

namespace {

// Folders with configurations: of the working directory, installed, and of the source tree that the program was built
// in (build/PRESET/experiments/run_experiment).
std::vector<fs::path> folders() {
  std::error_code error;  // what cannot be looked at is not there
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  return {"configs", program / INFORELAY_CONFIGS_FROM_PROGRAM, program / "configs", program / "../../../configs"};
}

bool is_hdf5(const fs::path& file) {
  constexpr std::array<char, 4> magic{'\x89', 'H', 'D', 'F'};
  std::array<char, 4> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  return start == magic;
}

std::vector<std::string> yaml_files(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    if (file->path().extension() == ".yaml") names.push_back(file->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

[[noreturn]] void refuse_folder(const fs::path& folder) {
  std::error_code error;
  const std::string name = one_line(folder.string());
  if (fs::exists(folder / "config.yaml", error)) {
    throw UsageError(
        fmt::format("'{0}' is the folder of a run: its configuration is '{0}/config.yaml', "
                    "run_experiment --status '{0}' shows its state",
                    name));
  }
  const std::vector<std::string> files = yaml_files(folder);
  throw UsageError(
      fmt::format("'{}' is a folder; {}", name,
                  files.empty() ? "it has no configurations" : "name a configuration in it: " + listed(files)));
}

}  // namespace

fs::path find_config(const fs::path& config) {
  std::error_code error;
  if (config.empty()) return config;
  const bool is_folder = fs::is_directory(config, error);  // of results, perhaps, with the name of a configuration
  if (!is_folder && fs::exists(config, error)) {
    if (fs::is_regular_file(config, error) && is_hdf5(config))
      throw UsageError(fmt::format("'{}' is an HDF5 file, not a configuration (YAML)", one_line(config.string())));
    return config;
  }
  if (is_folder && config.is_absolute()) refuse_folder(config);
  if (config.is_absolute()) return config;
  const fs::path name = *config.begin() == "configs" ? config.lexically_relative("configs") : config;
  std::vector<std::string> names;
  for (const fs::path& folder : folders()) {
    for (const char* ending : {"", ".yaml"}) {
      const fs::path found = (folder / name).lexically_normal() += ending;
      if (fs::is_regular_file(found, error)) return found;
    }
    for (const std::string& file : yaml_files(folder)) names.push_back(fs::path(file).stem().string());
  }
  if (is_folder) refuse_folder(config);
  const std::string stem = name.stem().string();
  std::string near = suggestion(stem, {names.begin(), names.end()});
  std::set<std::string> longer;  // "mnist" for mnist_relay
  for (const std::string& each : names) {
    if (stem.size() >= 3 && each.find(stem) != std::string::npos) longer.insert(each);
  }
  if (near.empty() && !longer.empty()) near = fmt::format("; did you mean {}?", fmt::join(longer, ", "));
  if (near.empty()) return config;
  throw UsageError(fmt::format("cannot read '{}': no such file{}", config.string(), near));
}

std::vector<fs::path> known_configs() {
  std::vector<fs::path> files;
  std::set<std::string> seen;
  for (const fs::path& folder : folders()) {
    for (const std::string& name : yaml_files(folder)) {
      if (seen.insert(name).second) files.push_back((folder / name).lexically_normal());
    }
  }
  return files;
}

}  // namespace inforelay
