// MNIST (LeCun, Cortes and Burges): 60,000 + 10,000 handwritten digits of 28 x 28 pixels, in four IDX files.
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <utility>

#include "core/progress.hpp"
#include "nn/data/dataset.hpp"
#include "nn/data/published_files.hpp"

namespace inforelay {

/// Training images and labels, test images and labels.
inline constexpr std::array<PublishedFile, 4> mnist_files{{
    {"train-images-idx3-ubyte", 47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
    {"train-labels-idx1-ubyte", 60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
    {"t10k-images-idx3-ubyte", 7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
    {"t10k-labels-idx1-ubyte", 10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
}};

/// Reads and verifies the four files (0.6 s if gzipped), given in the order of mnist_files. Throws DataError that names
/// the file.
DataPair load_mnist(std::span<const std::filesystem::path> paths, Progress& progress = Progress::none());

}  // namespace inforelay
