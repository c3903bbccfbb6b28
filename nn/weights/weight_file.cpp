#include "nn/weights/weight_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <system_error>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/safetensors_header.hpp"
#include "core/files/sha256.hpp"
#include "core/files/zip_archive.hpp"
#include "nn/weights/results_weights.hpp"
#include "nn/weights/safetensors.hpp"
#include "nn/weights/tensors.hpp"
#include "nn/weights/torch_files.hpp"

namespace inforelay {
namespace {

constexpr std::size_t start_bytes = 16;

struct Content {
  TensorFile tensors;
  std::string sha256;
};

// True of text in ASCII or UTF-8. Every weight file has bytes among its first ones that no text has.
bool is_text(std::span<const std::uint8_t> content) {
  const auto start = content.first(std::min<std::size_t>(content.size(), 64));
  return !start.empty() && std::all_of(start.begin(), start.end(), [](std::uint8_t byte) {
    return (byte >= ' ' && byte != 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
  });
}

[[noreturn]] void refuse_text(std::span<const std::uint8_t> content, std::string_view file) {
  const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  if (text.starts_with("version https://git-lfs")) {
    throw DataError("{}: is a Git LFS pointer, which stands for the file: fetch it with `git lfs pull`", file);
  }
  throw DataError("{}: is a text file, not a weight file: its first line is {}", file,
                  quoted_name(text.substr(0, text.find_first_of("\r\n"))));
}

Content read_whole(const std::filesystem::path& path) {
  const std::vector<std::uint8_t> content = read_file(path, max_weight_file_bytes);
  return {read_tensors(content, path.string()), sha256_hex(content)};
}

WeightFile load(const std::filesystem::path& path, const WeightFileOptions& options, const Progress& progress) {
  const bool is_results = is_hdf5(read_file_start(path, start_bytes));
  Content content = is_results
                        ? Content{read_results_weights(path, options.network, {}, progress), sha256_of_file(path)}
                        : read_whole(path);
  if (!is_results && !options.network.empty()) {
    throw DataError("{}: is {} and holds one network, expected no name of a network, not {}", path.string(),
                    content.tensors.format, quoted_name(options.network));
  }
  WeightFile file = network_from_tensors(std::move(content.tensors), options, path.string());
  file.source.sha256 = std::move(content.sha256);
  return file;
}

}  // namespace

TensorFile read_tensors(std::span<const std::uint8_t> content, std::string_view file) {
  if (is_text(content)) refuse_text(content, file);
  if (is_zip(content)) return read_torch_zip(content, file);
  if (is_pickle(content)) return read_torch_legacy(content, file);
  if (is_safetensors(content)) return read_safetensors(content, file);
  std::string found = content.empty() ? "nothing" : "bytes";
  for (std::size_t i = 0; i < std::min<std::size_t>(content.size(), 8); ++i)
    found += fmt::format(" {:02x}", content[i]);
  throw DataError(
      "{}: is not a weight file: begins with {}, expected safetensors, a state dict of PyTorch or "
      "inforelay results (HDF5)",
      file, found);
}

WeightFile load_weights(const std::filesystem::path& path, const WeightFileOptions& options, const Progress& progress) {
  try {
    return load(path, options, progress);
  } catch (const std::bad_alloc&) {
    throw DataError("{}: cannot be read: there is not enough memory for its content", path.string());
  }
}

bool is_safetensors_file(const std::filesystem::path& path) {
  const std::string file = path.string();
  try {
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(path, error);
    if (error) return false;
    const std::uint64_t end = safetensors_header_end(read_file_start(path, start_bytes), size, file);
    const std::vector<std::uint8_t> start = read_file_start(path, end);
    if (start.size() < end) return false;  // the file has shrunk
    parse_safetensors_header(start, file);
    return true;
  } catch (const DataError&) {
    return false;
  }
}

void save_safetensors(const std::filesystem::path& path, const Mlp& network, const InputScaling& inputs) {
  write_file_atomically(path, write_safetensors(network, inputs));
}

}  // namespace inforelay
