#include "nn/data/mnist.hpp"

#include <fmt/format.h>

#include <cassert>

#include "core/files/sha256.hpp"
#include "nn/data/idx.hpp"
#include "nn/data/source.hpp"

namespace inforelay {
namespace {

constexpr std::size_t train_samples = 60000, test_samples = 10000;
constexpr int side = 28, digit_classes = 10;

constexpr std::string_view mirrors[]{
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
};

constexpr std::string_view mnist_settings[]{"path", "fallback", "download"};

Dataset load(std::span<const std::filesystem::path> paths, std::size_t images_file, Progress& progress) {
  const std::filesystem::path &images = paths[images_file], &labels = paths[images_file + 1];
  IdxImages read = parse_idx_images(read_verified(images, mnist_files[images_file]), images.string());
  progress.check();
  const auto classes = parse_idx_labels(read_verified(labels, mnist_files[images_file + 1]), labels.string());
  return {std::move(read.pixels),
          {classes.begin(), classes.end()},
          numbered_names(digit_classes),
          {read.rows, read.columns}};
}

DataSizes mnist_sizes(const DataOptions& options) {
  return {.train = limited(train_samples, options.train_limit),
          .test = limited(test_samples, options.test_limit),
          .inputs = side * side,
          .classes = digit_classes,
          .rows = side};
}

std::string sha256(const DataOptions& options) {
  const DataSizes used = mnist_sizes(options);
  const std::string all = published_sha256(mnist_files);
  if (used.train == train_samples && used.test == test_samples) return all;
  return sha256_hex(fmt::format("{} first {} + {} images\n", all, used.train, used.test));
}

}  // namespace

DataPair load_mnist(std::span<const std::filesystem::path> paths, Progress& progress) {
  assert(paths.size() == mnist_files.size());
  DataPair data;
  progress.check();
  data.train = load(paths, 0, progress);
  progress.report(1, 2);
  progress.check();
  data.test = load(paths, 2, progress);
  progress.report(2, 2);
  return data;
}

extern const DataSource mnist_source;
const DataSource mnist_source{
    .name = "mnist",
    .title = "MNIST",
    .about = "60,000 + 10,000 handwritten digits of 28 x 28 pixels, ten classes",
    .note = "",
    .settings = mnist_settings,
    .sizes = mnist_sizes,
    .sha256 = sha256,
    .load = [](const DataPlan& plan, Progress& progress) { return load_mnist(plan.files, progress); },
    .files = mnist_files,
    .mirrors = mirrors,
};

}  // namespace inforelay
