// Named tensors, the output of every reader of weights, and the network that they describe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/arrays/element_type.hpp"
#include "core/files/safetensors_header.hpp"
#include "core/text/message_text.hpp"
#include "nn/data/input_scaling.hpp"
#include "nn/network/activation.hpp"
#include "nn/network/mlp.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay {

/// Most bytes of a weight file that is read as a whole: 4 GiB.
inline constexpr std::uint64_t max_weight_file_bytes = std::uint64_t{4} << 30;
/// Most numbers in all tensors of a file: 2^30, 4 GiB as floats.
inline constexpr std::uint64_t max_weights = std::uint64_t{1} << 30;
inline constexpr std::size_t max_layers = 64;
/// How often the numbers of a file may be shared, as in tied weights: the tensors in one storage have together at most
/// this many times its elements.
inline constexpr std::uint64_t max_sharing = 8;

/// One tensor, row-major; values.size() is the product of `shape`.
struct NamedTensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::vector<float> values;
};

struct TensorFile {
  std::string format;                             ///< as in WeightSource
  std::vector<NamedTensor> tensors;               ///< in the order of the file; names differ
  bool ordered = false;                           ///< true if the order of the file is that of the layers
  std::vector<Activation> activations{};          ///< of each layer, in order; empty: not in the file
  std::optional<InputScaling> inputs{};           ///< as in WeightSource; one number may stand for all inputs
  std::map<std::string, std::string> metadata{};  ///< texts beside the tensors, which only safetensors have
};

/// The tensors of a safetensors file or a state dict of PyTorch, by its content; `file` is its name in errors. Throws
/// DataError for anything else, and as the readers of the formats do.
TensorFile read_tensors(std::span<const std::uint8_t> content, std::string_view file);

/// The network of a file that holds NAME.weight [out,in] for each layer and NAME.bias [out] (none: all 0), batch
/// normalisation (nn/weights/batch_norm.hpp), which is folded into the dense layers, and nothing else. The order of the
/// layers is that of options.layer_names, which must then name all of them; else that of the file, if the format keeps
/// one (PyTorch, results of this program) and the shapes chain in it, out of one layer = in of the next; else the one
/// order in which they chain, or with batch normalisation that of the numbers in the names.
///
/// `file` is the name of the file in errors. Throws DataError: no layers or more than max_layers; a tensor that is of
/// neither (with the kind of its layer, as far as its name and shape say it); shapes that do not chain in any order or
/// in more than one (layers and shapes are listed); batch normalisation whose place is not known, or cannot be folded;
/// a NaN or infinite value. Throws UsageError if options.batch_norm is needed.
WeightFile network_from_tensors(TensorFile tensors, const WeightFileOptions& options, std::string_view file);

/// The name of the layer of a tensor: "net.0" of "net.0.weight".
std::string_view layer_name(std::string_view tensor_name);

/// True if a tensor of this name is the counter of a batch normalisation, NAME.num_batches_tracked.
bool is_batch_counter(std::string_view name);

/// True if a tensor of this name and shape is the weight of a layer, NAME.weight [out,in].
bool is_layer_weight(std::string_view name, std::span<const std::uint64_t> shape);

/// True if a tensor of this name may have elements of the type: real numbers, or integers if is_batch_counter().
bool may_hold(std::string_view name, const StoredType& type);
/// Element `index` of `bytes`; f64 and integers are rounded to the nearest float, infinity if that is beyond its range.
float element(const StoredType& type, std::span<const std::uint8_t> bytes, std::uint64_t index);

/// Product of `shape`; throws DataError, with `place` ("w.safetensors: tensor 'a.weight'"), above max_weights or for
/// more than max_tensor_rank axes. 1 for the empty shape.
std::uint64_t element_count(std::span<const std::uint64_t> shape, std::string_view place);

}  // namespace inforelay
