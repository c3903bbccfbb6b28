// The whole program as a benchmark: from training to figures.
#pragma once

namespace inforelay::bench {

struct WholeRun {
  double peak_bytes = 0;   ///< most memory that the program had at once
  double cpu_seconds = 0;  ///< of the program and the figures' drawing
};

/// Runs configs/mnist_relay.yaml as a user would, in a folder that is removed. Throws std::runtime_error where the
/// program cannot be started or fails; what it says goes to stderr then.
WholeRun run_mnist_relay();

}  // namespace inforelay::bench
