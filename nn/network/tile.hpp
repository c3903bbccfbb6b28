// A tile of samples that go through a network together.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "nn/data/dataset.hpp"
#include "nn/network/kernels.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// Whether a tile keeps the sums, the arguments of the activation functions, of the layers whose slope needs them.
enum class KeepSums : bool { no, yes };

/// Working memory for up to kernels::tile_samples samples: their inputs as floats, and each layer's activations.
class Tile {
 public:
  explicit Tile(const Mlp& network, KeepSums keep_sums = KeepSums::no)
      : has_few_outputs_(network.layers.front().out() <= few_outputs), sums_(network.layers.size()) {
    constexpr auto samples = static_cast<Eigen::Index>(kernels::tile_samples);
    values_.emplace_back(samples, network.input_width());
    for (const DenseLayer& layer : network.layers) {
      values_.emplace_back(samples, layer.out());
      if (keep_sums == KeepSums::yes && slope_needs_sums(layer.activation)) {
        sums_[blocks_.size()].resize(samples, layer.out());
      }
      blocks_.emplace_back();
      for (std::size_t b = 0; b < static_cast<std::size_t>(layer.in()) / kernels::block_inputs; ++b) {
        blocks_.back().push_back(static_cast<std::uint32_t>(b * kernels::block_inputs));
      }
    }
  }

  /// Samples batch[begin,end). Prefetches those of the next call, [end, end + tile_samples), into the cache: rows in
  /// random order are too short for the processor to do so by itself.
  void load(const Dataset& data, std::span<const std::uint32_t> batch, std::size_t begin, std::size_t end) {
    constexpr std::size_t ahead = kernels::tile_samples;
    const auto prefetch = [width = static_cast<std::size_t>(data.input_width())](const auto* row) {
      constexpr std::size_t cache_line = 64 / sizeof *row;
      for (std::size_t i = 0; i < width; i += cache_line) __builtin_prefetch(row + i);
    };
    load_rows(data, end - begin, [&](std::size_t row) {
      const std::size_t s = begin + row;
      if (s + ahead < batch.size()) {
        const std::size_t later = batch[s + ahead];
        data.has_bytes() ? prefetch(data.inputs(later)) : prefetch(data.real_inputs(later));
      }
      return std::size_t{batch[s]};
    });
  }
  /// Samples [begin,end).
  void load(const Dataset& data, std::size_t begin, std::size_t end) {
    load_rows(data, end - begin, [&](std::size_t row) { return begin + row; });
  }

  /// Runs the loaded samples through `network`, which has the shape of the constructor's.
  void forward(const Mlp& network) {
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const DenseLayer& layer = network.layers[l];
      const auto in = static_cast<std::size_t>(layer.in()), out = static_cast<std::size_t>(layer.out());
      const auto dense = [&](auto inputs) {
        kernels::dense_forward(inputs, samples_, in, blocks(l), layer.weight.data(), layer.bias.data(), out,
                               values_[l + 1].data());
      };
      l == 0 && reads_bytes_ ? dense(rows_.data()) : dense(values(l));
      if (sums_[l].size() > 0) std::copy_n(values_[l + 1].data(), samples_ * out, sums_[l].data());
      activate(layer.activation, values_[l + 1].data(), samples_, out);
    }
  }

  std::size_t samples() const { return samples_; }
  /// a_l of the tile's samples [samples, width of layer l]; l = 0 are the inputs (not there if the first layer is so
  /// narrow that it reads the data set's plain bytes), l = number of layers the outputs.
  const float* values(std::size_t l) const { return values_[l].data(); }
  /// The sums that a_l was computed from, l >= 1; null if they are not kept.
  const float* sums(std::size_t l) const { return sums_[l - 1].size() > 0 ? sums_[l - 1].data() : nullptr; }

  /// Adds the gradient of layer l that follows from `delta` [samples, out], the slopes of its sums.
  void accumulate_gradient(std::size_t l, const float* delta, std::size_t in, std::size_t out, float* weights) const {
    const auto accumulate = [&](auto inputs) {
      kernels::accumulate_gradient(inputs, delta, samples_, in, blocks(l), out, weights, weights + in * out);
    };
    l == 0 && reads_bytes_ ? accumulate(rows_.data()) : accumulate(values(l));
  }

  /// The blocks outside of which all values(l) are zero; l < number of layers.
  kernels::InputBlocks blocks(std::size_t l) const { return {blocks_[l].data(), blocks_[l].size()}; }

 private:
  // sample_of(row) is the sample that goes into the tile's row.
  template <class SampleOf>
  void load_rows(const Dataset& data, std::size_t samples, SampleOf sample_of) {
    const auto width = static_cast<std::size_t>(data.input_width());
    assert(samples <= kernels::tile_samples && data.input_width() == values_[0].cols());
    samples_ = samples;
    nonzero_.assign(data.block_words(), 0);
    const bool has_plain_bytes = data.has_plain_bytes();
    reads_bytes_ = has_few_outputs_ && has_plain_bytes;
    const InputScaling& scaling = data.scaling();
    for (std::size_t row = 0; row < samples; ++row) {
      const std::size_t sample = sample_of(row);
      assert(sample < data.size());
      for (std::size_t word = 0; word < nonzero_.size(); ++word) nonzero_[word] |= data.nonzero_blocks(sample)[word];
      float* values = values_[0].data() + row * width;
      if (reads_bytes_) {
        rows_[row] = data.inputs(sample);
      } else if (has_plain_bytes) {
        kernels::bytes_to_inputs(data.inputs(sample), width, values);
      } else if (data.has_bytes()) {
        kernels::scale_bytes(data.inputs(sample), width, static_cast<float>(scaling.scale),
                             scaling.mean.empty() ? nullptr : scaling.mean.data(),
                             scaling.mean.empty() ? nullptr : scaling.deviation.data(), values);
      } else {
        std::copy_n(data.real_inputs(sample), width, values);
      }
    }
    find_blocks();
  }
  void find_blocks() {
    static_assert(kernels::block_inputs == Dataset::block_inputs);
    std::vector<std::uint32_t>& blocks = blocks_[0];
    blocks.clear();
    for (std::size_t word = 0; word < nonzero_.size(); ++word) {
      for (std::uint64_t left = nonzero_[word]; left != 0; left &= left - 1) {
        const std::size_t block = 64 * word + static_cast<std::size_t>(std::countr_zero(left));
        blocks.push_back(static_cast<std::uint32_t>(block * kernels::block_inputs));
      }
    }
  }

  static constexpr int few_outputs = 2;

  bool has_few_outputs_;      // of the first layer
  bool reads_bytes_ = false;  // the first layer reads the data set itself, and values_[0] is not used
  std::array<const std::uint8_t*, kernels::tile_samples> rows_{};
  std::vector<RowMatrix<float>> values_;
  std::vector<RowMatrix<float>> sums_;              // of each layer; empty if not kept
  std::vector<std::vector<std::uint32_t>> blocks_;  // of each layer's inputs; all, but for the first layer
  std::vector<std::uint64_t> nonzero_;              // of all samples together, as Dataset::nonzero_blocks()
  std::size_t samples_ = 0;
};

}  // namespace inforelay
