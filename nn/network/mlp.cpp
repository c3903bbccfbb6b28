#include "nn/network/mlp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/network/tile.hpp"

namespace inforelay {
namespace {

// Samples of one block of parallel work; whole tiles.
constexpr std::size_t block_samples = 40 * kernels::tile_samples;

void check_width(const Mlp& network, const Dataset& data) {
  if (network.input_width() != data.input_width()) {
    throw UsageError(
        fmt::format("the network takes {} inputs but each image has {}", network.input_width(), data.input_width()));
  }
}

// Runs N samples through the network; load(tile, begin, end) fills a tile with samples [begin,end) of the N, and
// keep(tile, begin) sees it afterwards.
template <class Load, class Keep>
void for_each_tile(const Mlp& network, std::size_t n, Progress& progress, Load load, Keep keep) {
  parallel_blocks(
      BlockRange::count(block_samples, n),
      [&](std::size_t block) {
        const BlockRange range(block, block_samples, n);
        Tile tile(network);
        for (std::size_t begin = range.begin; begin < range.end; begin += kernels::tile_samples) {
          load(tile, begin, std::min(begin + kernels::tile_samples, range.end));
          tile.forward(network);
          keep(tile, begin);
        }
      },
      progress);
}

// Copies layer `layer` of the tile to the rows of `out` that begin at `row`.
void store(const Tile& tile, std::size_t layer, std::size_t row, RowMatrix<float>& out) {
  const auto width = static_cast<std::size_t>(out.cols());
  std::copy_n(tile.values(layer), tile.samples() * width, out.data() + row * width);
}

}  // namespace

std::size_t Mlp::parameter_count() const {
  std::size_t count = 0;
  for (const DenseLayer& layer : layers) count += static_cast<std::size_t>(layer.weight.size() + layer.bias.size());
  return count;
}

Mlp make_mlp(std::span<const int> widths, Activation hidden, Activation output, RandomStream& random) {
  if (widths.size() < 2) throw UsageError("a network needs at least two layer widths: inputs and outputs");
  for (const int width : widths) {
    if (width < 1) throw UsageError(fmt::format("layer width {} is out of range: at least 1", width));
  }
  Mlp network;
  for (std::size_t l = 1; l < widths.size(); ++l) {
    const int in = widths[l - 1], out = widths[l];
    const double radius = 1.0 / std::sqrt(in);
    DenseLayer layer{RowMatrix<float>(out, in), Eigen::VectorXf(out), l + 1 < widths.size() ? hidden : output};
    for (float& weight : layer.weight.reshaped<Eigen::RowMajor>()) {
      weight = static_cast<float>(random.uniform(-radius, radius));
    }
    for (float& bias : layer.bias) bias = static_cast<float>(random.uniform(-radius, radius));
    network.layers.push_back(std::move(layer));
  }
  return network;
}

LayerStates forward(const Mlp& network, const Dataset& data, int layer, Progress& progress) {
  check_width(network, data);
  const std::size_t depth = network.layers.size();
  if (layer < 1 || static_cast<std::size_t>(layer) >= depth) {
    throw UsageError(fmt::format("hidden layer {} is out of range: the network has {}", layer, depth - 1));
  }
  const auto hidden = static_cast<std::size_t>(layer);
  const auto rows = static_cast<Eigen::Index>(data.size());
  LayerStates states{RowMatrix<float>(rows, network.layers[hidden - 1].out()),
                     RowMatrix<float>(rows, network.output_width())};
  for_each_tile(
      network, data.size(), progress,
      [&](Tile& tile, std::size_t begin, std::size_t end) { tile.load(data, begin, end); },
      [&](const Tile& tile, std::size_t begin) {
        store(tile, hidden, begin, states.hidden);
        store(tile, depth, begin, states.output);
      });
  return states;
}

RowMatrix<float> forward_outputs(const Mlp& network, const Dataset& data, Progress& progress) {
  check_width(network, data);
  RowMatrix<float> output(static_cast<Eigen::Index>(data.size()), network.output_width());
  for_each_tile(
      network, data.size(), progress,
      [&](Tile& tile, std::size_t begin, std::size_t end) { tile.load(data, begin, end); },
      [&](const Tile& tile, std::size_t begin) { store(tile, network.layers.size(), begin, output); });
  return output;
}

RowMatrix<float> forward_outputs(const Mlp& network, const Dataset& data, std::span<const std::uint32_t> samples,
                                 Progress& progress) {
  check_width(network, data);
  RowMatrix<float> output(static_cast<Eigen::Index>(samples.size()), network.output_width());
  for_each_tile(
      network, samples.size(), progress,
      [&](Tile& tile, std::size_t begin, std::size_t end) { tile.load(data, samples, begin, end); },
      [&](const Tile& tile, std::size_t begin) { store(tile, network.layers.size(), begin, output); });
  return output;
}

std::size_t argmax(std::span<const float> outputs) {
  std::size_t best = 0;
  float largest = -std::numeric_limits<float>::infinity();
  for (std::size_t c = 0; c < outputs.size(); ++c) {
    if (outputs[c] > largest) {
      largest = outputs[c];
      best = c;
    }
  }
  return best;
}

std::vector<std::uint8_t> argmax(const RowMatrix<float>& output) {
  assert(output.cols() <= 256);
  const auto classes = static_cast<std::size_t>(output.cols());
  std::vector<std::uint8_t> prediction(static_cast<std::size_t>(output.rows()));
  for (std::size_t n = 0; n < prediction.size(); ++n) {
    prediction[n] = static_cast<std::uint8_t>(argmax(std::span(output.data() + n * classes, classes)));
  }
  return prediction;
}

}  // namespace inforelay
