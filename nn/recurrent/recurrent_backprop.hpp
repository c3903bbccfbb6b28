// The gradient of a loss with respect to all parameters of a recurrent network, by back-propagation through time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/progress.hpp"
#include "nn/data/sequence_data.hpp"
#include "nn/recurrent/recurrent_network.hpp"
#include "nn/training/loss.hpp"

namespace inforelay {

/// Computes gradients, batch after batch; keeps its working memory between them. One for each training that runs. All
/// batches must be of networks and data of one shape.
class RecurrentBackprop {
 public:
  RecurrentBackprop(Loss loss, const OutputTargets& targets);
  ~RecurrentBackprop();
  RecurrentBackprop(RecurrentBackprop&&) noexcept;
  RecurrentBackprop& operator=(RecurrentBackprop&&) noexcept;

  /// Runs the trials of `batch` through `network` from a state of zeros, forward and all the way back. gradient() is
  /// then dL/dparameter of the mean loss over the labelled steps of the batch, in the order of parameter_blocks(). The
  /// score counts labelled steps. The batch is cut into parts by its size alone, whose gradients are added in order:
  /// the same to the last bit for any number of threads. Memory of a part: 64 bytes per step for each of 2 to 3 G H + 3
  /// H numbers.
  BatchScore run(const RecurrentNetwork& network, const SequenceData& data, std::span<const std::uint32_t> batch,
                 Progress& progress);

  std::span<const float> gradient() const { return gradient_; }  ///< [parameters]
  std::span<float> gradient() { return gradient_; }              ///< to be clipped

 private:
  class Part;
  Loss loss_;
  OutputTargets targets_;
  std::vector<std::unique_ptr<Part>> parts_;
  std::vector<float> gradient_;
};

}  // namespace inforelay
