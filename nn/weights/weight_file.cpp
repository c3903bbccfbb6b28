#include "nn/weights/weight_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/files.hpp"
#include "nn/weights/results_weights.hpp"
#include "nn/weights/safetensors.hpp"
#include "nn/weights/tensors.hpp"
#include "nn/weights/torch_files.hpp"

namespace inforelay {
namespace {

constexpr std::size_t start_bytes = 16;

TensorFile read_whole(const std::filesystem::path& path) {
  const std::string file = path.string();
  const std::vector<std::uint8_t> content = read_file(path, max_weight_file_bytes);
  if (is_zip(content)) return read_torch_zip(content, file);
  if (is_pickle(content)) return read_torch_legacy(content, file);
  if (is_safetensors(content)) return read_safetensors(content, file);
  std::string found = content.empty() ? "nothing" : "bytes";
  for (std::size_t i = 0; i < std::min<std::size_t>(content.size(), 8); ++i)
    found += fmt::format(" {:02x}", content[i]);
  throw DataError(
      fmt::format("{}: is no weight file: begins with {}, expected safetensors, a state dict of PyTorch or "
                  "inforelay results (HDF5)",
                  file, found));
}

}  // namespace

WeightFile load_weights(const std::filesystem::path& path, const WeightFileOptions& options) {
  const bool is_results = is_hdf5(read_file_start(path, start_bytes));
  TensorFile tensors = is_results ? read_results_weights(path, options.network) : read_whole(path);
  if (!is_results && !options.network.empty()) {
    throw DataError(fmt::format("{}: is {} and holds one network, expected no name of a network, not {}", path.string(),
                                tensors.format, quoted_name(options.network)));
  }
  return network_from_tensors(std::move(tensors), options, path.string());
}

void save_safetensors(const std::filesystem::path& path, const Mlp& network) {
  write_file_atomically(path, write_safetensors(network));
}

}  // namespace inforelay
