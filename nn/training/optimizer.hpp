// Gradient descent steps: Adam, and SGD with momentum, by PyTorch's formulas.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/named.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

enum class OptimizerKind { adam, sgd };

inline constexpr WordTable<OptimizerKind, 2> optimizer_names{
    {{OptimizerKind::adam, "adam"}, {OptimizerKind::sgd, "sgd"}}};

/// Adam's defaults are PyTorch's.
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adam;
  double learning_rate = 1e-3;  ///< > 0
  double beta1 = 0.9;           ///< Adam: decay of the mean gradient, in [0,1)
  double beta2 = 0.999;         ///< Adam: decay of the mean squared gradient, in [0,1)
  double epsilon = 1e-8;        ///< Adam: > 0
  double momentum = 0.9;        ///< SGD: in [0,1)

  /// Throws UsageError naming the first value out of range.
  void check() const;
};

/// The state of an optimiser between steps. The vectors hold one value per parameter, in the order of the network:
/// layer by layer, weights row by row, then biases.
struct OptimizerState {
  std::uint64_t step = 0;            ///< steps taken
  std::vector<float> first_moment;   ///< [parameters] Adam: mean gradient; SGD: velocity
  std::vector<float> second_moment;  ///< [parameters] Adam: mean squared gradient; SGD: empty

  bool operator==(const OptimizerState&) const = default;
};

/// One step down `gradient` [parameters]. With g the gradient, t the number of this step (from 1):
///   Adam  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;
///         p -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + epsilon)
///   SGD   v = momentum v + g;  p -= lr v
/// An empty state starts with zeros.
void optimizer_step(const OptimizerOptions& options, std::span<const float> gradient, OptimizerState& state,
                    Mlp& network);
/// The same for parameters of any model, in blocks that stand in `gradient` one after the other.
void optimizer_step(const OptimizerOptions& options, std::span<const float> gradient, OptimizerState& state,
                    std::span<const std::span<float>> parameters);

/// Scales `gradient` by max_norm / (norm + 1e-6) if that is below 1, as PyTorch's clip_grad_norm_, norm being the root
/// of the sum of its squares; returns the norm before. max_norm > 0.
double clip_gradient_norm(std::span<float> gradient, double max_norm);

}  // namespace inforelay
