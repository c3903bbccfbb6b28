// The losses that training minimises, and their gradients.
#pragma once

#include <cstdint>
#include <span>

#include "core/named.hpp"
#include "core/recording.hpp"
#include "nn/network/activation.hpp"

namespace inforelay {

/// Of a batch of B samples with outputs y [B,C] and targets t [B,C] (target_on for the label, else target_off):
///   mean_squared_error   L = sum (y - t)^2 / (B C), as PyTorch's MSELoss
///   cross_entropy        L = -sum ln softmax(y)[label] / B in nats, as PyTorch's CrossEntropyLoss; C >= 2.
///                        Softmax depends on differences of outputs only, so this loss does not train the sign of an
///                        output, and hence not the balanced accuracy: use it with a stop on accuracy.
/// With LabelKind::bits the target of output c is target_on where bit c of the label is 1; mean_squared_error only.
enum class Loss { mean_squared_error, cross_entropy };

inline constexpr WordTable<Loss, 2> loss_names{
    {{Loss::mean_squared_error, "mse"}, {Loss::cross_entropy, "cross_entropy"}}};

/// Loss and accuracy of a batch, or a part of it.
struct BatchScore {
  double loss_sum = 0;  ///< B times the loss
  /// Samples whose prediction (argmax; of a single output, and of bits: on or off) is the label.
  std::uint64_t correct = 0;
  std::uint64_t correct_positives = 0;  ///< those of them with label 1; of a single output only, else 0

  BatchScore& operator+=(const BatchScore& other) {
    loss_sum += other.loss_sum;
    correct += other.correct;
    correct_positives += other.correct_positives;
    return *this;
  }
};

/// The values that outputs are trained towards under mean_squared_error: that of the label, and those of the others.
struct OutputTargets {
  float off, on;
  /// A single output is "on" above this.
  float threshold() const { return (off + on) / 2; }
};

/// Scores `samples` = labels.size() rows of `output` [samples,C] and writes `delta` [samples,C], the gradient of L with
/// respect to the output layer's weighted sums (before its activation), for a batch of `batch` samples of which these
/// are some. An output c stands for label c; a single output (C = 1) for label 1, on against off;
/// of bits an output c for bit c. `sums` are those
/// weighted sums, null unless slope_needs_sums(activation).
///
/// The cross entropy of outputs that are a softmax already is that of the softmax, computed from `sums`: the same
/// network is trained, to the last bit, as with identity, and no probability of 0 makes the loss infinite. The mean
/// squared error of a softmax is not computed.
BatchScore score_and_delta(Loss loss, Activation activation, std::span<const float> output, const float* sums,
                           std::span<const Symbol> labels, std::size_t batch, std::span<float> delta,
                           LabelKind kind = LabelKind::classes);
/// The same with other targets than {target_off(activation), target_on}, and not for a softmax.
BatchScore score_and_delta(Loss loss, Activation activation, const OutputTargets& targets,
                           std::span<const float> output, const float* sums, std::span<const Symbol> labels,
                           std::size_t batch, std::span<float> delta, LabelKind kind = LabelKind::classes);

/// Throws UsageError if networks with these outputs cannot be trained by this loss: cross entropy of a single output,
/// mean squared error of a softmax.
void check_loss(Loss loss, Activation output, int outputs);

}  // namespace inforelay
