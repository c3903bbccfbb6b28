// Trained networks from files of PyTorch, safetensors, or results of this program. For users: docs/weights.md.
//
// The format is determined from the content, never from the name. Nothing in a file is trusted: every size is checked
// before anything of that size is allocated, and nothing in a file is ever executed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "nn/network/activation.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

struct WeightFileOptions {
  /// The layers in order, "hiddenLayer", "outputLayer", if the tensors are "hiddenLayer.weight" and so on; empty: as
  /// in the file, see network_from_tensors() in nn/weights/tensors.hpp.
  std::vector<std::string> layer_names{};
  /// Of the hidden layers, and of the last; none: those of the file, which only files written by this program state.
  std::optional<Activation> activation{};
  std::optional<Activation> output_activation{};
  /// results.h5 only: which of its networks; "": the only one.
  std::string network{};
};

/// Where a network was read from.
struct WeightSource {
  std::string file;    ///< its path
  std::string format;  ///< "safetensors", "PyTorch (zip)", "PyTorch (legacy)", "inforelay results"
  /// Of the bytes that the network was read from, in hexadecimal. Of a results file, which another process reads in
  /// parts: of the whole file right after that.
  std::string sha256;
};

struct WeightFile {
  Mlp network;
  WeightSource source;
  std::vector<std::string> layer_names;  ///< in the order of network.layers
  /// False if neither file nor options state the activation of each layer: those that are not stated are then tanh,
  /// and the caller must not rely on it.
  bool activations_stated = true;
};

/// Reads the network in `path`: a chain of dense layers of finite weights. Costs about the time to read the file; a
/// results file is read by a separate process (see nn/weights/results_weights.hpp). Throws DataError in one line
/// that names file, tensor or place, what was found and what was expected: not of a known format, damaged, more than
/// the limits of nn/weights/tensors.hpp, no chain of layers, options that do not fit the file, not enough memory.
/// Throws Interrupted if `progress` requests a stop while a results file is read; nothing is reported to it.
WeightFile load_weights(const std::filesystem::path& path, const WeightFileOptions& options = {},
                        const Progress& progress = Progress::none());

/// True if this is a regular, readable file that begins as safetensors do: with a header that fits into the file and
/// has everything that the format requires of a header. The numbers after it are not read. Never throws, whatever the
/// path leads to.
bool is_safetensors_file(const std::filesystem::path& path);

/// Writes `network` as safetensors: "layer1.weight" [out,in], "layer1.bias" [out], "layer2.weight", ... in 32-bit
/// floats. The activations go into __metadata__, so that load_weights() gives the same network back, bit for bit. The
/// file is replaced as a whole (core/files). Throws IoError.
void save_safetensors(const std::filesystem::path& path, const Mlp& network);

}  // namespace inforelay
