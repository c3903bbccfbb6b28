// Random data sets, and networks evaluated slowly, plainly and in double precision.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "nn/data/dataset.hpp"
#include "nn/network/mlp.hpp"
#include "nn/training/loss.hpp"

namespace inforelay::test {

/// Random pixels, and labels that go round.
inline Dataset random_dataset(std::size_t n, int width, int classes, std::uint64_t seed) {
  RandomStream random(seed, "random_dataset");
  RowMatrix<std::uint8_t> pixels(static_cast<Eigen::Index>(n), width);
  for (auto& pixel : pixels.reshaped<Eigen::RowMajor>()) pixel = static_cast<std::uint8_t>(random.below(256));
  std::vector<std::uint8_t> labels(n);
  for (std::size_t i = 0; i < n; ++i) labels[i] = static_cast<std::uint8_t>(i % static_cast<std::size_t>(classes));
  return {std::move(pixels), std::move(labels), classes};
}

/// Classes that can be told apart: each has bright pixels of its own (pixel % classes == label) in noise.
inline Dataset striped_dataset(std::size_t n, int width, int classes, std::uint64_t seed) {
  Dataset random = random_dataset(n, width, classes, seed);
  RowMatrix<std::uint8_t> pixels = random.pixels();
  for (Eigen::Index i = 0; i < pixels.rows(); ++i) {
    for (Eigen::Index pixel = 0; pixel < width; ++pixel) {
      const bool own = pixel % classes == random.labels()[static_cast<std::size_t>(i)];
      pixels(i, pixel) = static_cast<std::uint8_t>(pixels(i, pixel) / 2 + (own ? 100 : 0));
    }
  }
  return {std::move(pixels), {random.labels().begin(), random.labels().end()}, classes};
}

inline double activate(Activation activation, double x) {
  switch (activation) {
    case Activation::tanh:
      return std::tanh(x);
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::relu:
      return x > 0 ? x : 0;
    case Activation::identity:
      break;
  }
  return x;
}

/// A network in double precision, with its parameters in the flat order of OptimizerState.
struct ReferenceNetwork {
  std::vector<int> widths;
  std::vector<Activation> activations;
  std::vector<double> parameters;

  explicit ReferenceNetwork(const Mlp& network) : widths{network.input_width()} {
    for (const DenseLayer& layer : network.layers) {
      widths.push_back(layer.out());
      activations.push_back(layer.activation);
      for (int o = 0; o < layer.out(); ++o) {
        for (int i = 0; i < layer.in(); ++i) parameters.push_back(layer.weight(o, i));
      }
      for (int o = 0; o < layer.out(); ++o) parameters.push_back(layer.bias[o]);
    }
  }

  /// Activations of every layer for one sample; [0] are the inputs.
  std::vector<std::vector<double>> forward(const Dataset& data, std::size_t sample) const {
    std::vector<std::vector<double>> values(1);
    for (int i = 0; i < widths[0]; ++i) {
      values[0].push_back(data.pixels()(static_cast<Eigen::Index>(sample), i) / 255.0);
    }
    std::size_t offset = 0;
    for (std::size_t l = 0; l < activations.size(); ++l) {
      const auto in = static_cast<std::size_t>(widths[l]), out = static_cast<std::size_t>(widths[l + 1]);
      std::vector<double> next;
      for (std::size_t o = 0; o < out; ++o) {
        double sum = parameters[offset + in * out + o];
        for (std::size_t i = 0; i < in; ++i) sum += parameters[offset + o * in + i] * values[l][i];
        next.push_back(activate(activations[l], sum));
      }
      values.push_back(next);
      offset += in * out + out;
    }
    return values;
  }

  /// Mean loss of the samples, straight from the definition in nn/training/loss.hpp.
  double loss(Loss kind, const Dataset& data, std::span<const std::uint32_t> samples) const {
    double total = 0;
    for (const std::uint32_t sample : samples) {
      const std::vector<double> y = forward(data, sample).back();
      const std::size_t label = data.labels()[sample];
      if (kind == Loss::cross_entropy) {
        double sum = 0;
        for (const double value : y) sum += std::exp(value);
        total += -std::log(std::exp(y[label]) / sum);
        continue;
      }
      double squares = 0;
      for (std::size_t c = 0; c < y.size(); ++c) {
        const bool on = y.size() == 1 ? label == 1 : label == c;
        const double target = on ? 1 : activations.back() == Activation::sigmoid ? 0 : -1;
        squares += (y[c] - target) * (y[c] - target);
      }
      total += squares / static_cast<double>(y.size());
    }
    return total / static_cast<double>(samples.size());
  }
};

inline bool same_bits(const Mlp& a, const Mlp& b) {
  if (a.layers.size() != b.layers.size()) return false;
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    if (a.layers[l].weight != b.layers[l].weight || a.layers[l].bias != b.layers[l].bias) return false;
  }
  return true;
}

}  // namespace inforelay::test
