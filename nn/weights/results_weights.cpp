#include "nn/weights/results_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "core/error.hpp"
#include "core/files/hdf5_file.hpp"
#include "nn/network/network_hdf5.hpp"
#include "nn/weights/safetensors.hpp"

namespace inforelay {
namespace {

constexpr std::uint64_t max_dataset_bytes = std::uint64_t{1} << 30;

/// The most that a dataset may take in memory; one that was never written, or of equal numbers, takes very little in a
/// file.
std::uint64_t largest_dataset(const std::filesystem::path& path) {
  std::error_code error;
  const std::uint64_t bytes = std::filesystem::file_size(path, error);  // the reader reports the error
  return error || bytes > max_dataset_bytes / max_sharing ? max_dataset_bytes : max_sharing * bytes;
}

std::string choose_network(const Hdf5Reader& file, const std::string& wanted) {
  const std::vector<std::string> names =
      file.exists("networks") ? file.children("networks") : std::vector<std::string>();
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(quoted_name(name));
  const std::string shown = listed(quoted);
  if (names.empty())
    throw DataError("{}: is an HDF5 file without networks, expected results of this program with at least one",
                    file.name());
  if (wanted.empty()) {
    if (names.size() == 1) return names.front();
    throw DataError("{}: holds the networks {}, expected the name of one", file.name(), shown);
  }
  if (std::find(names.begin(), names.end(), wanted) == names.end()) {
    throw DataError("{}: holds no network {}, expected one of {}", file.name(), quoted_name(wanted), shown);
  }
  return wanted;
}

// How values became inputs, as the measure of the training wrote it: nothing for bytes / 255.
InputScaling read_scaling(const Hdf5Reader& file, const std::string& model, std::size_t width) {
  InputScaling scaling;
  if (file.has_attribute(model, "input_scale")) scaling.scale = file.attribute<double>(model, "input_scale");
  if (!file.exists(model + "/input_mean")) return scaling;
  scaling.mean = file.vector<float>(model + "/input_mean", width);
  scaling.deviation = file.vector<float>(model + "/input_std", width);
  return scaling;
}

}  // namespace

bool is_hdf5(std::span<const std::uint8_t> content) {
  constexpr std::array<std::uint8_t, 8> signature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  return content.size() >= signature.size() && std::equal(signature.begin(), signature.end(), content.begin());
}

TensorFile read_results_weights(const std::filesystem::path& path, const std::string& network,
                                const ChildLimits& limits, const Progress& progress) {
  const auto content = run_in_child(
      [&] {
        const Hdf5Reader file(path, largest_dataset(path));
        const std::string model = "networks/" + choose_network(file, network) + "/model";
        if (file.exists(fmt::format("{}/layer{}", model, max_layers + 1))) {
          throw DataError("{}: /{} holds more than {} layers", file.name(), model, max_layers);
        }
        const Mlp read = read_network(file, model);
        return write_safetensors(read, read_scaling(file, model, static_cast<std::size_t>(read.input_width())));
      },
      path.string(), limits, progress);
  TensorFile tensors = read_safetensors(content, path.string());
  tensors.format = "inforelay results";
  return tensors;
}

}  // namespace inforelay
