#include "nn/weights/batch_norm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"

namespace inforelay {
namespace {

struct Member {
  std::string_view ending;
  const NamedTensor* BatchNorm::*tensor;
};
constexpr Member members[]{{".running_mean", &BatchNorm::mean},
                           {".running_var", &BatchNorm::variance},
                           {".weight", &BatchNorm::weight},
                           {".bias", &BatchNorm::bias}};

}  // namespace

std::vector<BatchNorm> find_batch_norms(std::span<const NamedTensor> tensors) {
  std::map<std::string_view, BatchNorm> found;
  for (const NamedTensor& tensor : tensors) {
    for (const auto& [ending, member] : members) {
      if (tensor.shape.size() != 1 || !tensor.name.ends_with(ending) || tensor.name.size() == ending.size()) continue;
      const auto position = static_cast<std::size_t>(&tensor - tensors.data());
      const auto norm =
          found.try_emplace(layer_name(tensor.name), BatchNorm{std::string(layer_name(tensor.name)), position}).first;
      norm->second.*member = &tensor;
    }
  }
  std::vector<BatchNorm> norms;
  for (auto& [name, norm] : found) {
    if (norm.mean != nullptr && norm.variance != nullptr) norms.push_back(std::move(norm));
  }
  std::ranges::sort(norms, {}, &BatchNorm::position);
  return norms;
}

bool belongs_to(const NamedTensor& tensor, const std::vector<BatchNorm>& norms) {
  return std::ranges::any_of(norms, [&](const BatchNorm& norm) {
    if (std::ranges::any_of(members, [&](const Member& member) { return norm.*member.tensor == &tensor; })) return true;
    return is_batch_counter(tensor.name) && layer_name(tensor.name) == norm.name && tensor.values.size() == 1;
  });
}

Affine affine_of(const BatchNorm& norm, double epsilon, std::string_view file) {
  const auto width = static_cast<Eigen::Index>(norm.width());
  const auto values = [&](const NamedTensor* tensor, double absent) -> Eigen::VectorXd {
    if (tensor == nullptr) return Eigen::VectorXd::Constant(width, absent);
    if (tensor->shape[0] != norm.width()) {
      throw DataError("{}: tensor {} has shape {}, expected [{}] beside {}", file, quoted_name(tensor->name),
                      shape_text(tensor->shape), width, quoted_name(norm.mean->name));
    }
    const Eigen::VectorXd read = Eigen::Map<const Eigen::VectorXf>(tensor->values.data(), width).cast<double>();
    for (Eigen::Index i = 0; i < width; ++i) {
      const bool is_good = std::isfinite(read[i]) && (tensor != norm.variance || read[i] >= 0);
      if (is_good) continue;
      throw DataError("{}: tensor {} is {} at [{}], expected {}", file, quoted_name(tensor->name),
                      tensor->values[static_cast<std::size_t>(i)], i,
                      tensor == norm.variance ? "variances from 0" : "finite 32-bit floats");
    }
    return read;
  };
  const Eigen::VectorXd mean = values(norm.mean, 0), variance = values(norm.variance, 1);
  Affine affine;
  affine.scale = values(norm.weight, 1).array() / (variance.array() + epsilon).sqrt();
  affine.shift = values(norm.bias, 0) - affine.scale.cwiseProduct(mean);
  return affine;
}

DenseLayer folded(const DenseLayer& layer, const Affine* before, const Affine* after, std::string_view place) {
  RowMatrix<double> weight = layer.weight.cast<double>();
  Eigen::VectorXd bias = layer.bias.cast<double>();
  if (before != nullptr) {
    bias += weight * before->shift;
    weight = weight * before->scale.asDiagonal();
  }
  if (after != nullptr) {
    bias = after->scale.cwiseProduct(bias) + after->shift;
    weight = after->scale.asDiagonal() * weight;
  }
  DenseLayer result{weight.cast<float>(), bias.cast<float>(), layer.activation};
  if (!result.weight.allFinite() || !result.bias.allFinite()) {
    throw DataError("{}: with batch normalisation folded in, a weight or bias is beyond the range of 32-bit floats",
                    place);
  }
  return result;
}

}  // namespace inforelay
