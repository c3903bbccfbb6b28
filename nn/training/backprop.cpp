#include "nn/training/backprop.hpp"

#include <algorithm>
#include <cassert>

#include "core/parallel.hpp"
#include "nn/network/tile.hpp"

namespace inforelay {
namespace {

// A batch is cut into parts of at least this many samples (fewer make the adding up of gradients costly) and into at
// most this many parts (which bounds the memory and the threads that can take part).
constexpr std::size_t min_part_samples = 125;
constexpr std::size_t max_parts = 16;

// The backward pass of one thread, tile by tile.
class TileBackward {
 public:
  TileBackward(const Mlp& network, Loss loss, std::size_t batch) : network_(network), loss_(loss), batch_(batch) {
    for (const DenseLayer& layer : network.layers) {
      offsets_.push_back(end_);
      end_ += static_cast<std::size_t>(layer.weight.size() + layer.bias.size());
      delta_.emplace_back(kernels::tile_samples * static_cast<std::size_t>(layer.out()));
    }
  }

  // Adds the gradient of a tile that has gone forward.
  BatchScore run(const Tile& tile, std::span<const Symbol> labels, LabelKind kind, Eigen::VectorXf& gradient) {
    const std::size_t last = network_.layers.size() - 1, samples = tile.samples();
    const std::size_t outputs = samples * static_cast<std::size_t>(network_.output_width());
    const BatchScore score =
        score_and_delta(loss_, network_.layers[last].activation, {tile.values(last + 1), outputs}, tile.sums(last + 1),
                        labels, batch_, std::span(delta_[last]).first(outputs), kind);
    for (std::size_t l = last;; --l) {
      const DenseLayer& layer = network_.layers[l];
      const auto in = static_cast<std::size_t>(layer.in()), out = static_cast<std::size_t>(layer.out());
      float* weights = gradient.data() + offsets_[l];
      tile.accumulate_gradient(l, delta_[l].data(), in, out, weights);
      if (l == 0) return score;  // the gradient of the inputs is not needed
      kernels::input_gradient(delta_[l].data(), layer.weight.data(), samples, in, out, delta_[l - 1].data());
      multiply_by_slope(network_.layers[l - 1].activation, tile.values(l), tile.sums(l), samples * in,
                        delta_[l - 1].data());
    }
  }

 private:
  const Mlp& network_;
  Loss loss_;
  std::size_t batch_;
  std::size_t end_ = 0;
  std::vector<std::size_t> offsets_;       // of each layer in the flat gradient
  std::vector<std::vector<float>> delta_;  // [tile_samples, out] of each layer
};

}  // namespace

BatchScore Backprop::run(const Mlp& network, const Dataset& data, std::span<const std::uint32_t> batch,
                         Progress& progress) {
  assert(!batch.empty() && network.input_width() == data.input_width());
  const std::size_t wanted = std::clamp(BlockRange::count(min_part_samples, batch.size()), std::size_t{1}, max_parts);
  const std::size_t part_samples = BlockRange::count(wanted, batch.size());
  parts_.resize(BlockRange::count(part_samples, batch.size()));
  parallel_blocks(
      parts_.size(),
      [&](std::size_t index) {
        Part& part = parts_[index];
        part.gradient.setZero(static_cast<Eigen::Index>(network.parameter_count()));
        part.score = {};
        Tile tile(network, KeepSums::yes);
        TileBackward backward(network, loss_, batch.size());
        Symbol labels[kernels::tile_samples];
        const BlockRange range(index, part_samples, batch.size());
        for (std::size_t begin = range.begin; begin < range.end; begin += kernels::tile_samples) {
          const std::size_t end = std::min(begin + kernels::tile_samples, range.end);
          const auto samples = batch.subspan(begin, end - begin);
          tile.load(data, batch, begin, end);
          tile.forward(network);
          std::ranges::transform(samples, labels, [&](std::uint32_t sample) { return data.labels()[sample]; });
          part.score += backward.run(tile, {labels, samples.size()}, data.label_kind(), part.gradient);
        }
      },
      progress);
  Part& total = parts_.front();
  for (std::size_t index = 1; index < parts_.size(); ++index) {
    const Part& part = parts_[index];
    total.gradient += part.gradient;
    total.score += part.score;
  }
  return total.score;
}

}  // namespace inforelay
