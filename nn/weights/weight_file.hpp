// Trained networks from files: those of PyTorch, safetensors, and our own results. docs/weights.md is for users.
//
// A file's format is found from its content, never from its name. A file is believed in nothing: every claim is checked
// before anything of its size is allocated, and nothing in a file is ever executed.
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
  /// The layers in order, "hiddenLayer", "outputLayer", where the tensors are "hiddenLayer.weight" and so on; empty: as
  /// the file has them, see network_from_tensors() in nn/weights/tensors.hpp.
  std::vector<std::string> layer_names{};
  /// Of the hidden layers, and of the last; none: what the file says (safetensors and results of ours do), else tanh.
  std::optional<Activation> activation{};
  std::optional<Activation> output_activation{};
  /// results.h5 only: which of its networks; "": the only one.
  std::string network{};
};

struct WeightFile {
  Mlp network;
  std::string format;                    ///< "safetensors", "PyTorch (zip)", "PyTorch (legacy)", "inforelay results"
  std::vector<std::string> layer_names;  ///< in the order of network.layers
  /// Of the bytes that the network was read from, in hexadecimal. Of a results file, which another process reads in
  /// parts: of the whole file right after that.
  std::string sha256{};
};

/// Reads the network in `path`: a chain of dense layers of finite weights. Costs about the time to read the file; a
/// results file takes a process of its own meanwhile (see nn/weights/results_weights.hpp). Throws DataError in one line
/// that names file, tensor or place, what was found and what was expected: not of a known format, damaged, more than
/// the limits of nn/weights/tensors.hpp, no chain of layers, options that do not fit the file, not enough memory.
/// Throws Interrupted where `progress` wants that while a results file is read; nothing is reported to it.
WeightFile load_weights(const std::filesystem::path& path, const WeightFileOptions& options = {},
                        const Progress& progress = Progress::none());

/// Is this a regular, readable file that begins as safetensors do: with a header that fits into the file and has all
/// that the format asks of a header? The numbers behind it are not looked at. Never throws for what the path leads to.
bool is_safetensors_file(const std::filesystem::path& path);

/// Writes `network` as safetensors: "layer1.weight" [out,in], "layer1.bias" [out], "layer2.weight", ... in 32-bit
/// floats. The activations go into __metadata__, so that load_weights() brings back the same network, bit for bit. The
/// file is replaced as a whole (core/files). Throws IoError.
void save_safetensors(const std::filesystem::path& path, const Mlp& network);

}  // namespace inforelay
