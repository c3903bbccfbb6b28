#include "nn/data/mnist.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/gzip.hpp"
#include "core/files/sha256.hpp"
#include "nn/data/idx.hpp"

namespace inforelay {
namespace {

std::filesystem::path find(const std::filesystem::path& folder, const MnistFile& file) {
  for (const std::string_view ending : {"", ".gz"}) {
    const std::filesystem::path path = folder / fmt::format("{}{}", file.name, ending);
    std::error_code ignored;  // a folder that cannot be entered holds nothing for us
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return {};
}

/// The content, verified, of one of the four files.
std::vector<std::uint8_t> read_verified(const std::filesystem::path& path, const MnistFile& file) {
  // Packed or not, no file of MNIST is longer than its content and gzip's small overhead.
  return verified_mnist_content(read_file(path, file.bytes + 65536), file, path.string());
}

Dataset load_split(const std::filesystem::path& images, const MnistFile& images_file,
                   const std::filesystem::path& labels, const MnistFile& labels_file, Progress& progress) {
  RowMatrix<std::uint8_t> pixels = parse_idx_images(read_verified(images, images_file), images.string()).pixels;
  progress.check();
  return {std::move(pixels), parse_idx_labels(read_verified(labels, labels_file), labels.string()), 10};
}

}  // namespace

std::string mnist_sha256() {
  Sha256 digest;
  for (const MnistFile& file : mnist_files) digest.update(file.sha256).update("\n");
  return digest.hex();
}

std::optional<MnistPaths> locate_mnist(const std::filesystem::path& folder) {
  MnistPaths paths;
  std::transform(mnist_files.begin(), mnist_files.end(), paths.begin(),
                 [&](const MnistFile& file) { return find(folder, file); });
  if (std::any_of(paths.begin(), paths.end(), [](const auto& path) { return path.empty(); })) return std::nullopt;
  return paths;
}

std::vector<MnistFile> missing_mnist_files(const std::filesystem::path& folder, std::span<const MnistFile> files) {
  std::vector<MnistFile> missing;
  std::copy_if(files.begin(), files.end(), std::back_inserter(missing),
               [&](const MnistFile& file) { return find(folder, file).empty(); });
  return missing;
}

std::vector<std::uint8_t> verified_mnist_content(std::span<const std::uint8_t> content, const MnistFile& file,
                                                 std::string_view name) {
  std::vector<std::uint8_t> bytes = unpacked(content, file.bytes + 1, name);
  if (bytes.size() > file.bytes) {
    throw DataError(fmt::format("{}: not MNIST's {}: more than {} bytes, expected exactly so many with SHA-256 {}",
                                name, file.name, file.bytes, file.sha256));
  }
  const std::string found = sha256_hex(bytes);
  if (found != file.sha256) {
    throw DataError(fmt::format("{}: not MNIST's {}, or damaged: {} bytes with SHA-256 {}, expected {} bytes with {}",
                                name, file.name, bytes.size(), found, file.bytes, file.sha256));
  }
  return bytes;
}

DataPair load_mnist(const MnistPaths& paths, Progress& progress) {
  DataPair data;
  progress.check();
  data.train = load_split(paths[0], mnist_files[0], paths[1], mnist_files[1], progress);
  progress.report(1, 2);
  progress.check();
  data.test = load_split(paths[2], mnist_files[2], paths[3], mnist_files[3], progress);
  progress.report(2, 2);
  data.name = "mnist";
  data.origin = paths[0].parent_path().string();
  data.sha256 = mnist_sha256();
  return data;
}

}  // namespace inforelay
