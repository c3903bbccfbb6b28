#include "nn/recurrent/recurrent_cells.hpp"

#include <array>

namespace inforelay {
namespace {

// In the functions below n is the number of values of a gate, H times the lanes.

template <Activation::Kind kind>
void elman_forward(const CellStep& step, std::size_t n) {
  activate({kind}, step.gates, n);
  for (std::size_t i = 0; i < n; ++i) step.h[i] = step.gates[i];
}

template <Activation::Kind kind>
void elman_slopes(const CellStep& step, const CellSlopes& slopes, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    slopes.sums[i] = slopes.h[i];
    slopes.h[i] = 0;
  }
  multiply_by_slope({kind}, step.gates, nullptr, n, slopes.sums);
}

void gru_forward(const CellStep& step, std::size_t n) {
  activate(Activation::sigmoid, step.gates, 2 * n);
  const float *r = step.gates, *z = r + n;
  float* candidate = step.gates + 2 * n;
  for (std::size_t i = 0; i < n; ++i) candidate[i] += r[i] * step.inner[i];
  activate(Activation::tanh, candidate, n);
  for (std::size_t i = 0; i < n; ++i) step.h[i] = (1.0f - z[i]) * candidate[i] + z[i] * step.h_before[i];
}

void gru_slopes(const CellStep& step, const CellSlopes& slopes, std::size_t n) {
  const float *r = step.gates, *z = r + n, *candidate = z + n;
  for (std::size_t i = 0; i < n; ++i) {
    const float h = slopes.h[i];
    const float by_candidate = h * (1.0f - z[i]) * (1.0f - candidate[i] * candidate[i]);
    const float by_r = by_candidate * step.inner[i] * r[i] * (1.0f - r[i]);
    const float by_z = h * (step.h_before[i] - candidate[i]) * z[i] * (1.0f - z[i]);
    slopes.sums[i] = slopes.hidden_sums[i] = by_r;
    slopes.sums[n + i] = slopes.hidden_sums[n + i] = by_z;
    slopes.sums[2 * n + i] = by_candidate;
    slopes.hidden_sums[2 * n + i] = by_candidate * r[i];
    slopes.h[i] = h * z[i];
  }
}

void lstm_forward(const CellStep& step, std::size_t n) {
  activate(Activation::sigmoid, step.gates, 2 * n);
  activate(Activation::tanh, step.gates + 2 * n, n);
  activate(Activation::sigmoid, step.gates + 3 * n, n);
  const float *in = step.gates, *forget = in + n, *candidate = forget + n, *out = candidate + n;
  for (std::size_t i = 0; i < n; ++i) {
    step.c[i] = forget[i] * step.c_before[i] + in[i] * candidate[i];
    step.inner[i] = step.c[i];
  }
  activate(Activation::tanh, step.inner, n);
  for (std::size_t i = 0; i < n; ++i) step.h[i] = out[i] * step.inner[i];
}

void lstm_slopes(const CellStep& step, const CellSlopes& slopes, std::size_t n) {
  const float *in = step.gates, *forget = in + n, *candidate = forget + n, *out = candidate + n;
  for (std::size_t i = 0; i < n; ++i) {
    const float h = slopes.h[i];
    const float c = slopes.c[i] + h * out[i] * (1.0f - step.inner[i] * step.inner[i]);
    slopes.sums[i] = c * candidate[i] * in[i] * (1.0f - in[i]);
    slopes.sums[n + i] = c * step.c_before[i] * forget[i] * (1.0f - forget[i]);
    slopes.sums[2 * n + i] = c * in[i] * (1.0f - candidate[i] * candidate[i]);
    slopes.sums[3 * n + i] = h * step.inner[i] * out[i] * (1.0f - out[i]);
    slopes.c[i] = c * forget[i];
    slopes.h[i] = 0;
  }
}

// What differs between the kinds of cell.
struct Row {
  RecurrentKind kind;
  bool inner;       // CellStep::inner is used
  bool sums_apart;  // the last gate's W_hh h + b_hh does not enter the gate's sum but `inner`
  void (*forward)(const CellStep& step, std::size_t n);
  void (*slopes)(const CellStep& step, const CellSlopes& slopes, std::size_t n);
};

constexpr std::array<Row, 4> rows{{
    {RecurrentKind::rnn_tanh, false, false, elman_forward<Activation::Kind::tanh>,
     elman_slopes<Activation::Kind::tanh>},
    {RecurrentKind::rnn_relu, false, false, elman_forward<Activation::Kind::relu>,
     elman_slopes<Activation::Kind::relu>},
    {RecurrentKind::gru, true, true, gru_forward, gru_slopes},
    {RecurrentKind::lstm, true, false, lstm_forward, lstm_slopes},
}};

constexpr const Row& row_of(RecurrentKind kind) { return rows[static_cast<std::size_t>(kind)]; }
static_assert(row_of(RecurrentKind::rnn_relu).kind == RecurrentKind::rnn_relu &&
              row_of(RecurrentKind::gru).kind == RecurrentKind::gru &&
              row_of(RecurrentKind::lstm).kind == RecurrentKind::lstm);

}  // namespace

CellLayer::CellLayer(RecurrentKind kind, const RecurrentLayer& layer, bool backward)
    : kind_(kind),
      layer_(layer),
      in_(static_cast<std::size_t>(layer.in())),
      units_(static_cast<std::size_t>(layer.units())),
      gates_(static_cast<std::size_t>(gate_count(kind))),
      inner_(row_of(kind).inner),
      cell_(has_cell_state(kind)),
      hidden_rows_((row_of(kind).sums_apart ? gates_ - 1 : gates_) * units_),
      bias_(gate_rows()) {
  for (std::size_t row = 0; row < bias_.size(); ++row) {
    const auto index = static_cast<Eigen::Index>(row);
    bias_[row] = layer.input_bias[index] + (row < hidden_rows_ ? layer.hidden_bias[index] : 0.0f);
  }
  if (!backward) return;
  input_transposed_ = layer.input_weight.transpose();
  hidden_transposed_ = layer.hidden_weight.transpose();
}

void CellLayer::forward(const CellStep& step) const {
  kernels::lanes_affine(layer_.input_weight.data(), bias_.data(), gate_rows(), in_, step.x, step.gates);
  kernels::lanes_multiply(layer_.hidden_weight.data(), hidden_rows_, units_, step.h_before, step.gates);
  if (has_own_hidden_sums()) {
    kernels::lanes_affine(layer_.hidden_weight.data() + hidden_rows_ * units_, layer_.hidden_bias.data() + hidden_rows_,
                          units_, units_, step.h_before, step.inner);
  }
  row_of(kind_).forward(step, lane_values(units_));
}

void CellLayer::slopes(const CellStep& step, const CellSlopes& slopes) const {
  row_of(kind_).slopes(step, slopes, lane_values(units_));
}

void CellLayer::add_hidden_slopes(const float* hidden_sums, float* h) const {
  kernels::lanes_multiply(hidden_transposed_.data(), units_, gate_rows(), hidden_sums, h);
}

void CellLayer::add_input_slopes(const float* sums, float* x) const {
  kernels::lanes_multiply(input_transposed_.data(), in_, gate_rows(), sums, x);
}

}  // namespace inforelay
