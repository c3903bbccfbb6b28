// Batch normalisation (torch.nn.BatchNorm1d in evaluation mode) of weight files, which is folded into dense layers.
#pragma once

#include <Eigen/Core>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/weights/tensors.hpp"

namespace inforelay {

/// The tensors of one, all [width]: y = weight (x - running_mean) / sqrt(running_var + epsilon) + bias.
struct BatchNorm {
  std::string name;
  std::size_t position = 0;  ///< in the file: of its first tensor
  const NamedTensor* mean = nullptr;
  const NamedTensor* variance = nullptr;
  const NamedTensor* weight = nullptr;  ///< null: 1
  const NamedTensor* bias = nullptr;    ///< null: 0

  std::uint64_t width() const { return mean->shape[0]; }
};

/// Those among `tensors`: a name with NAME.running_mean and NAME.running_var of one axis, in the order of the file.
std::vector<BatchNorm> find_batch_norms(std::span<const NamedTensor> tensors);

/// True if the tensor is one of those, or the counter of one, a scalar or [1].
bool belongs_to(const NamedTensor& tensor, const std::vector<BatchNorm>& norms);

/// The same as a linear function, y = scale x + shift.
struct Affine {
  Eigen::VectorXd scale, shift;  ///< [width]
};

/// Throws DataError, with `file`: tensors of another width, a value that is not finite, a variance below 0.
Affine affine_of(const BatchNorm& norm, double epsilon, std::string_view file);

/// The dense layer with `before` on its inputs and `after` on its sums, each null if there is none, in double precision
/// and then rounded:
///   W' = diag(after.scale) W diag(before.scale),  b' = after.scale (b + W before.shift) + after.shift.
/// Throws DataError, with `place`, if a result is beyond the range of floats.
DenseLayer folded(const DenseLayer& layer, const Affine* before, const Affine* after, std::string_view place);

}  // namespace inforelay
