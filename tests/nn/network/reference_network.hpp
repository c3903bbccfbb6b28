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

/// Random inputs, and labels 0, 1, ..., 0, 1, ...
inline Dataset random_dataset(std::size_t n, int width, int classes, std::uint64_t seed) {
  RandomStream random(seed, "random_dataset");
  RowMatrix<std::uint8_t> inputs(static_cast<Eigen::Index>(n), width);
  for (auto& input : inputs.reshaped<Eigen::RowMajor>()) input = static_cast<std::uint8_t>(random.below(256));
  std::vector<Symbol> labels(n);
  for (std::size_t i = 0; i < n; ++i) labels[i] = static_cast<Symbol>(i % static_cast<std::size_t>(classes));
  return {std::move(inputs), std::move(labels), classes};
}

/// Classes that can be told apart: each has large inputs of its own (input % classes == label) in noise.
inline Dataset striped_dataset(std::size_t n, int width, int classes, std::uint64_t seed) {
  Dataset random = random_dataset(n, width, classes, seed);
  RowMatrix<std::uint8_t> inputs = random.inputs();
  for (Eigen::Index sample = 0; sample < inputs.rows(); ++sample) {
    for (Eigen::Index i = 0; i < width; ++i) {
      const bool own = i % classes == random.labels()[static_cast<std::size_t>(sample)];
      inputs(sample, i) = static_cast<std::uint8_t>(inputs(sample, i) / 2 + (own ? 100 : 0));
    }
  }
  return {std::move(inputs), {random.labels().begin(), random.labels().end()}, classes};
}

/// The inputs of samples [begin,end), as a network sees them.
inline std::vector<float> inputs_of(const Dataset& data, std::size_t begin, std::size_t end) {
  std::vector<float> inputs;
  for (std::size_t n = begin; n < end; ++n) {
    for (int i = 0; i < data.input_width(); ++i)
      inputs.push_back(static_cast<float>(data.inputs(n)[i]) * (1.0f / 255.0f));
  }
  return inputs;
}

/// Every activation function, those with a parameter also with another one than the default.
inline const std::vector<Activation> elementwise_activations{
    Activation::tanh,         Activation::sigmoid,       Activation::relu,  Activation::identity,
    Activation::leaky_relu(), Activation::leaky_relu(2), Activation::elu(), Activation::elu(0.3f),
    Activation::gelu,         Activation::gelu_tanh,     Activation::silu,  Activation::softplus};

/// Straight from the definitions; softmax, which takes all outputs, is left to forward().
inline double activate(Activation activation, double x) {
  const double p = activation.parameter;
  switch (activation.kind) {
    case Activation::Kind::tanh:
      return std::tanh(x);
    case Activation::Kind::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::Kind::relu:
      return x > 0 ? x : 0;
    case Activation::Kind::leaky_relu:
      return x > 0 ? x : p * x;
    case Activation::Kind::elu:
      return x > 0 ? x : p * std::expm1(x);
    case Activation::Kind::gelu:
      return x / 2 * std::erfc(-x / std::sqrt(2.0));
    case Activation::Kind::gelu_tanh:
      return x / 2 * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * std::pow(x, 3))));
    case Activation::Kind::silu:
      return x / (1 + std::exp(-x));
    case Activation::Kind::softplus:
      return x > 30 ? x : std::log1p(std::exp(x));
    case Activation::Kind::identity:
    case Activation::Kind::softmax:
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
      values[0].push_back(data.inputs()(static_cast<Eigen::Index>(sample), i) / 255.0);
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
      if (activations[l] == Activation::softmax) {
        double sum = 0;
        for (double& value : next) sum += value = std::exp(value);
        for (double& value : next) value /= sum;
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
        const bool is_softmax = activations.back() == Activation::softmax;
        double sum = 0;
        for (const double value : y) sum += std::exp(value);
        total += -std::log(is_softmax ? y[label] : std::exp(y[label]) / sum);
        continue;
      }
      double squares = 0;
      for (std::size_t c = 0; c < y.size(); ++c) {
        const bool on = y.size() == 1 ? label == 1 : label == c;
        const double off = activations.back() == Activation::sigmoid    ? 0
                           : activations.back() == Activation::softplus ? 2 * std::log(2.0) - 1
                                                                        : -1;
        const double target = on ? 1 : off;
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
