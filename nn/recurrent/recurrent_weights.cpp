#include "nn/recurrent/recurrent_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <string>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/sha256.hpp"
#include "core/text/message_text.hpp"
#include "nn/weights/safetensors.hpp"

namespace inforelay {
namespace {

constexpr std::string_view format_key = "format", own_format = "inforelay-recurrent", cell_key = "cell_activation",
                           output_key = "output_activation";
/// The tensors of a layer: the names before "_l0", in the order of parameter_blocks().
constexpr std::array<std::string_view, 4> layer_tensors{"weight_ih", "weight_hh", "bias_ih", "bias_hh"};
enum { weight_ih, weight_hh, bias_ih, bias_hh };

using LayerTensors = std::array<const NamedTensor*, layer_tensors.size()>;

/// "PREFIX.weight_ih_l3": its parts, where PREFIX may be missing.
struct LayerName {
  std::string_view prefix;
  std::size_t tensor, layer;
};

std::optional<LayerName> parse_layer_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::string_view prefix = dot == name.npos ? "" : name.substr(0, dot);
  std::string_view last = dot == name.npos ? name : name.substr(dot + 1);
  for (std::size_t i = 0; i < layer_tensors.size(); ++i) {
    if (!last.starts_with(layer_tensors[i])) continue;
    last.remove_prefix(layer_tensors[i].size());
    if (!last.starts_with("_l")) return std::nullopt;
    last.remove_prefix(2);
    if (last.empty() || last.size() > 2 || (last.size() == 2 && last[0] == '0')) return std::nullopt;
    std::size_t layer = 0;
    for (const char digit : last) {
      if (digit < '0' || digit > '9') return std::nullopt;
      layer = 10 * layer + static_cast<std::size_t>(digit - '0');
    }
    return LayerName{prefix, i, layer};
  }
  return std::nullopt;
}

class Assembler {
 public:
  Assembler(const TensorFile& tensors, const RecurrentWeightOptions& options, std::string_view file)
      : tensors_(tensors), options_(options), file_(file) {}

  RecurrentWeightFile assemble() {
    sort_tensors();
    RecurrentWeightFile result{.network = {}, .source = {std::string(file_), tensors_.format, ""}};
    RecurrentNetwork& network = result.network;
    const std::uint64_t gates = find_gates();
    check_layers(gates);
    check_readout();
    for (const NamedTensor& tensor : tensors_.tensors) check_finite(tensor);
    network.kind = gates == 3 ? RecurrentKind::gru : gates == 4 ? RecurrentKind::lstm : elman_kind();
    if (gates > 1 && options_.activation)
      fail("holds a {}, whose activations are fixed, expected no activation, not {}",
           word_of(recurrent_kind_names, network.kind), to_string(*options_.activation));
    for (const LayerTensors& layer : layers_) {
      network.layers.push_back(
          {matrix(*layer[weight_ih]), matrix(*layer[weight_hh]), bias(layer, bias_ih), bias(layer, bias_hh)});
    }
    const auto outputs = static_cast<Eigen::Index>(readout_->shape[0]);
    network.readout = {matrix(*readout_), Eigen::VectorXf::Zero(outputs),
                       stated("output_activation", output_key, options_.output_activation)};
    if (readout_bias_ != nullptr)
      network.readout.bias = Eigen::Map<const Eigen::VectorXf>(readout_bias_->values.data(), outputs);
    return result;
  }

 private:
  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> what, Arguments&&... arguments) const {
    throw DataError("{}: {}", file_, fmt::format(what, std::forward<Arguments>(arguments)...));
  }

  static std::string shown(const NamedTensor& tensor) {
    return fmt::format("{} {}", quoted_name(tensor.name), shape_text(tensor.shape));
  }

  // Every tensor finds its place, or is a stranger.
  void sort_tensors() {
    std::vector<std::string> strangers, readouts;
    std::optional<std::string_view> prefix;
    const NamedTensor* loose_bias = nullptr;
    for (const NamedTensor& tensor : tensors_.tensors) {
      const std::size_t expected_rank = tensor.name.find("bias") == std::string::npos ? 2 : 1;
      if (const auto name = parse_layer_name(tensor.name); name && tensor.shape.size() == expected_rank) {
        if (prefix && *prefix != name->prefix)
          fail("holds the recurrent layers {} and {}, expected one", quoted_name(*prefix), quoted_name(name->prefix));
        prefix = name->prefix;
        if (name->layer >= max_layers) fail("tensor {}: expected at most {} layers", shown(tensor), max_layers);
        if (layers_.size() <= name->layer) layers_.resize(name->layer + 1);
        layers_[name->layer][name->tensor] = &tensor;
      } else if (is_layer_weight(tensor.name, tensor.shape)) {
        readout_ = &tensor;
        readouts.push_back(shown(tensor));
      } else if (tensor.shape.size() == 1 && tensor.name.ends_with(".bias") && loose_bias == nullptr) {
        loose_bias = &tensor;
      } else {
        strangers.push_back(shown(tensor));
      }
    }
    if (!strangers.empty())
      fail(
          "tensors that belong to no recurrent network that can be read: {}; expected only PREFIX.weight_ih_l0, "
          "weight_hh_l0, bias_ih_l0, bias_hh_l0 (l1, l2, ...) in one direction without projection, and the readout "
          "NAME.weight, NAME.bias",
          listed(strangers));
    if (layers_.empty()) fail("holds no recurrent layer, expected PREFIX.weight_ih_l0 [gates x units,inputs]");
    if (readouts.size() != 1)
      fail("holds {} readouts{}{}, expected one NAME.weight [outputs,units]", readouts.size(),
           readouts.empty() ? "" : ": ", listed(readouts));
    if (loose_bias == nullptr) return;
    const auto stem = [](const NamedTensor& tensor) { return tensor.name.substr(0, tensor.name.rfind('.')); };
    if (stem(*loose_bias) != stem(*readout_))
      fail("tensor {} belongs to no layer, expected beside it {}", shown(*loose_bias),
           quoted_name(stem(*loose_bias) + ".weight"));
    readout_bias_ = loose_bias;
  }

  std::uint64_t find_gates() const {
    const NamedTensor* weight = layers_.front()[weight_hh];
    if (weight == nullptr) fail("layer l0 has no weight_hh, expected PREFIX.weight_hh_l0 [gates x units,units]");
    const std::uint64_t rows = weight->shape[0], units = weight->shape[1];
    if (units == 0 || rows % units != 0 || (rows / units != 1 && rows / units != 3 && rows / units != 4))
      fail("tensor {}: expected 1 (Elman), 3 (GRU) or 4 (LSTM) times as many rows as columns", shown(*weight));
    return rows / units;
  }

  void check_layers(std::uint64_t gates) const {
    std::uint64_t width = 0;  // of what enters the layer; of the first any
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const LayerTensors& layer = layers_[l];
      for (const int part : {weight_ih, weight_hh}) {
        if (layer[static_cast<std::size_t>(part)] == nullptr)
          fail("layer l{} has no {}, expected one in each of {} layers", l,
               layer_tensors[static_cast<std::size_t>(part)], layers_.size());
      }
      if ((layer[bias_ih] == nullptr) != (layer[bias_hh] == nullptr))
        fail("layer l{} has only one of bias_ih and bias_hh, expected both or neither", l);
      const std::uint64_t units = layers_.front()[weight_hh]->shape[1];
      if (l == 0) width = layer[weight_ih]->shape[1];
      if (width == 0) fail("tensor {}: expected at least 1 column", shown(*layer[weight_ih]));
      check_shape(*layer[weight_ih], {gates * units, width});
      check_shape(*layer[weight_hh], {gates * units, units});
      for (const NamedTensor* each : {layer[bias_ih], layer[bias_hh]}) {
        if (each != nullptr) check_shape(*each, {gates * units});
      }
      width = units;
    }
  }

  void check_readout() const {
    const std::uint64_t units = layers_.back()[weight_hh]->shape[1], outputs = readout_->shape[0];
    if (outputs == 0) fail("tensor {}: expected at least 1 row", shown(*readout_));
    check_shape(*readout_, {outputs, units});
    if (readout_bias_ != nullptr) check_shape(*readout_bias_, {outputs});
  }

  void check_shape(const NamedTensor& tensor, const std::vector<std::uint64_t>& expected) const {
    if (tensor.shape != expected) fail("tensor {}: expected {}", shown(tensor), shape_text(expected));
  }

  void check_finite(const NamedTensor& tensor) const {
    const auto bad = std::ranges::find_if(tensor.values, [](float v) { return !std::isfinite(v); });
    if (bad == tensor.values.end()) return;
    fail("tensor {} is {} at element {}, expected finite 32-bit floats", shown(tensor), *bad,
         bad - tensor.values.begin());
  }

  RecurrentKind elman_kind() const {
    const Activation activation = stated("activation", cell_key, options_.activation);
    if (activation == Activation::tanh) return RecurrentKind::rnn_tanh;
    if (activation == Activation::relu) return RecurrentKind::rnn_relu;
    fail("the activation of an Elman network is {}, expected tanh or relu", to_string(activation));
  }

  Activation parsed(std::string_view key, const std::string& text) const {
    try {
      return parse_activation(text);
    } catch (const UsageError& error) {
      fail("metadata {}: {}", quoted_name(key), error.what());
    }
  }

  // What the options or the file say, which must agree.
  Activation stated(std::string_view option, std::string_view key, std::optional<Activation> chosen) const {
    const auto& metadata = tensors_.metadata;
    const auto format = metadata.find(std::string(format_key));
    const auto found = metadata.find(std::string(key));
    if (format == metadata.end() || format->second != own_format || found == metadata.end()) {
      if (chosen) return *chosen;
      const bool readout = key == output_key;
      fail("does not state the activation of its {}; give `{}: {}`", readout ? "readout" : "Elman cells, tanh or relu",
           option, readout ? "identity" : "tanh");
    }
    const Activation own = parsed(key, found->second);
    if (chosen && *chosen != own)
      fail("states that its {} is {}, expected {} as stated beside it", option, found->second, to_string(*chosen));
    return own;
  }

  static RowMatrix<float> matrix(const NamedTensor& tensor) {
    return Eigen::Map<const RowMatrix<float>>(tensor.values.data(), static_cast<Eigen::Index>(tensor.shape[0]),
                                              static_cast<Eigen::Index>(tensor.shape[1]));
  }
  static Eigen::VectorXf bias(const LayerTensors& layer, std::size_t part) {
    if (layer[part] == nullptr) return Eigen::VectorXf::Zero(static_cast<Eigen::Index>(layer[weight_hh]->shape[0]));
    return Eigen::Map<const Eigen::VectorXf>(layer[part]->values.data(),
                                             static_cast<Eigen::Index>(layer[part]->values.size()));
  }

  const TensorFile& tensors_;
  const RecurrentWeightOptions& options_;
  std::string_view file_;
  std::vector<LayerTensors> layers_;
  const NamedTensor* readout_ = nullptr;
  const NamedTensor* readout_bias_ = nullptr;  // null: all 0
};

}  // namespace

RecurrentWeightFile recurrent_from_tensors(TensorFile tensors, const RecurrentWeightOptions& options,
                                           std::string_view file) {
  return Assembler(tensors, options, file).assemble();
}

RecurrentWeightFile load_recurrent(const std::filesystem::path& path, const RecurrentWeightOptions& options) {
  try {
    const std::vector<std::uint8_t> content = read_file(path, max_weight_file_bytes);
    RecurrentWeightFile result = recurrent_from_tensors(read_tensors(content, path.string()), options, path.string());
    result.source.sha256 = sha256_hex(content);
    return result;
  } catch (const std::bad_alloc&) {
    throw DataError("{}: cannot be read: there is not enough memory for its content", path.string());
  }
}

bool is_recurrent(const TensorFile& tensors) {
  return std::ranges::any_of(tensors.tensors,
                             [](const NamedTensor& t) { return parse_layer_name(t.name).has_value(); });
}

std::vector<std::uint8_t> write_recurrent(const RecurrentNetwork& network) {
  const bool elman = gate_count(network.kind) == 1;
  const std::string_view prefix = elman ? "rnn" : word_of(recurrent_kind_names, network.kind);
  const auto blocks = parameter_blocks(network);
  std::vector<TensorView> tensors;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const RecurrentLayer& layer = network.layers[l];
    const auto rows = static_cast<std::uint64_t>(layer.hidden_weight.rows());
    for (std::size_t part = 0; part < layer_tensors.size(); ++part) {
      std::vector<std::uint64_t> shape{rows};
      if (part == weight_ih) shape.push_back(static_cast<std::uint64_t>(layer.in()));
      if (part == weight_hh) shape.push_back(static_cast<std::uint64_t>(layer.units()));
      tensors.push_back(
          {fmt::format("{}.{}_l{}", prefix, layer_tensors[part], l), std::move(shape), blocks[tensors.size()]});
    }
  }
  const auto out = static_cast<std::uint64_t>(network.readout.out());
  tensors.push_back({"fc.weight", {out, static_cast<std::uint64_t>(network.readout.in())}, blocks[tensors.size()]});
  tensors.push_back({"fc.bias", {out}, blocks[tensors.size()]});
  std::vector<std::pair<std::string_view, std::string>> metadata{
      {format_key, std::string(own_format)}, {output_key, std::string(to_string(network.readout.activation))}};
  if (elman) metadata.emplace_back(cell_key, network.kind == RecurrentKind::rnn_relu ? "relu" : "tanh");
  return write_safetensors(tensors, metadata);
}

void save_recurrent(const std::filesystem::path& path, const RecurrentNetwork& network) {
  write_file_atomically(path, write_recurrent(network));
}

}  // namespace inforelay
