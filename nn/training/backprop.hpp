// The gradient of a loss with respect to all parameters of a network.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "core/progress.hpp"
#include "nn/data/dataset.hpp"
#include "nn/network/mlp.hpp"
#include "nn/training/loss.hpp"

namespace inforelay {

/// Computes gradients, batch after batch; keeps its working memory between them. One for each training that runs.
class Backprop {
 public:
  explicit Backprop(Loss loss) : loss_(loss) {}

  /// Runs the listed samples through `network`, forward and back. gradient() is then dL/dparameter of the mean loss
  /// over `batch`, in the flat order of OptimizerState. The batch is cut into parts by its size alone, whose gradients
  /// are added in order: the same to the last bit for any number of threads.
  BatchScore run(const Mlp& network, const Dataset& data, std::span<const std::uint32_t> batch, Progress& progress);

  std::span<const float> gradient() const {
    return {parts_.front().gradient.data(), static_cast<std::size_t>(parts_.front().gradient.size())};
  }  ///< [parameters]

 private:
  struct Part {
    Eigen::VectorXf gradient;  ///< [parameters]
    BatchScore score;
  };

  Loss loss_;
  std::vector<Part> parts_;
};

}  // namespace inforelay
