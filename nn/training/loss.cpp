#include "nn/training/loss.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/error.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {
namespace {

// A single output is bit 0 of labels 0 and 1.
LabelKind kind_with(LabelKind kind, std::size_t outputs) { return outputs == 1 ? LabelKind::bits : kind; }

bool is_correct(std::span<const float> outputs, Symbol label, float threshold, LabelKind kind) {
  if (kind == LabelKind::classes) return argmax(outputs) == label;
  for (std::size_t c = 0; c < outputs.size(); ++c) {
    if ((outputs[c] > threshold) != is_labelled(label, c, kind)) return false;
  }
  return true;
}

// dL/dy of one sample into delta; returns the sample's loss.
double squared_error(std::span<const float> y, Symbol label, LabelKind kind, const OutputTargets& targets, double batch,
                     float* delta) {
  const double terms = static_cast<double>(y.size());
  const auto factor = static_cast<float>(2.0 / (batch * terms));
  double sum = 0;
  for (std::size_t c = 0; c < y.size(); ++c) {
    const float error = y[c] - (is_labelled(label, c, kind) ? targets.on : targets.off);
    sum += static_cast<double>(error) * static_cast<double>(error);
    delta[c] = factor * error;
  }
  return sum / terms;
}

double cross_entropy(std::span<const float> y, std::size_t on, double batch, float* delta) {
  const double largest = *std::max_element(y.begin(), y.end());
  double sum = 0;
  for (const float value : y) sum += std::exp(value - largest);
  for (std::size_t c = 0; c < y.size(); ++c) {
    const double probability = std::exp(y[c] - largest) / sum;
    delta[c] = static_cast<float>((probability - (c == on ? 1.0 : 0.0)) / batch);
  }
  return std::log(sum) - (y[on] - largest);
}

}  // namespace

BatchScore score_and_delta(Loss loss, Activation activation, std::span<const float> output, const float* sums,
                           std::span<const Symbol> labels, std::size_t batch, std::span<float> delta, LabelKind kind) {
  if (activation == Activation::softmax) {
    assert(loss == Loss::cross_entropy && sums != nullptr);
    return score_and_delta(loss, Activation::identity, {sums, output.size()}, nullptr, labels, batch, delta, kind);
  }
  return score_and_delta(loss, activation, {target_off(activation), target_on}, output, sums, labels, batch, delta,
                         kind);
}

BatchScore score_and_delta(Loss loss, Activation activation, const OutputTargets& targets,
                           std::span<const float> output, const float* sums, std::span<const Symbol> labels,
                           std::size_t batch, std::span<float> delta, LabelKind kind) {
  assert(output.size() == delta.size() && !labels.empty() && output.size() % labels.size() == 0);
  const std::size_t outputs = output.size() / labels.size();
  const LabelKind own = kind_with(kind, outputs);
  assert(loss != Loss::cross_entropy || own == LabelKind::classes);
  const auto batch_samples = static_cast<double>(batch);
  BatchScore score;
  for (std::size_t s = 0; s < labels.size(); ++s) {
    const std::span y = output.subspan(s * outputs, outputs);
    float* out = delta.data() + s * outputs;
    score.loss_sum += loss == Loss::cross_entropy ? cross_entropy(y, labels[s], batch_samples, out)
                                                  : squared_error(y, labels[s], own, targets, batch_samples, out);
    const bool correct = is_correct(y, labels[s], targets.threshold(), own);
    score.correct += correct ? 1u : 0u;
    score.correct_positives += correct && outputs == 1 && labels[s] == 1 ? 1u : 0u;
  }
  multiply_by_slope(activation, output.data(), sums, output.size(), delta.data());
  return score;
}

void check_loss(Loss loss, Activation output, int outputs) {
  if (loss == Loss::cross_entropy && outputs == 1) {
    throw UsageError("loss cross_entropy needs at least two outputs; the network has 1");
  }
  if (loss == Loss::mean_squared_error && output == Activation::softmax) {
    throw UsageError("loss mse does not train outputs of softmax; use cross_entropy");
  }
}

}  // namespace inforelay
