// A multi-layer perceptron: a chain of dense layers a_l = activation_l(W_l a_{l-1} + b_l), a_0 the inputs.
#pragma once

#include <Eigen/Core>
#include <string_view>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

enum class Activation { tanh, sigmoid, relu, identity };

/// One dense layer, `in` -> `out` neurons.
struct DenseLayer {
  RowMatrix<float> weight;  ///< [out,in]
  Eigen::VectorXf bias;     ///< [out]
  Activation activation = Activation::tanh;

  int in() const { return static_cast<int>(weight.cols()); }
  int out() const { return static_cast<int>(weight.rows()); }
};

/// Layers in order; layers[l].in() == layers[l-1].out(). Hidden layer number l of a configuration (1, 2, ...) is
/// layers[l-1].
struct Mlp {
  std::vector<DenseLayer> layers;

  int input_width() const { return layers.front().in(); }
  int output_width() const { return layers.back().out(); }
};

}  // namespace inforelay
