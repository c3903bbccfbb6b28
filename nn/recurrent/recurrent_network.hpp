// Recurrent networks: layers of Elman, GRU or LSTM cells in a row, and a dense readout of the last one's h. Equations
// and order of gates are those of PyTorch's RNN, GRU and LSTM. With x the input of a step, h and c the state before it
// (of the layer), h', c' the state after it, * by element:
//
//   rnn_tanh, rnn_relu   h' = a(W_ih x + b_ih + W_hh h + b_hh), a = tanh or max(., 0)
//   gru                  r, z = sigmoid(W_ih x + b_ih + W_hh h + b_hh)                    rows r, z of the matrices
//                        n = tanh(W_ih x + b_ih + r * (W_hh h + b_hh))                    rows n
//                        h' = (1 - z) * n + z * h
//   lstm                 i, f, g, o = W_ih x + b_ih + W_hh h + b_hh                       rows i, f, g, o
//                        c' = sigmoid(f) * c + sigmoid(i) * tanh(g),   h' = sigmoid(o) * tanh(c')
//   output               activation(W h' + b), h' of the last layer
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/axes.hpp"
#include "core/named.hpp"
#include "core/random.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

enum class RecurrentKind : std::uint8_t { rnn_tanh, rnn_relu, gru, lstm };

inline constexpr WordTable<RecurrentKind, 4> recurrent_kind_names{{{RecurrentKind::rnn_tanh, "rnn_tanh"},
                                                                   {RecurrentKind::rnn_relu, "rnn_relu"},
                                                                   {RecurrentKind::gru, "gru"},
                                                                   {RecurrentKind::lstm, "lstm"}}};

/// G: 1 of rnn_tanh and rnn_relu, 3 of gru, 4 of lstm.
int gate_count(RecurrentKind kind);
/// True of lstm, whose state is h and c; that of the others is h.
bool has_cell_state(RecurrentKind kind);

/// One layer of H units. Rows of the matrices and biases: the H units of the first gate, then those of the second, ...
struct RecurrentLayer {
  RowMatrix<float> input_weight;   ///< W_ih [G H,in]
  RowMatrix<float> hidden_weight;  ///< W_hh [G H,H]
  Eigen::VectorXf input_bias;      ///< b_ih [G H]
  Eigen::VectorXf hidden_bias;     ///< b_hh [G H]

  int in() const { return static_cast<int>(input_weight.cols()); }
  int units() const { return static_cast<int>(hidden_weight.cols()); }  ///< H
};

/// All layers have the same kind; layers[l].in() == layers[l-1].units(), readout.in() == layers.back().units().
struct RecurrentNetwork {
  RecurrentKind kind = RecurrentKind::rnn_tanh;
  std::vector<RecurrentLayer> layers;
  DenseLayer readout;

  int input_width() const { return layers.front().in(); }
  int output_width() const { return readout.out(); }
  /// U: the number of values that pass from a step to the next: h of all layers, and c.
  std::size_t state_width() const;
  std::size_t parameter_count() const;
};

/// Consecutive units of the state of a network.
struct StateGroup {
  std::string name;       ///< "h1", "c1", "h2", ...: the variable, and the number of its layer from 1
  std::size_t begin = 0;  ///< of its units [begin,begin+units) among the U of the state
  std::size_t units = 0;
};

/// The units of the state in order: h of layer 1, its c (lstm), h of layer 2, ...
std::vector<StateGroup> state_groups(const RecurrentNetwork& network);

/// The parameters in the order of OptimizerState: W_ih, W_hh, b_ih, b_hh of each layer, W and b of the readout.
std::vector<std::span<float>> parameter_blocks(RecurrentNetwork& network);
std::vector<std::span<const float>> parameter_blocks(const RecurrentNetwork& network);

/// Throws UsageError unless the shapes of a network agree as stated above; it has a layer, inputs, units, outputs; and
/// the activation of its readout is neither a softmax nor one whose slope is no function of its value.
void check_shapes(const RecurrentNetwork& network);

struct RecurrentShape {
  RecurrentKind kind = RecurrentKind::rnn_tanh;
  int inputs = 1, units = 6, layers = 1, outputs = 1;  ///< each >= 1
  Activation output_activation = Activation::identity;
};

/// A network with PyTorch's default start: all parameters of the layers and of the readout uniform in [-r,r), r =
/// 1/sqrt(units), drawn in the order of parameter_blocks(). Throws UsageError for a number below 1.
RecurrentNetwork make_recurrent(const RecurrentShape& shape, RandomStream& random);

/// "lstm 1-6-6-2 identity", for messages.
std::string describe(const RecurrentNetwork& network);

}  // namespace inforelay
