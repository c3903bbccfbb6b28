// The network described by named tensors.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "nn/weights/layer_order.hpp"
#include "nn/weights/tensors.hpp"

namespace inforelay {
namespace {

/// The tensors of one layer.
struct Parts {
  std::string name;
  NamedTensor* weight = nullptr;
  NamedTensor* bias = nullptr;  // null: all 0

  LayerShape shape() const { return {weight->shape[1], weight->shape[0]}; }
};

class Assembler {
 public:
  Assembler(TensorFile& tensors, const WeightFileOptions& options, std::string_view file)
      : tensors_(tensors), options_(options), file_(file) {}

  WeightFile assemble() {
    std::vector<Parts> parts = in_order(find_layers());
    const std::vector<Activation> activations = choose_activations(parts.size());
    WeightFile result{.network = {},
                      .source = {std::string(file_), tensors_.format, ""},
                      .layer_names = {},
                      .activations_stated = !tensors_.activations.empty() ||
                                            ((options_.activation || parts.size() == 1) && options_.output_activation)};
    for (std::size_t l = 0; l < parts.size(); ++l) {
      result.network.layers.push_back(make_layer(parts[l], activations[l]));
      result.layer_names.push_back(parts[l].name);
    }
    return result;
  }

 private:
  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> what, Arguments&&... arguments) const {
    throw DataError("{}: {}", file_, fmt::format(what, std::forward<Arguments>(arguments)...));
  }

  static std::string shown(const std::vector<Parts>& layers) {
    std::vector<std::string> words;
    for (const Parts& layer : layers) {
      words.push_back(fmt::format("{} {}", quoted_name(layer.name), shape_text(layer.weight->shape)));
    }
    return listed(words);
  }

  /// The layers in the order of the file. Every tensor must belong to one.
  std::vector<Parts> find_layers() {
    std::vector<Parts> layers;
    std::map<std::string, std::size_t, std::less<>> position;
    const auto stem = [](const NamedTensor& tensor) { return tensor.name.substr(0, tensor.name.rfind('.')); };
    for (NamedTensor& tensor : tensors_.tensors) {
      if (!is_layer_weight(tensor.name, tensor.shape)) continue;
      if (tensor.values.empty()) {
        fail("tensor {} has shape {}, expected at least 1 row and column", quoted_name(tensor.name),
             shape_text(tensor.shape));
      }
      position[stem(tensor)] = layers.size();
      layers.push_back({stem(tensor), &tensor});
    }
    std::vector<std::string> strangers;
    for (NamedTensor& tensor : tensors_.tensors) {
      if (is_layer_weight(tensor.name, tensor.shape)) continue;
      const bool is_bias = tensor.shape.size() == 1 && tensor.name.ends_with(".bias");
      const auto owner = is_bias ? position.find(stem(tensor)) : position.end();
      if (owner == position.end()) {
        strangers.push_back(fmt::format("{} {}", quoted_name(tensor.name), shape_text(tensor.shape)));
        continue;
      }
      Parts& layer = layers[owner->second];
      layer.bias = &tensor;
      if (tensor.shape[0] != layer.weight->shape[0]) {
        fail("tensor {} has shape {}, expected [{}] beside the weight {}", quoted_name(tensor.name),
             shape_text(tensor.shape), layer.weight->shape[0], shape_text(layer.weight->shape));
      }
    }
    if (!strangers.empty()) {
      fail(
          "tensors that belong to no dense layer: {}; expected only NAME.weight [out,in] and, beside each, "
          "NAME.bias [out]",
          listed(strangers));
    }
    if (layers.empty() || layers.size() > max_layers) {
      fail("holds {} layers (NAME.weight), expected 1 to {}", layers.size(), max_layers);
    }
    return layers;
  }

  std::vector<Parts> in_order(const std::vector<Parts>& layers) const {
    if (!options_.layer_names.empty()) return as_named(layers);
    std::vector<LayerShape> shapes;
    for (const Parts& layer : layers) shapes.push_back(layer.shape());
    if (tensors_.ordered && chains(shapes)) return layers;
    const auto orders = chain_orders(shapes);
    if (orders.empty()) {
      fail("the layers {} chain in no order, expected out of one = in of the next (weights are [out,in])",
           shown(layers));
    }
    if (orders.size() > 1) {
      fail("the layers {} chain in more than one order: give layer names in the order wanted", shown(layers));
    }
    std::vector<Parts> ordered;
    for (const std::size_t i : orders.front()) ordered.push_back(layers[i]);
    return ordered;
  }

  std::vector<Parts> as_named(const std::vector<Parts>& layers) const {
    std::vector<Parts> ordered;
    std::set<std::string_view> seen;
    for (const std::string& name : options_.layer_names) {
      const auto found = std::find_if(layers.begin(), layers.end(), [&](const Parts& p) { return p.name == name; });
      if (found == layers.end()) fail("has no layer {}, expected one of {}", quoted_name(name), shown(layers));
      if (!seen.insert(name).second) fail("layer {} is named twice, expected each layer once", quoted_name(name));
      ordered.push_back(*found);
    }
    if (ordered.size() < layers.size()) fail("{} layers are named, expected all of {}", ordered.size(), shown(layers));
    for (std::size_t l = 1; l < ordered.size(); ++l) {
      if (ordered[l - 1].shape().out == ordered[l].shape().in) continue;
      fail("layer {} {} does not follow {} {}: it takes {} inputs, expected {}", quoted_name(ordered[l].name),
           shape_text(ordered[l].weight->shape), quoted_name(ordered[l - 1].name),
           shape_text(ordered[l - 1].weight->shape), ordered[l].shape().in, ordered[l - 1].shape().out);
    }
    return ordered;
  }

  std::vector<Activation> choose_activations(std::size_t layers) const {
    std::vector<Activation> chosen = tensors_.activations;
    if (chosen.empty()) chosen.assign(layers, Activation::tanh);
    if (chosen.size() != layers) {
      fail("names {} activations, expected one for each of {} layers", chosen.size(), layers);
    }
    if (options_.activation) std::fill(chosen.begin(), chosen.end() - 1, *options_.activation);
    if (options_.output_activation) chosen.back() = *options_.output_activation;
    return chosen;
  }

  void check_finite(const NamedTensor& tensor) const {
    const auto bad =
        std::find_if(tensor.values.begin(), tensor.values.end(), [](float v) { return !std::isfinite(v); });
    if (bad == tensor.values.end()) return;
    const auto index = static_cast<std::uint64_t>(bad - tensor.values.begin());
    const std::uint64_t columns = tensor.shape.back();
    fail("tensor {} is {} at {}, expected finite 32-bit floats", quoted_name(tensor.name), *bad,
         tensor.shape.size() == 2 ? fmt::format("[{},{}]", index / columns, index % columns)
                                  : fmt::format("[{}]", index));
  }

  /// Takes the values out of the tensors.
  DenseLayer make_layer(const Parts& parts, Activation activation) const {
    const auto out = static_cast<Eigen::Index>(parts.shape().out), in = static_cast<Eigen::Index>(parts.shape().in);
    check_finite(*parts.weight);
    DenseLayer layer{Eigen::Map<const RowMatrix<float>>(parts.weight->values.data(), out, in),
                     Eigen::VectorXf::Zero(out), activation};
    parts.weight->values = {};
    if (parts.bias != nullptr) {
      check_finite(*parts.bias);
      layer.bias = Eigen::Map<const Eigen::VectorXf>(parts.bias->values.data(), out);
    }
    return layer;
  }

  TensorFile& tensors_;
  const WeightFileOptions& options_;
  std::string_view file_;
};

}  // namespace

WeightFile network_from_tensors(TensorFile tensors, const WeightFileOptions& options, std::string_view file) {
  return Assembler(tensors, options, file).assemble();
}

}  // namespace inforelay
