#include "nn/data/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/error.hpp"

namespace inforelay {

Dataset::Dataset(RowMatrix<std::uint8_t> pixels, std::vector<std::uint8_t> labels, int classes)
    : pixels_(std::move(pixels)), labels_(std::move(labels)), classes_(classes) {
  if (static_cast<std::size_t>(pixels_.rows()) != labels_.size()) {
    throw DataError(fmt::format("{} images but {} labels", pixels_.rows(), labels_.size()));
  }
  const auto wrong = std::find_if(labels_.begin(), labels_.end(), [&](std::uint8_t label) { return label >= classes; });
  if (wrong != labels_.end()) {
    throw DataError(
        fmt::format("label {} of sample {} is out of range [0,{})", *wrong, wrong - labels_.begin(), classes));
  }
  const std::size_t width = static_cast<std::size_t>(pixels_.cols()), blocks = width / block_pixels;
  ink_words_ = (blocks + 63) / 64;
  ink_.resize(size() * ink_words_);
  for (std::size_t sample = 0; sample < size(); ++sample) {
    for (std::size_t block = 0; block < blocks; ++block) {
      static_assert(block_pixels == 2 * sizeof(std::uint64_t));
      std::uint64_t pair[2];
      std::memcpy(pair, pixels_.data() + sample * width + block * block_pixels, sizeof pair);
      const std::uint64_t inked = (pair[0] | pair[1]) != 0 ? 1 : 0;
      ink_[sample * ink_words_ + block / 64] |= inked << block % 64;
    }
  }
}

void Dataset::gather(std::span<const std::uint32_t> samples, float* out) const {
  for (const std::uint32_t sample : samples) {
    gather(sample, sample + std::size_t{1}, out);
    out += input_width();
  }
}

void Dataset::gather(std::size_t begin, std::size_t end, float* out) const {
  const auto width = static_cast<std::size_t>(input_width());
  const std::uint8_t* in = pixels_.data() + begin * width;
  for (std::size_t i = 0; i < (end - begin) * width; ++i) out[i] = static_cast<float>(in[i]) * (1.0f / 255.0f);
}

Dataset Dataset::head(std::size_t n) const {
  n = std::min(n, size());
  const auto rows = static_cast<Eigen::Index>(n);
  return {pixels_.topRows(rows), {labels_.begin(), labels_.begin() + static_cast<std::ptrdiff_t>(n)}, classes_};
}

}  // namespace inforelay
