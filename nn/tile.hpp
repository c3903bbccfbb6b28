// A tile of samples on its way through a network.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "nn/data/dataset.hpp"
#include "nn/kernels.hpp"
#include "nn/mlp.hpp"

namespace inforelay {

/// Working memory for up to kernels::tile_samples samples: their inputs as floats, and each layer's activations.
class Tile {
 public:
  explicit Tile(const Mlp& network) {
    constexpr auto samples = static_cast<Eigen::Index>(kernels::tile_samples);
    values_.emplace_back(samples, network.input_width());
    for (const DenseLayer& layer : network.layers) {
      values_.emplace_back(samples, layer.out());
      blocks_.emplace_back();
      for (std::size_t b = 0; b < static_cast<std::size_t>(layer.in()) / kernels::block_inputs; ++b) {
        blocks_.back().push_back(static_cast<std::uint32_t>(b * kernels::block_inputs));
      }
    }
    seen_.resize(static_cast<std::size_t>(network.input_width()));
  }

  /// Samples batch[begin,end). Fetches those that a next call will want, [end, end + tile_samples), into the cache:
  /// rows in random order are too short for the processor to do so by itself.
  void load(const Dataset& data, std::span<const std::uint32_t> batch, std::size_t begin, std::size_t end) {
    constexpr std::size_t ahead = kernels::tile_samples, cache_line = 64;
    load_rows(end - begin, [&](std::size_t row) {
      const std::size_t s = begin + row;
      if (s + ahead < batch.size()) {
        const std::uint8_t* later = pixels_of(data, batch[s + ahead]);
        for (std::size_t i = 0; i < seen_.size(); i += cache_line) __builtin_prefetch(later + i);
      }
      return pixels_of(data, batch[s]);
    });
  }
  /// Samples [begin,end).
  void load(const Dataset& data, std::size_t begin, std::size_t end) {
    load_rows(end - begin, [&](std::size_t row) { return pixels_of(data, begin + row); });
  }

  /// Runs the loaded samples through `network`, which has the shape of the constructor's.
  void forward(const Mlp& network) {
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const DenseLayer& layer = network.layers[l];
      const auto in = static_cast<std::size_t>(layer.in()), out = static_cast<std::size_t>(layer.out());
      kernels::dense_forward(values_[l].data(), samples_, in, blocks(l), layer.weight.data(), layer.bias.data(), out,
                             values_[l + 1].data());
      kernels::activate(layer.activation, values_[l + 1].data(), samples_ * out);
    }
  }

  std::size_t samples() const { return samples_; }
  /// a_l of the tile's samples [samples, width of layer l]; l = 0 are the inputs, l =
  /// number of layers the outputs.
  const float* values(std::size_t l) const { return values_[l].data(); }

  /// The blocks outside of which all values(l) are zero; l < number of layers.
  kernels::InputBlocks blocks(std::size_t l) const { return {blocks_[l].data(), blocks_[l].size()}; }

 private:
  const std::uint8_t* pixels_of(const Dataset& data, std::size_t sample) const {
    assert(sample < data.size() && static_cast<std::size_t>(data.input_width()) == seen_.size());
    return data.pixels().data() + sample * seen_.size();
  }
  // row_of(row) are the pixels of the tile's row.
  template <class RowOf>
  void load_rows(std::size_t samples, RowOf row_of) {
    assert(samples <= kernels::tile_samples);
    samples_ = samples;
    const std::size_t width = seen_.size();
    std::ranges::fill(seen_, std::uint8_t{0});
    for (std::size_t row = 0; row < samples; ++row) {
      const std::uint8_t* pixels = row_of(row);
      kernels::bytes_to_inputs(pixels, width, values_[0].data() + row * width);
      kernels::mark_nonzero(pixels, width, seen_.data());
    }
    find_nonzero_blocks();
  }
  void find_nonzero_blocks() {
    std::vector<std::uint32_t>& blocks = blocks_[0];
    blocks.clear();
    for (std::size_t i = 0; i + kernels::block_inputs <= seen_.size(); i += kernels::block_inputs) {
      static_assert(kernels::block_inputs == 2 * sizeof(std::uint64_t));
      std::uint64_t words[2];
      std::memcpy(words, seen_.data() + i, sizeof words);
      if ((words[0] | words[1]) != 0) blocks.push_back(static_cast<std::uint32_t>(i));
    }
  }

  std::vector<RowMatrix<float>> values_;
  std::vector<std::vector<std::uint32_t>> blocks_;  // of each layer's inputs; all but those of the images hold all
  std::vector<std::uint8_t> seen_;                  // [D] is not 0 where a pixel of the tile is not
  std::size_t samples_ = 0;
};

}  // namespace inforelay
