#include "nn/network/unit_weights.hpp"

#include <cstddef>
#include <span>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 256;

/// The layers after hidden layer `layer`.
std::span<const DenseLayer> later_layers(const Mlp& network, int layer) {
  if (layer < 1 || static_cast<std::size_t>(layer) >= network.layers.size())
    throw UsageError("weights of units: there is no hidden layer {}; the network has {}", layer,
                     network.layers.size() - 1);
  return std::span(network.layers).subspan(static_cast<std::size_t>(layer));
}

/// Values of the hidden layers in between, and the sums before their activation functions.
struct Passed {
  std::vector<RowMatrix<float>> sums, values;
};

Passed forward(std::span<const DenseLayer> layers, const RowMatrix<float>& hidden) {
  Passed passed;
  const RowMatrix<float>* in = &hidden;
  passed.values.reserve(layers.size());
  for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
    RowMatrix<float> sums = *in * layers[l].weight.transpose();
    sums.rowwise() += layers[l].bias.transpose();
    passed.sums.push_back(sums);
    activate(layers[l].activation, sums.data(), static_cast<std::size_t>(sums.size()));
    passed.values.push_back(std::move(sums));
    in = &passed.values.back();
  }
  return passed;
}

/// Sums over the samples of |h_ik ds_ic / dh_ik| -> [C,K].
RowMatrix<double> summed(std::span<const DenseLayer> layers, const RowMatrix<float>& hidden) {
  const Passed passed = forward(layers, hidden);
  RowMatrix<double> sums(layers.back().out(), hidden.cols());
  for (Eigen::Index c = 0; c < sums.rows(); ++c) {
    RowMatrix<float> delta = layers.back().weight.row(c).replicate(hidden.rows(), 1);
    for (std::size_t l = layers.size() - 1; l-- > 0;) {
      const Activation activation = layers[l].activation;
      multiply_by_slope(activation, passed.values[l].data(),
                        slope_needs_sums(activation) ? passed.sums[l].data() : nullptr,
                        static_cast<std::size_t>(delta.size()), delta.data());
      delta = (delta * layers[l].weight).eval();
    }
    sums.row(c) = (delta.array() * hidden.array()).abs().cast<double>().colwise().sum();
  }
  return sums;
}

}  // namespace

RowMatrix<double> outgoing_weights(const Mlp& network, int layer) {
  const std::span<const DenseLayer> later = later_layers(network, layer);
  const RowMatrix<double> weight = later.front().weight.cast<double>();
  if (later.size() == 1) return weight.cwiseAbs();
  return weight.colwise().norm().replicate(network.output_width(), 1);
}

RowMatrix<double> mean_activation_gradient(const Mlp& network, int layer, const RowMatrix<float>& hidden,
                                           Progress& progress) {
  const std::span<const DenseLayer> later = later_layers(network, layer);
  if (hidden.rows() == 0 || hidden.cols() != later.front().in())
    throw UsageError("weights of units: activations [{},{}], expected at least one sample of {} units", hidden.rows(),
                     hidden.cols(), later.front().in());
  const auto samples = static_cast<std::size_t>(hidden.rows());
  std::vector<RowMatrix<double>> parts(BlockRange::count(samples_per_block, samples));
  parallel_blocks(
      parts.size(),
      [&](std::size_t block) {
        const BlockRange range(block, samples_per_block, samples);
        parts[block] = summed(
            later, hidden.middleRows(static_cast<Eigen::Index>(range.begin), static_cast<Eigen::Index>(range.size())));
      },
      progress);
  RowMatrix<double> mean = RowMatrix<double>::Zero(network.output_width(), hidden.cols());
  for (const RowMatrix<double>& part : parts) mean += part;
  return mean / static_cast<double>(samples);
}

}  // namespace inforelay
