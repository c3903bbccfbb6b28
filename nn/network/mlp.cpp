#include "nn/network/mlp.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/network/tile.hpp"

namespace inforelay {
namespace {

// Samples of one block of parallel work; whole tiles.
constexpr std::size_t block_samples = 40 * kernels::tile_samples;

}  // namespace

std::size_t Mlp::parameter_count() const {
  std::size_t count = 0;
  for (const DenseLayer& layer : layers) count += static_cast<std::size_t>(layer.weight.size() + layer.bias.size());
  return count;
}

Mlp make_mlp(std::span<const int> widths, Activation hidden, Activation output, RandomStream& random) {
  if (widths.size() < 2) throw UsageError("a network needs at least two layer widths: inputs and outputs");
  for (const int width : widths) check_bounded(width >= 1, "layer width", width, "at least 1");
  if (is_output_only(hidden)) {
    throw UsageError("activation {} of a hidden layer, expected of the last layer only", to_string(hidden));
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

NetworkRecord record_layers(const Mlp& network, const Dataset& data, const std::vector<int>& layers,
                            Progress& progress) {
  if (network.input_width() != data.input_width()) {
    throw UsageError("the network takes {} inputs but the data have {}", network.input_width(), data.input_width());
  }
  const std::size_t depth = network.layers.size();
  NetworkRecord record;
  record.layers.resize(layers.size());
  std::vector<std::pair<std::size_t, RowMatrix<float>*>> kept{{depth, &record.output}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i] < 1 || static_cast<std::size_t>(layers[i]) >= depth) {
      throw UsageError("hidden layer {} is out of range: the network has {}", layers[i], depth - 1);
    }
    kept.emplace_back(layers[i], &record.layers[i].values);
  }
  for (const auto& [layer, values] : kept) {
    values->resize(static_cast<Eigen::Index>(data.size()), network.layers[layer - 1].out());
  }
  parallel_blocks(
      BlockRange::count(block_samples, data.size()),
      [&](std::size_t block) {
        const BlockRange range(block, block_samples, data.size());
        Tile tile(network);
        for (std::size_t begin = range.begin; begin < range.end; begin += kernels::tile_samples) {
          tile.load(data, begin, std::min(begin + kernels::tile_samples, range.end));
          tile.forward(network);
          for (const auto& [layer, values] : kept) {
            const auto width = static_cast<std::size_t>(values->cols());
            std::copy_n(tile.values(layer), tile.samples() * width, values->data() + begin * width);
          }
        }
      },
      progress);
  for (Samples& layer : record.layers) {
    layer.input = {data.labels().begin(), data.labels().end()};
    layer.output = data.label_kind() == LabelKind::bits
                       ? decided_bits(record.output, decision_threshold(network.layers.back().activation))
                       : argmax(record.output);
  }
  return record;
}

RowMatrix<float> forward_outputs(const Mlp& network, const Dataset& data, Progress& progress) {
  return record_layers(network, data, {}, progress).output;
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

std::vector<Symbol> argmax(const RowMatrix<float>& output) {
  const auto classes = static_cast<std::size_t>(output.cols());
  if (classes > max_symbols) throw UsageError("{} outputs, expected at most {}", classes, max_symbols);
  std::vector<Symbol> prediction(static_cast<std::size_t>(output.rows()));
  for (std::size_t n = 0; n < prediction.size(); ++n) {
    prediction[n] = static_cast<Symbol>(argmax(std::span(output.data() + n * classes, classes)));
  }
  return prediction;
}

std::vector<Symbol> decided_bits(const RowMatrix<float>& output, float threshold) {
  const auto bits = static_cast<std::size_t>(output.cols());
  if (bits > max_label_bits) throw UsageError("{} outputs for bits, expected at most {}", bits, max_label_bits);
  std::vector<Symbol> decided(static_cast<std::size_t>(output.rows()));
  for (std::size_t n = 0; n < decided.size(); ++n) {
    unsigned number = 0;
    for (std::size_t c = 0; c < bits; ++c) number |= (output.data()[n * bits + c] > threshold ? 1u : 0u) << c;
    decided[n] = static_cast<Symbol>(number);
  }
  return decided;
}

}  // namespace inforelay
