// How the values of a data set become the inputs of a network: as the network was trained.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace inforelay {

/// Input i of a network is (x_i / scale - mean_i) / deviation_i, computed in float in this order, as PyTorch and
/// torchvision (ToTensor, Normalize) do.
struct InputScaling {
  double scale = 255;
  std::vector<float> mean;       ///< [D]; empty: 0
  std::vector<float> deviation;  ///< [D] standard deviations, above 0; empty, exactly if `mean` is: 1
  /// Inputs that are the same in all training samples, whose standard deviation was computed as 0 and set to 1.
  std::size_t constant_inputs = 0;

  float apply(float value, std::size_t input) const {
    const float scaled = value / static_cast<float>(scale);
    return mean.empty() ? scaled : (scaled - mean[input]) / deviation[input];
  }
};

/// Numbers that are computed on the training set.
enum class ComputedStatistic { train };

/// A mean or a standard deviation of x / scale as asked for: one number for all inputs, one for each, or computed for
/// each.
struct InputStatistic {
  std::vector<double> values{};                    ///< [1] or [D]; empty: as `computed` says
  std::optional<ComputedStatistic> computed = {};  ///< neither: mean 0, deviation 1
};

struct InputOptions {
  std::optional<double> scale;  ///< none: that of the data source
  InputStatistic mean, deviation;
};

}  // namespace inforelay
