// A multi-layer perceptron: a chain of dense layers a_l = activation_l(W_l a_{l-1} + b_l), a_0 the inputs.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "core/recording.hpp"
#include "nn/data/dataset.hpp"
#include "nn/network/activation.hpp"

namespace inforelay {

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
  /// Number of weights and biases.
  std::size_t parameter_count() const;
};

/// A network of the given widths {inputs, hidden..., outputs} with PyTorch's default start: weights and biases of a
/// layer uniform in [-r,r), r = 1/sqrt(fan_in), drawn layer by layer, weights (row by row) before biases. Throws
/// UsageError for fewer than two widths, a width below 1, or softmax as `hidden`.
Mlp make_mlp(std::span<const int> widths, Activation hidden, Activation output, RandomStream& random);

/// Activations and outputs of a network on N samples.
struct NetworkRecord {
  /// Of each requested layer: values [N,K]; input is the label, output argmax(output), or of bits decided_bits().
  std::vector<Samples> layers;
  RowMatrix<float> output;  ///< [N,C] activations of the output layer
};

/// Runs all samples of `data` through `network`, once, and keeps the activations of the listed hidden layers (1 is the
/// first hidden layer, as in Mlp). The same to the last bit for any number of threads. Cost: 5 ms on one core with AVX2
/// for 16,000 weights and 10^4 samples. Throws UsageError if the widths of data and network differ or a
/// number is not that of a hidden layer; Interrupted.
NetworkRecord record_layers(const Mlp& network, const Dataset& data, const std::vector<int>& layers,
                            Progress& progress = Progress::none());

/// The outputs [N,C] alone.
RowMatrix<float> forward_outputs(const Mlp& network, const Dataset& data, Progress& progress = Progress::none());

/// The index of the largest of `outputs`; of equals, the lowest. A NaN is never largest; 0 if none exceeds -infinity.
std::size_t argmax(std::span<const float> outputs);
/// The same for each row of `output` [N,C]. Throws UsageError if C > max_symbols.
std::vector<Symbol> argmax(const RowMatrix<float>& output);
/// Of each row of `output` [N,C] the number whose bit c is 1 where output c is above the threshold (LabelKind::bits).
/// Throws UsageError if C > max_label_bits.
std::vector<Symbol> decided_bits(const RowMatrix<float>& output, float threshold);

}  // namespace inforelay
