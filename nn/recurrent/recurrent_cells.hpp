// internal: one step of one recurrent layer, forward and backward, for the 16 sequences of a tile. All arrays are
// [unit,lane], see recurrent_kernels.hpp.
#pragma once

#include <cstddef>
#include <vector>

#include "nn/recurrent/recurrent_kernels.hpp"
#include "nn/recurrent/recurrent_network.hpp"

namespace inforelay {

/// The values of one step of a layer of H units and G gates. h may be h_before, and c c_before.
struct CellStep {
  const float* x;         ///< [in]
  const float* h_before;  ///< [H]
  const float* c_before;  ///< [H] of lstm
  float* gates;           ///< [G H] after their activations
  float* inner;           ///< [H] gru: W_hh h + b_hh of n; lstm: tanh(c)
  float* h;               ///< [H]
  float* c;               ///< [H] of lstm
};

/// The slopes of the loss at one step.
struct CellSlopes {
  float* h;            ///< [H] in: by h; out: by h_before as far as it enters h directly, which only that of gru does
  float* c;            ///< [H] of lstm; in: by c, from the step after; out: by c_before
  float* sums;         ///< [G H] out: by the gates' sums W_ih x + b_ih
  float* hidden_sums;  ///< [G H] out: by W_hh h + b_hh. The same array as `sums`, but for gru
};

/// A layer, prepared for many steps: biases added up where they can be, weights transposed for the way back.
class CellLayer {
 public:
  CellLayer(RecurrentKind kind, const RecurrentLayer& layer, bool backward);

  void forward(const CellStep& step) const;
  /// The slopes by the sums of the gates, from `step` as forward() left it.
  void slopes(const CellStep& step, const CellSlopes& slopes) const;
  /// h [H] += W_hh^T hidden_sums;  x [in] += W_ih^T sums.
  void add_hidden_slopes(const float* hidden_sums, float* h) const;
  void add_input_slopes(const float* sums, float* x) const;

  std::size_t in() const { return in_; }
  std::size_t units() const { return units_; }               ///< H
  std::size_t gate_rows() const { return gates_ * units_; }  ///< G H
  bool has_inner() const { return inner_; }                  ///< whether CellStep::inner is used
  bool has_cell() const { return cell_; }
  bool has_own_hidden_sums() const { return hidden_rows_ < gate_rows(); }

 private:
  RecurrentKind kind_;
  const RecurrentLayer& layer_;
  std::size_t in_, units_, gates_;
  bool inner_, cell_;
  std::size_t hidden_rows_;  // rows of W_hh whose product is added to the sums; gru keeps that of n apart
  std::vector<float> bias_;  // [G H] b_ih + b_hh in these rows, b_ih in the others
  RowMatrix<float> input_transposed_, hidden_transposed_;
};

/// The number of values of `units` units in all lanes.
constexpr std::size_t lane_values(std::size_t units) { return units * kernels::sequence_lanes; }

}  // namespace inforelay
