// A tile of samples on its way through a network.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nn/data/dataset.hpp"
#include "nn/kernels.hpp"
#include "nn/mlp.hpp"

namespace inforelay {

/// Working memory for up to kernels::tile_samples samples: their inputs as floats, and each layer's activations.
class Tile {
 public:
  explicit Tile(const Mlp& network) {
    const auto reserve = [](int width) {
      return std::make_unique_for_overwrite<float[]>(kernels::tile_samples * static_cast<std::size_t>(width));
    };
    values_.push_back(reserve(network.input_width()));
    for (const DenseLayer& layer : network.layers) values_.push_back(reserve(layer.out()));
  }

  void load(const Dataset& data, std::span<const std::uint32_t> samples) {
    assert(samples.size() <= kernels::tile_samples);
    samples_ = samples.size();
    const auto width = static_cast<std::size_t>(data.input_width());
    float* out = values_[0].get();
    for (const std::uint32_t sample : samples) {
      assert(sample < data.size());
      kernels::bytes_to_inputs(data.pixels().data() + sample * width, width, out);
      out += width;
    }
  }
  /// Samples [begin,end).
  void load(const Dataset& data, std::size_t begin, std::size_t end) {
    assert(begin <= end && end - begin <= kernels::tile_samples);
    samples_ = end - begin;
    const auto width = static_cast<std::size_t>(data.input_width());
    kernels::bytes_to_inputs(data.pixels().data() + begin * width, samples_ * width, values_[0].get());
  }

  /// Runs the loaded samples through `network`, which has the shape of the constructor's.
  void forward(const Mlp& network) {
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const DenseLayer& layer = network.layers[l];
      const auto in = static_cast<std::size_t>(layer.in()), out = static_cast<std::size_t>(layer.out());
      kernels::dense_forward(values_[l].get(), samples_, in, layer.weight.data(), layer.bias.data(), out,
                             values_[l + 1].get());
      kernels::activate(layer.activation, values_[l + 1].get(), samples_ * out);
    }
  }

  std::size_t samples() const { return samples_; }
  /// a_l of the tile's samples [samples, width of layer l]; l = 0 are the inputs, l = number of layers the outputs.
  const float* values(std::size_t l) const { return values_[l].get(); }

 private:
  std::vector<std::unique_ptr<float[]>> values_;
  std::size_t samples_ = 0;
};

}  // namespace inforelay
