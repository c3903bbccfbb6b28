// Common to fuzz targets: the checks of an accepted weight file and of an error message.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "nn/weights/safetensors.hpp"
#include "nn/weights/tensors.hpp"

namespace inforelay::test {

/// Ends the process with a message if `condition` is false: a fuzzer notices nothing but crashes.
inline void require(bool condition, std::string_view what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

inline void require_sound(const WeightFile& file) {
  const auto& layers = file.network.layers;
  require(!layers.empty() && layers.size() == file.layer_names.size(), "number of layers");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    require(layers[l].weight.size() > 0 && layers[l].bias.size() == layers[l].out(), "shape of a layer");
    require(layers[l].weight.allFinite() && layers[l].bias.allFinite(), "weights are finite");
    require(l == 0 || layers[l].in() == layers[l - 1].out(),
            "each layer has as many inputs as the one before has outputs");
  }
  const auto again = network_from_tensors(read_safetensors(write_safetensors(file.network), "again"), {}, "again");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const DenseLayer& other = again.network.layers[l];
    require(other.weight == layers[l].weight && other.bias == layers[l].bias, "the same when written and read again");
  }
}

/// Ends the process unless the message is one printable line that names the file, "fuzz".
inline void require_message(const DataError& error) {
  const std::string_view what = error.what();
  require(what.find("fuzz") != what.npos, what);
  for (const char c : what) require(static_cast<unsigned char>(c) >= ' ', what);
}

/// Makes a network of the TensorFile that `read` returns. True if it is sound, false if there is a DataError as
/// require_message() expects it; anything else ends the process.
template <class Read>
bool read_to_network(Read read) {
  try {
    const TensorFile tensors = read();
    try {
      require_sound(network_from_tensors(tensors, {}, "fuzz"));
    } catch (const UsageError&) {  // batch normalisation: either side may be meant
      for (const auto& [side, word] : batch_norm_names) {
        require_sound(network_from_tensors(tensors, {.batch_norm = side}, "fuzz"));
      }
    }
    return true;
  } catch (const DataError& error) {
    require_message(error);
    return false;
  }
}

}  // namespace inforelay::test
