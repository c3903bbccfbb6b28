// The data that benchmarks run on: MNIST from INFORELAY_DATA, else generated digits.
#pragma once

#include "core/files/data_folder.hpp"
#include "nn/data/source.hpp"

namespace inforelay::bench {

inline DataPair bench_data() {
  const auto folder = data_folder_from_environment();
  DataOptions options;
  options.dataset = folder ? "mnist" : "digits";
  options.download = false;
  options.environment_folder = folder;
  return load_data(plan_data(options));
}

}  // namespace inforelay::bench
