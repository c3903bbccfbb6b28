// The network described by named tensors.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/error.hpp"
#include "nn/weights/batch_norm.hpp"
#include "nn/weights/foreign_layers.hpp"
#include "nn/weights/layer_order.hpp"
#include "nn/weights/tensors.hpp"

namespace inforelay {
namespace {

/// The tensors of one layer, and the batch normalisation that is folded into it.
struct Parts {
  std::string name;
  std::size_t position = 0;  // of the weight in the file
  NamedTensor* weight = nullptr;
  NamedTensor* bias = nullptr;        // null: all 0
  const BatchNorm* before = nullptr;  // of its inputs
  const BatchNorm* after = nullptr;   // of its sums

  LayerShape shape() const { return {weight->shape[1], weight->shape[0]}; }
};

class Assembler {
 public:
  Assembler(TensorFile& tensors, const WeightFileOptions& options, std::string_view file)
      : tensors_(tensors), options_(options), file_(file) {}

  WeightFile assemble() {
    norms_ = find_batch_norms(tensors_.tensors);
    std::vector<Parts> parts = find_layers();
    parts = norms_.empty() ? in_order(parts) : in_order_with_norms(parts);
    const std::vector<Activation> activations = choose_activations(parts.size());
    WeightFile result{.network = {},
                      .source = {std::string(file_), tensors_.format, ""},
                      .layer_names = {},
                      .activations_stated = !tensors_.activations.empty() ||
                                            ((options_.activation || parts.size() == 1) && options_.output_activation)};
    place_norms(parts, is_output_stated() ? activations.back() : Activation::identity);
    std::vector<std::string> places;
    for (std::size_t l = 0; l < parts.size(); ++l) {
      result.network.layers.push_back(make_layer(parts[l], activations[l]));
      result.layer_names.push_back(parts[l].name);
      for (const BatchNorm* norm : {parts[l].before, parts[l].after}) {
        if (norm == nullptr) continue;
        places.push_back(fmt::format("{} into {}", quoted_name(norm->name), quoted_name(parts[l].name)));
      }
    }
    if (!tensors_.activations.empty() && tensors_.activations != activations) {
      std::vector<std::string> words;
      for (const Activation stated : tensors_.activations) words.push_back(to_string(stated));
      result.source.overruled = fmt::format("{}", fmt::join(words, ", "));
    }
    if (tensors_.inputs) result.source.inputs = scaling_of(result.network.input_width());
    if (!places.empty()) result.source.batch_norm = described_norms(places);
    return result;
  }

 private:
  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> what, Arguments&&... arguments) const {
    throw DataError("{}: {}", file_, fmt::format(what, std::forward<Arguments>(arguments)...));
  }

  InputScaling scaling_of(int input_width) const {
    InputScaling scaling = *tensors_.inputs;
    const auto width = static_cast<std::size_t>(input_width);
    if (scaling.mean.size() == 1) {
      scaling.mean.assign(width, scaling.mean.front());
      scaling.deviation.assign(width, scaling.deviation.front());
    }
    if (!scaling.mean.empty() && scaling.mean.size() != width) {
      fail("states means and deviations of {} inputs, expected {}", scaling.mean.size(), width);
    }
    return scaling;
  }

  std::string shown(const std::vector<Parts>& layers) const {
    std::vector<std::string> words;
    for (const Parts& layer : layers) {
      words.push_back(fmt::format("{} {}", quoted_name(layer.name), shape_text(layer.weight->shape)));
    }
    for (const BatchNorm& norm : norms_) {
      words.push_back(fmt::format("{} [{}] (batch normalisation)", quoted_name(norm.name), norm.width()));
    }
    return listed(words);
  }

  /// The layers in the order of the file. Every tensor must belong to one.
  std::vector<Parts> find_layers() {
    std::vector<Parts> layers;
    std::map<std::string, std::size_t, std::less<>> position;
    for (NamedTensor& tensor : tensors_.tensors) {
      if (!is_dense_weight(tensor)) continue;
      if (tensor.values.empty()) {
        fail("tensor {} has shape {}, expected at least 1 row and column", quoted_name(tensor.name),
             shape_text(tensor.shape));
      }
      const std::string name(layer_name(tensor.name));
      position[name] = layers.size();
      layers.push_back({name, static_cast<std::size_t>(&tensor - tensors_.tensors.data()), &tensor});
    }
    std::vector<std::string> strangers;
    for (NamedTensor& tensor : tensors_.tensors) {
      if (is_dense_weight(tensor) || belongs_to(tensor, norms_)) continue;
      const bool is_bias = tensor.shape.size() == 1 && tensor.name.ends_with(".bias");
      const auto owner = is_bias ? position.find(layer_name(tensor.name)) : position.end();
      if (owner == position.end()) {
        const std::string_view kind = foreign_layer(tensor, tensors_.tensors);
        strangers.push_back(fmt::format("{} {}{}", quoted_name(tensor.name), shape_text(tensor.shape),
                                        kind.empty() ? "" : fmt::format(" ({})", kind)));
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
          "NAME.bias [out], and batch normalisation",
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

  /// The dense layers in order; norm_follows_ then says how many of them stand before each batch normalisation.
  std::vector<Parts> in_order_with_norms(const std::vector<Parts>& layers) {
    if (!options_.layer_names.empty()) {
      count_layers_before(options_.layer_names);
      return as_named(layers);
    }
    std::vector<std::string> names;  // of all, in the order of the file
    std::map<std::size_t, std::string> by_position;
    for (const Parts& layer : layers) by_position[layer.position] = layer.name;
    for (const BatchNorm& norm : norms_) by_position[norm.position] = norm.name;
    for (const auto& [position, name] : by_position) names.push_back(name);
    if (!tensors_.ordered) {
      const auto order = numbered_order(names);
      if (!order) ask_for_places(layers, "their names have no numbers");
      std::vector<std::string> ordered;
      for (const std::size_t i : *order) ordered.push_back(names[i]);
      names = std::move(ordered);
    }
    std::vector<Parts> ordered;
    std::vector<LayerShape> shapes;
    for (const std::string& name : names) {
      const auto layer = std::ranges::find(layers, name, &Parts::name);
      if (layer == layers.end()) continue;
      ordered.push_back(*layer);
      shapes.push_back(layer->shape());
    }
    if (!chains(shapes)) ask_for_places(layers, "the dense layers do not chain in the order of the file");
    count_layers_before(names);
    return ordered;
  }

  void count_layers_before(const std::vector<std::string>& names) {
    norm_follows_.assign(norms_.size(), 0);
    std::size_t before = 0;
    for (const std::string& name : names) {
      const auto norm = std::ranges::find(norms_, name, &BatchNorm::name);
      if (norm == norms_.end()) {
        ++before;
      } else {
        norm_follows_[static_cast<std::size_t>(norm - norms_.begin())] = before;
      }
    }
  }

  [[noreturn]] void ask_for_places(const std::vector<Parts>& layers, std::string_view why) const {
    fail(
        "which dense layer each batch normalisation follows is not known, {}: list all layers in order in layer_names: "
        "{}",
        why, shown(layers));
  }

  /// Each batch normalisation belongs to the sums of the dense layer before it, or to the inputs of the one after.
  void place_norms(std::vector<Parts>& layers, Activation output) const {
    for (std::size_t n = 0; n < norms_.size(); ++n) {
      const BatchNorm& norm = norms_[n];
      const std::size_t follows = norm_follows_[n];
      const bool is_last = follows == layers.size();
      const std::uint64_t width = follows == 0 ? layers.front().shape().in : layers[follows - 1].shape().out;
      if (norm.width() != width) {
        ask_for_places(layers,
                       fmt::format("{} [{}] does not fit where it stands, between {} and {}", quoted_name(norm.name),
                                   norm.width(), follows == 0 ? "the inputs" : quoted_name(layers[follows - 1].name),
                                   is_last ? "the outputs" : quoted_name(layers[follows].name)));
      }
      // On the inputs, and on outputs without an activation function, both sides are the same.
      const bool matters = follows > 0 && !(is_last && output == Activation::identity);
      if (matters && !options_.batch_norm) ask_for_side();
      const bool on_inputs = follows == 0 || (matters && options_.batch_norm == BatchNormSide::after_activation);
      if (on_inputs && is_last) {
        fail("batch normalisation {} after the activation {} of the outputs cannot be folded into a dense layer",
             quoted_name(norm.name), to_string(output));
      }
      const BatchNorm*& place = on_inputs ? layers[follows].before : layers[follows - 1].after;
      if (place != nullptr) {
        ask_for_places(
            layers, fmt::format("{} and {} stand at the same place", quoted_name(place->name), quoted_name(norm.name)));
      }
      place = &norm;
    }
  }

  bool is_output_stated() const { return !tensors_.activations.empty() || options_.output_activation; }

  [[noreturn]] void ask_for_side() const {
    std::vector<std::string> words;
    for (const BatchNorm& norm : norms_) words.push_back(quoted_name(norm.name));
    throw UsageError(
        "{}: has batch normalisation ({}) but does not state on which side of the activation it stands; add "
        "batch_norm: before_activation (dense layer, batch normalisation, activation) or "
        "batch_norm: after_activation (dense layer, activation, batch normalisation)",
        file_, listed(words));
  }

  std::string described_norms(const std::vector<std::string>& places) const {
    const std::string side(options_.batch_norm ? word_of(batch_norm_names, *options_.batch_norm) : "");
    return fmt::format("{}{}{}", side, side.empty() ? "" : ": ", fmt::join(places, ", "));
  }

  std::vector<Parts> as_named(const std::vector<Parts>& layers) const {
    std::vector<Parts> ordered;
    std::set<std::string_view> seen;
    for (const std::string& name : options_.layer_names) {
      const auto found = std::find_if(layers.begin(), layers.end(), [&](const Parts& p) { return p.name == name; });
      const bool is_norm = std::ranges::find(norms_, name, &BatchNorm::name) != norms_.end();
      if (found == layers.end() && !is_norm)
        fail("has no layer {}, expected one of {}", quoted_name(name), shown(layers));
      if (!seen.insert(name).second) fail("layer {} is named twice, expected each layer once", quoted_name(name));
      if (!is_norm) ordered.push_back(*found);
    }
    if (seen.size() < layers.size() + norms_.size()) {
      fail("{} layers are named, expected all of {}", seen.size(), shown(layers));
    }
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
    for (std::size_t l = 0; l + 1 < layers; ++l) {
      if (is_output_only(chosen[l]))
        fail("layer {}: activation {} is for the outputs only", l + 1, to_string(chosen[l]));
    }
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
    if (parts.before == nullptr && parts.after == nullptr) return layer;
    const auto affine = [&](const BatchNorm* norm) {
      return norm == nullptr ? std::nullopt : std::optional(affine_of(*norm, options_.batch_norm_epsilon, file_));
    };
    const auto before = affine(parts.before), after = affine(parts.after);
    return folded(layer, before ? &*before : nullptr, after ? &*after : nullptr,
                  fmt::format("{}: layer {}", file_, quoted_name(parts.name)));
  }

  bool is_dense_weight(const NamedTensor& tensor) const {
    if (!is_layer_weight(tensor.name, tensor.shape)) return false;
    const bool is_named =
        std::ranges::find(options_.layer_names, layer_name(tensor.name)) != options_.layer_names.end();
    return is_named || !is_embedding(tensor, tensors_.tensors);
  }

  TensorFile& tensors_;
  const WeightFileOptions& options_;
  std::string_view file_;
  std::vector<BatchNorm> norms_;
  std::vector<std::size_t> norm_follows_;  // of each of them: the number of dense layers before it
};

}  // namespace

WeightFile network_from_tensors(TensorFile tensors, const WeightFileOptions& options, std::string_view file) {
  return Assembler(tensors, options, file).assemble();
}

}  // namespace inforelay
