// Small random networks and samples for the tests of knockouts.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/axes.hpp"
#include "core/random.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay::test {

inline DenseLayer random_layer(int in, int out, RandomStream& random, double scale = 1) {
  DenseLayer layer{RowMatrix<float>(out, in), Eigen::VectorXf(out), Activation::tanh};
  for (float& weight : layer.weight.reshaped()) weight = static_cast<float>(random.uniform(-scale, scale));
  for (float& bias : layer.bias) bias = static_cast<float>(random.uniform(-scale, scale));
  return layer;
}

/// Activations of either sign, most of them near +-1 as those of a trained tanh layer.
inline RowMatrix<float> random_hidden(int samples, int neurons, RandomStream& random) {
  RowMatrix<float> hidden(samples, neurons);
  for (float& value : hidden.reshaped()) value = static_cast<float>(std::tanh(random.uniform(-4, 4)));
  return hidden;
}

/// Labels in [0,classes), each class present.
inline std::vector<Symbol> random_labels(int samples, int classes, RandomStream& random) {
  std::vector<Symbol> labels;
  for (int i = 0; i < samples; ++i) {
    const auto label = i < classes ? static_cast<std::uint64_t>(i) : random.below(static_cast<std::uint64_t>(classes));
    labels.push_back(static_cast<Symbol>(label));
  }
  return labels;
}

/// A network, its samples, and what a test needs to knock it out.
struct NetworkScene {
  Mlp network;
  RowMatrix<float> hidden;
  std::vector<Symbol> labels;
  int layer = 1;
  KnockoutSubject subject() const { return {network, layer, hidden, labels}; }
};

/// Of one hidden layer.
inline NetworkScene random_scene(int neurons, int classes, int samples, RandomStream& random) {
  NetworkScene scene;
  scene.network.layers = {random_layer(2, neurons, random), random_layer(neurons, classes, random)};
  scene.hidden = random_hidden(samples, neurons, random);
  scene.labels = random_labels(samples, classes, random);
  return scene;
}

inline std::vector<NeuronSet> all_sets(int neurons) {
  std::vector<NeuronSet> sets;
  for (std::uint32_t i = 0; i < 1u << neurons; ++i) sets.emplace_back(i);
  return sets;
}

}  // namespace inforelay::test
