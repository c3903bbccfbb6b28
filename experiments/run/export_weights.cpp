#include "experiments/run/export_weights.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"
#include "experiments/sources/recurrent_model.hpp"
#include "experiments/sources/system.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> files_read(const ExperimentConfig& config) {
  std::vector<fs::path> files;
  for (const auto& [name, network] : config.networks) {
    if (!network.weights.empty()) files.push_back(network.weights);
    if (network.detectors) {
      files.insert(files.end(), network.detectors->weights.begin(), network.detectors->weights.end());
    }
  }
  for (const auto& [name, compare] : config.compare) {
    if (!compare.published.empty()) files.push_back(compare.published);
    for (const auto& [network, tables] : compare.sets) files.insert(files.end(), tables.begin(), tables.end());
  }
  return files;
}

void check_one(const ExperimentConfig& config, const std::string& name, const fs::path& path) {
  const auto fail = [&](const std::string& problem) {
    throw UsageError(fmt::format("networks.{}.weights_out: '{}' {}", name, path.string(), problem));
  };
  std::error_code error;
  if (!fs::is_directory(path.parent_path(), error)) fail("is in a folder that does not exist");
  const fs::file_status status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::none) fail(fmt::format("cannot be looked at: {}", error.message()));
  if (!fs::exists(status)) return;
  for (const fs::path& file : files_read(config)) {
    if (fs::equivalent(path, with_data_folder(file), error)) fail("is a file that the configuration reads");
  }
  if (!is_safetensors_file(path)) fail("exists and is no safetensors file; it is left as it is");
}

}  // namespace

void check_weights_out(const ExperimentConfig& config) {
  for (const auto& [name, network] : config.networks) {
    if (!network.weights_out.empty()) check_one(config, name, with_data_folder(network.weights_out));
  }
}

void write_weights_out(const ExperimentConfig& config, const ExperimentResult& result, Console& console) {
  check_weights_out(config);
  for (const auto& [name, network] : config.networks) {
    if (network.weights_out.empty()) continue;
    const fs::path path = with_data_folder(network.weights_out);
    const ResultView system = result.network(name);
    if (is_recurrent(system))
      save_recurrent(path, recurrent_from(system.at("model")));
    else
      save_safetensors(path, network_from(system.at("model")), scaling_from(system));
    console.info(fmt::format("{}: weights written to '{}'", name, path.string()));
  }
}

}  // namespace inforelay
