// MNIST (LeCun, Cortes and Burges): 60,000 + 10,000 handwritten digits of 28 x 28 pixels, in four IDX files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/progress.hpp"
#include "nn/data/dataset.hpp"

namespace inforelay {

/// One of MNIST's files: its name, and size and SHA-256 of the uncompressed content.
struct MnistFile {
  std::string_view name;
  std::size_t bytes;
  std::string_view sha256;
};

/// Training images and labels, test images and labels.
inline constexpr std::array<MnistFile, 4> mnist_files{{
    {"train-images-idx3-ubyte", 47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
    {"train-labels-idx1-ubyte", 60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
    {"t10k-images-idx3-ubyte", 7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
    {"t10k-labels-idx1-ubyte", 10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
}};

inline constexpr std::size_t mnist_train_size = 60000, mnist_test_size = 10000;  ///< N of the two splits

/// One digest for all of MNIST: SHA-256 of the four digests above, each followed by a line feed. Reads nothing.
std::string mnist_sha256();

/// The four files where they were found, in the order of mnist_files; each plain or with the ending .gz.
using MnistPaths = std::array<std::filesystem::path, 4>;

/// The files in `folder`, or nothing where one is missing. Cheap: looks at names only.
std::optional<MnistPaths> locate_mnist(const std::filesystem::path& folder);

/// Those of `files` that `folder` lacks, in their order.
std::vector<MnistFile> missing_mnist_files(const std::filesystem::path& folder,
                                           std::span<const MnistFile> files = mnist_files);

/// Throws DataError, with the digest found and the one expected, where `content` (plain or gzipped) is not exactly that
/// file of MNIST. Returns the uncompressed content.
std::vector<std::uint8_t> verified_mnist_content(std::span<const std::uint8_t> content, const MnistFile& file,
                                                 std::string_view name);

/// Reads and verifies all four files (some 0.6 s for gzipped ones). Throws DataError that names the file.
DataPair load_mnist(const MnistPaths& paths, Progress& progress = Progress::none());

}  // namespace inforelay
