// Trained networks from files of PyTorch, safetensors, or results of this program. For users: docs/weights.md.
//
// The format is determined from the content, never from the name. Nothing in a file is trusted: every size is checked
// before anything of that size is allocated, and nothing in a file is ever executed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/named.hpp"
#include "core/progress.hpp"
#include "nn/data/input_scaling.hpp"
#include "nn/network/activation.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// Where batch normalisation stands: dense layer, BatchNorm1d, activation; or dense layer, activation, BatchNorm1d.
enum class BatchNormSide { before_activation, after_activation };
inline constexpr WordTable<BatchNormSide, 2> batch_norm_names{
    {{BatchNormSide::before_activation, "before_activation"}, {BatchNormSide::after_activation, "after_activation"}}};

struct WeightFileOptions {
  /// The layers in order, "hiddenLayer", "outputLayer", if the tensors are "hiddenLayer.weight" and so on, batch
  /// normalisation included; empty: as in the file, see network_from_tensors() in nn/weights/tensors.hpp.
  std::vector<std::string> layer_names{};
  /// Of the hidden layers, and of the last; none: those of the file, which only files written by this program state.
  std::optional<Activation> activation{};
  std::optional<Activation> output_activation{};
  /// Of files with batch normalisation, which no file states; none: such a file is refused.
  std::optional<BatchNormSide> batch_norm{};
  double batch_norm_epsilon = 1e-5;  ///< of sqrt(running_var + epsilon), > 0
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
  /// The batch normalisation that was folded into dense layers: "before_activation: '1' into '0', '4' into '3'"; "":
  /// none.
  std::string batch_norm{};
  /// How values became the inputs of the network where it was made; none: not in the file, which only files written by
  /// this program state.
  std::optional<InputScaling> inputs{};
  /// The activations that the file states, "relu, identity", if the options overrule one of them; "": they do not.
  std::string overruled{};
};

struct WeightFile {
  Mlp network;
  WeightSource source;
  std::vector<std::string> layer_names;  ///< of the dense layers, in the order of network.layers
  /// False if neither file nor options state the activation of each layer: those that are not stated are then tanh,
  /// and the caller must not rely on it.
  bool activations_stated = true;
};

/// Reads the network in `path`: a chain of dense layers of finite weights, with batch normalisation folded in. Costs
/// about the time to read the file; a results file is read by a separate process (see nn/weights/results_weights.hpp).
/// Throws DataError in one line that names file, tensor or place, what was found and what was expected: not of a known
/// format, damaged, more than the limits of nn/weights/tensors.hpp, no chain of layers, options that do not fit the
/// file, not enough memory. Throws UsageError if the file has batch normalisation and options.batch_norm does not say
/// where it stands. Throws Interrupted if `progress` requests a stop while a results file is read; nothing is reported
/// to it.
WeightFile load_weights(const std::filesystem::path& path, const WeightFileOptions& options = {},
                        const Progress& progress = Progress::none());

/// True if this is a regular, readable file that begins as safetensors do: with a header that fits into the file and
/// has everything that the format requires of a header. The numbers after it are not read. Never throws, whatever the
/// path leads to.
bool is_safetensors_file(const std::filesystem::path& path);

/// Writes `network` as safetensors: "layer1.weight" [out,in], "layer1.bias" [out], "layer2.weight", ... in 32-bit
/// floats. The activations go into __metadata__, and `inputs` if they are not bytes / 255, so that load_weights() gives
/// the same network back, bit for bit. The file is replaced as a whole (core/files). Throws IoError.
void save_safetensors(const std::filesystem::path& path, const Mlp& network, const InputScaling& inputs = {});

}  // namespace inforelay
