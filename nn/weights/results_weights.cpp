#include "nn/weights/results_weights.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/hdf5_file.hpp"
#include "nn/network_hdf5.hpp"
#include "nn/weights/safetensors.hpp"

namespace inforelay {
namespace {

constexpr std::uint64_t max_dataset_bytes = std::uint64_t{1} << 30;

void check_format(const Hdf5Reader& file) {
  if (!file.has_attribute("", "format")) {
    throw DataError(
        fmt::format("{}: is an HDF5 file without the attribute 'format', expected inforelay results", file.name()));
  }
  const auto format = file.attribute<std::string>("", "format");
  const auto version = file.attribute<std::int64_t>("", "format_version");
  if (format != results_format || version != results_format_version) {
    throw DataError(fmt::format("{}: is of format {} version {}, expected '{}' version {}", file.name(),
                                quoted_name(format), version, results_format, results_format_version));
  }
}

std::string choose_network(const Hdf5Reader& file, const std::string& wanted) {
  const std::vector<std::string> names = file.children("networks");
  std::vector<std::string> shown;
  for (const std::string& name : names) shown.push_back(quoted_name(name));
  if (names.empty()) throw DataError(fmt::format("{}: holds no networks, expected at least one", file.name()));
  if (wanted.empty()) {
    if (names.size() == 1) return names.front();
    throw DataError(fmt::format("{}: holds the networks {}: say which one", file.name(), fmt::join(shown, ", ")));
  }
  if (std::find(names.begin(), names.end(), wanted) == names.end()) {
    throw DataError(fmt::format("{}: holds no network {}, expected one of {}", file.name(), quoted_name(wanted),
                                fmt::join(shown, ", ")));
  }
  return wanted;
}

}  // namespace

bool is_hdf5(std::span<const std::uint8_t> content) {
  constexpr std::array<std::uint8_t, 8> signature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  return content.size() >= signature.size() && std::equal(signature.begin(), signature.end(), content.begin());
}

TensorFile read_results_weights(const std::filesystem::path& path, const std::string& network,
                                const ChildLimits& limits) {
  const auto content = run_in_child(
      [&] {
        const Hdf5Reader file(path, max_dataset_bytes);
        check_format(file);
        return write_safetensors(read_network(file, "networks/" + choose_network(file, network) + "/model"));
      },
      path.string(), limits);
  TensorFile tensors = read_safetensors(content, path.string());
  tensors.format = "inforelay results";
  return tensors;
}

}  // namespace inforelay
