#include "nn/recurrent/recurrent_backprop.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "core/parallel.hpp"
#include "nn/recurrent/recurrent_cells.hpp"

namespace inforelay {
namespace {

constexpr std::size_t lanes = kernels::sequence_lanes;
// Bounds the memory, and the threads that can take part.
constexpr std::size_t max_parts = 16;

// A network prepared for a batch.
struct Prepared {
  explicit Prepared(const RecurrentNetwork& network)
      : readout(network.readout), readout_transposed(network.readout.weight.transpose()) {
    for (const RecurrentLayer& layer : network.layers) layers.emplace_back(network.kind, layer, true);
  }
  std::vector<CellLayer> layers;
  const DenseLayer& readout;
  RowMatrix<float> readout_transposed;  // [H,C]
};

// Values [step,unit,lane].
struct History {
  History(std::size_t steps, std::size_t units) : stride(lane_values(units)), values(steps * stride) {}
  float* operator[](std::size_t step) { return values.data() + step * stride; }

  std::size_t stride;
  std::vector<float> values;
};

struct LayerHistory {
  LayerHistory(const CellLayer& layer, std::size_t steps)
      : h(steps + 1, layer.units()),
        c(layer.has_cell() ? steps + 1 : 0, layer.units()),
        gates(steps, layer.gate_rows()),
        inner(layer.has_inner() ? steps : 0, layer.units()),
        slopes(steps, layer.units()),
        sums(steps, layer.gate_rows()),
        hidden_sums(layer.has_own_hidden_sums() ? steps : 0, layer.gate_rows()) {}

  History h, c;               // of t at t + 1; at 0 the initial state, zeros
  History gates, inner;       // see CellStep
  History slopes;             // of the loss by h of t, from what is above the layer
  History sums, hidden_sums;  // see CellSlopes
};

}  // namespace

// The forward and backward pass of one thread, up to 16 trials at a time.
class RecurrentBackprop::Part {
 public:
  Part(const Prepared& network, const SequenceData& data)
      : steps_(data.steps()),
        first_(data.first_labelled_step()),
        outputs_(static_cast<std::size_t>(network.readout.out())),
        inputs_(steps_, data.inputs.width),
        output_(steps_, outputs_),
        output_slopes_(steps_, outputs_),
        rows_(lanes * outputs_),
        row_slopes_(lanes * outputs_) {
    std::size_t units = 0;
    for (const CellLayer& layer : network.layers) {
      layers_.emplace_back(layer, steps_);
      units = std::max(units, layer.units());
    }
    carried_.resize(lane_values(units));
    carried_cell_.resize(lane_values(units));
    ones_.fill(1.0f);
  }

  // Adds up over `trials`, at most 16 at a time.
  void run(const Prepared& network, const SequenceData& data, std::span<const std::uint32_t> trials, std::size_t batch,
           const RecurrentBackprop& settings, std::size_t parameters) {
    gradient.assign(parameters, 0.0f);
    score = {};
    for (std::size_t begin = 0; begin < trials.size(); begin += lanes) {
      const auto tile = trials.subspan(begin, std::min(lanes, trials.size() - begin));
      load(data, tile);
      forward(network);
      for (std::size_t step = first_; step < steps_; ++step) score_step(network, data, tile, batch, step, settings);
      backward(network);
    }
  }

  std::vector<float> gradient;  // [parameters]
  BatchScore score;

 private:
  void load(const SequenceData& data, std::span<const std::uint32_t> tile) {
    const std::size_t width = data.inputs.width;
    for (std::size_t step = 0; step < steps_; ++step) {
      float* x = inputs_[step];
      if (tile.size() < lanes) std::fill_n(x, lane_values(width), 0.0f);
      for (std::size_t lane = 0; lane < tile.size(); ++lane) {
        const auto row = data.inputs.row(tile[lane], step);
        for (std::size_t i = 0; i < width; ++i) x[i * lanes + lane] = row[i];
      }
    }
  }

  CellStep step_of(std::size_t l, std::size_t step) {
    LayerHistory& layer = layers_[l];
    const bool cell = !layer.c.values.empty(), inner = !layer.inner.values.empty();
    return {.x = l == 0 ? inputs_[step] : layers_[l - 1].h[step + 1],
            .h_before = layer.h[step],
            .c_before = cell ? layer.c[step] : nullptr,
            .gates = layer.gates[step],
            .inner = inner ? layer.inner[step] : nullptr,
            .h = layer.h[step + 1],
            .c = cell ? layer.c[step + 1] : nullptr};
  }

  void forward(const Prepared& network) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      for (std::size_t step = 0; step < steps_; ++step) network.layers[l].forward(step_of(l, step));
    }
    const DenseLayer& readout = network.readout;
    for (std::size_t step = first_; step < steps_; ++step) {
      kernels::lanes_affine(readout.weight.data(), readout.bias.data(), outputs_,
                            static_cast<std::size_t>(readout.in()), layers_.back().h[step + 1], output_[step]);
      activate(readout.activation, output_[step], lane_values(outputs_));
    }
  }

  // The loss, and its slopes by the sums of the readout, which are 0 in lanes that are not used.
  void score_step(const Prepared& network, const SequenceData& data, std::span<const std::uint32_t> tile,
                  std::size_t batch, std::size_t step, const RecurrentBackprop& settings) {
    std::array<Symbol, lanes> labels{};
    for (std::size_t lane = 0; lane < tile.size(); ++lane) {
      labels[lane] = data.label(tile[lane], step);
      for (std::size_t o = 0; o < outputs_; ++o) rows_[lane * outputs_ + o] = output_[step][o * lanes + lane];
    }
    const std::size_t values = tile.size() * outputs_;
    score += score_and_delta(settings.loss_, network.readout.activation, settings.targets_,
                             std::span(rows_).first(values), nullptr, std::span(labels).first(tile.size()),
                             batch * (steps_ - first_), std::span(row_slopes_).first(values));
    std::fill_n(output_slopes_[step], lane_values(outputs_), 0.0f);
    for (std::size_t lane = 0; lane < tile.size(); ++lane) {
      for (std::size_t o = 0; o < outputs_; ++o)
        output_slopes_[step][o * lanes + lane] = row_slopes_[lane * outputs_ + o];
    }
  }

  void backward(const Prepared& network) {
    LayerHistory& top = layers_.back();
    std::ranges::fill(top.slopes.values, 0.0f);
    const std::size_t units = network.layers.back().units(), labelled = steps_ - first_;
    for (std::size_t step = first_; step < steps_; ++step) {
      kernels::lanes_multiply(network.readout_transposed.data(), units, outputs_, output_slopes_[step],
                              top.slopes[step]);
    }
    float* end = gradient.data() + gradient.size();
    add_gradient(output_slopes_, first_, outputs_, nullptr, 0, 1, labelled, end - outputs_);
    end -= outputs_ + outputs_ * units;
    add_gradient(output_slopes_, first_, outputs_, top.h[first_ + 1], top.h.stride, units, labelled, end);
    for (std::size_t l = layers_.size(); l-- > 0;) {
      through_time(network, l);
      end = layer_gradient(network.layers[l], l, end);
    }
    assert(end == gradient.data());
  }

  // From the last step to the first; fills `slopes` of the layer below.
  void through_time(const Prepared& network, std::size_t l) {
    const CellLayer& layer = network.layers[l];
    LayerHistory& history = layers_[l];
    const std::size_t n = lane_values(layer.units());
    std::fill_n(carried_.data(), n, 0.0f);
    std::fill_n(carried_cell_.data(), n, 0.0f);
    if (l > 0) std::ranges::fill(layers_[l - 1].slopes.values, 0.0f);
    for (std::size_t step = steps_; step-- > 0;) {
      const float* from_above = history.slopes[step];
      for (std::size_t i = 0; i < n; ++i) carried_[i] += from_above[i];
      float* hidden_sums = layer.has_own_hidden_sums() ? history.hidden_sums[step] : history.sums[step];
      layer.slopes(step_of(l, step), {carried_.data(), carried_cell_.data(), history.sums[step], hidden_sums});
      layer.add_hidden_slopes(hidden_sums, carried_.data());
      if (l > 0) layer.add_input_slopes(history.sums[step], layers_[l - 1].slopes[step]);
    }
  }

  // Adds to the gradient of the layer, which ends at `end`; returns where it begins.
  float* layer_gradient(const CellLayer& layer, std::size_t l, float* end) {
    LayerHistory& history = layers_[l];
    const std::size_t rows = layer.gate_rows(), units = layer.units(), in = layer.in();
    History& hidden_sums = layer.has_own_hidden_sums() ? history.hidden_sums : history.sums;
    const History& below = l == 0 ? inputs_ : layers_[l - 1].h;
    const float* x = l == 0 ? inputs_[0] : layers_[l - 1].h[1];
    add_gradient(hidden_sums, 0, rows, nullptr, 0, 1, steps_, end -= rows);
    add_gradient(history.sums, 0, rows, nullptr, 0, 1, steps_, end -= rows);
    add_gradient(hidden_sums, 0, rows, history.h[0], history.h.stride, units, steps_, end -= rows * units);
    add_gradient(history.sums, 0, rows, x, below.stride, in, steps_, end -= rows * in);
    return end;
  }

  // Null `in`: the input of a bias, 1.
  void add_gradient(History& slopes, std::size_t first, std::size_t rows, const float* in, std::size_t in_stride,
                    std::size_t width, std::size_t steps, float* to) {
    kernels::lanes_gradient(slopes[first], slopes.stride, rows, in == nullptr ? ones_.data() : in, in_stride, width,
                            steps, to);
  }

  std::size_t steps_, first_, outputs_;
  std::vector<LayerHistory> layers_;
  History inputs_, output_, output_slopes_;
  std::vector<float> rows_, row_slopes_;       // of one step, [lane,C]
  std::vector<float> carried_, carried_cell_;  // slopes by h and c of the step before
  std::array<float, lanes> ones_{};
};

RecurrentBackprop::RecurrentBackprop(Loss loss, const OutputTargets& targets) : loss_(loss), targets_(targets) {}
RecurrentBackprop::~RecurrentBackprop() = default;
RecurrentBackprop::RecurrentBackprop(RecurrentBackprop&&) noexcept = default;
RecurrentBackprop& RecurrentBackprop::operator=(RecurrentBackprop&&) noexcept = default;

BatchScore RecurrentBackprop::run(const RecurrentNetwork& network, const SequenceData& data,
                                  std::span<const std::uint32_t> batch, Progress& progress) {
  assert(!batch.empty() && static_cast<std::size_t>(network.input_width()) == data.inputs.width);
  const Prepared prepared(network);
  const std::size_t tiles = BlockRange::count(lanes, batch.size());
  const std::size_t part_trials = lanes * BlockRange::count(std::min(tiles, max_parts), tiles);
  const std::size_t parts = BlockRange::count(part_trials, batch.size()), parameters = network.parameter_count();
  while (parts_.size() < parts) parts_.push_back(std::make_unique<Part>(prepared, data));
  parallel_blocks(
      parts,
      [&](std::size_t index) {
        const BlockRange range(index, part_trials, batch.size());
        parts_[index]->run(prepared, data, batch.subspan(range.begin, range.size()), batch.size(), *this, parameters);
      },
      progress);
  gradient_ = parts_.front()->gradient;
  BatchScore score = parts_.front()->score;
  for (std::size_t index = 1; index < parts; ++index) {
    const Part& part = *parts_[index];
    for (std::size_t i = 0; i < parameters; ++i) gradient_[i] += part.gradient[i];
    score += part.score;
  }
  return score;
}

}  // namespace inforelay
