#include "nn/data/input_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace inforelay {
namespace {

struct Moments {
  Eigen::ArrayXd mean, deviation;  ///< [D]
  std::size_t constant_inputs = 0;
};

template <class T>
Moments moments_of(const RowMatrix<T>& inputs, double scale) {
  const auto samples = static_cast<double>(inputs.rows());
  const auto scaled = [&](Eigen::Index sample) {
    return (inputs.row(sample).template cast<double>().transpose().array() / scale).eval();
  };
  Moments moments;
  moments.mean = Eigen::ArrayXd::Zero(inputs.cols());
  for (Eigen::Index sample = 0; sample < inputs.rows(); ++sample) moments.mean += scaled(sample);
  moments.mean /= samples;
  Eigen::ArrayXd squares = Eigen::ArrayXd::Zero(inputs.cols());
  for (Eigen::Index sample = 0; sample < inputs.rows(); ++sample) squares += (scaled(sample) - moments.mean).square();
  moments.deviation = (squares / samples).sqrt();
  for (Eigen::Index input = 0; input < inputs.cols(); ++input) {
    // Not from the deviation, which rounding of the mean can leave just above 0.
    if (!(inputs.col(input).array() == inputs(0, input)).all()) continue;
    moments.mean[input] = static_cast<double>(inputs(0, input)) / scale;
    moments.deviation[input] = 1;
    ++moments.constant_inputs;
  }
  return moments;
}

std::vector<float> floats(const Eigen::ArrayXd& values) {
  std::vector<float> result(static_cast<std::size_t>(values.size()));
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<float>(values[static_cast<Eigen::Index>(i)]);
  return result;
}

// `values` for each of `width` inputs: as listed, one for all, or `otherwise`.
std::vector<float> expanded(const std::vector<double>& values, std::size_t width, double otherwise,
                            std::string_view name) {
  if (values.size() > 1 && values.size() != width) {
    throw UsageError("data.inputs.{}: {} numbers, but the data have {} inputs", name, values.size(), width);
  }
  std::vector<float> result;
  for (std::size_t i = 0; i < width; ++i) {
    const double value = values.empty() ? otherwise : values[values.size() == 1 ? 0 : i];
    result.push_back(static_cast<float>(value));
  }
  return result;
}

}  // namespace

InputScaling scaling_for(const InputOptions& options, double default_scale, const Dataset& train) {
  InputScaling scaling{.scale = options.scale.value_or(default_scale), .mean = {}, .deviation = {}};
  const InputStatistic &mean = options.mean, &deviation = options.deviation;
  if (mean.values.empty() && !mean.computed && deviation.values.empty() && !deviation.computed) return scaling;
  const auto width = static_cast<std::size_t>(train.input_width());
  scaling.mean = expanded(mean.values, width, 0, "mean");
  scaling.deviation = expanded(deviation.values, width, 1, "std");
  if (!mean.computed && !deviation.computed) return scaling;
  if (train.size() == 0) throw DataError("data.inputs: mean and std cannot be computed on no training samples");
  const Moments moments =
      train.has_bytes() ? moments_of(train.inputs(), scaling.scale) : moments_of(train.real_inputs(), scaling.scale);
  if (mean.computed) scaling.mean = floats(moments.mean);
  if (deviation.computed) {
    scaling.deviation = floats(moments.deviation);
    scaling.constant_inputs = moments.constant_inputs;
  }
  return scaling;
}

bool is_same_scaling(const InputScaling& a, const InputScaling& b) {
  if (a.scale != b.scale) return false;
  const auto same = [](const std::vector<float>& one, const std::vector<float>& other, float otherwise) {
    for (std::size_t i = 0; i < std::max(one.size(), other.size()); ++i) {
      if ((one.empty() ? otherwise : one[i]) != (other.empty() ? otherwise : other[i])) return false;
    }
    return true;
  };
  const bool same_width = a.mean.empty() || b.mean.empty() || a.mean.size() == b.mean.size();
  return same_width && same(a.mean, b.mean, 0) && same(a.deviation, b.deviation, 1);
}

std::string scaling_text(const InputScaling& scaling) {
  const std::string scaled = scaling.scale == 1 ? "x" : fmt::format("x / {}", scaling.scale);
  if (scaling.mean.empty()) return scaled;
  const auto range = [](const std::vector<float>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return *low == *high ? fmt::format("{:.6g}", *low) : fmt::format("from {:.6g} to {:.6g}", *low, *high);
  };
  return fmt::format("({} - mean) / std; mean {}, std {}", scaled, range(scaling.mean), range(scaling.deviation));
}

}  // namespace inforelay
