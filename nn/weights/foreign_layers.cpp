#include "nn/weights/foreign_layers.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace inforelay {
namespace {

// What the names of tensors tell, whatever their shapes; the first row that matches counts.
struct NamePart {
  std::string_view part, kind;
};
constexpr std::string_view recurrent = "a recurrent layer (RNN, LSTM, GRU)", attention = "attention",
                           normalisation = "batch normalisation, without running_mean [width] or running_var [width]",
                           changed = "a layer with weight_norm, spectral_norm or pruning: remove it before saving";
constexpr NamePart name_parts[]{
    {"weight_ih", recurrent},
    {"weight_hh", recurrent},
    {"bias_ih", recurrent},
    {"bias_hh", recurrent},
    {"in_proj_", attention},
    {"q_proj_weight", attention},
    {"k_proj_weight", attention},
    {"v_proj_weight", attention},
    {"running_mean", normalisation},
    {"running_var", normalisation},
    {"num_batches_tracked", normalisation},
    {"parametrizations.", changed},
    {"weight_g", changed},
    {"weight_v", changed},
    {"weight_u", changed},
    {"weight_orig", changed},
    {"weight_mask", changed},
};

const NamedTensor* find(std::span<const NamedTensor> tensors, std::string_view layer, std::string_view ending) {
  const auto found = std::ranges::find_if(tensors, [&](const NamedTensor& tensor) {
    return tensor.name.ends_with(ending) && layer_name(tensor.name) == layer;
  });
  return found == tensors.end() ? nullptr : &*found;
}

std::string_view kind_of_weight(const NamedTensor& weight, std::span<const NamedTensor> tensors) {
  const std::size_t axes = weight.shape.size();
  if (axes >= 3 && axes <= 5) return "a convolution";
  if (axes == 2 && is_embedding(weight, tensors)) {
    return "an embedding by its name; if it is a dense layer, list all layers in layer_names";
  }
  if (axes == 1) return "a normalisation without running statistics (LayerNorm, GroupNorm), or PReLU";
  return "";
}

}  // namespace

bool is_embedding(const NamedTensor& weight, std::span<const NamedTensor> tensors) {
  std::string name(layer_name(weight.name));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name.find("emb") != name.npos && find(tensors, layer_name(weight.name), ".bias") == nullptr;
}

std::string_view foreign_layer(const NamedTensor& tensor, std::span<const NamedTensor> tensors) {
  for (const auto& [part, kind] : name_parts) {
    if (tensor.name.find(part) != std::string::npos) return kind;
  }
  if (tensor.name.ends_with(".weight")) return kind_of_weight(tensor, tensors);
  if (!tensor.name.ends_with(".bias")) return "";
  const NamedTensor* weight = find(tensors, layer_name(tensor.name), ".weight");
  return weight == nullptr ? "" : kind_of_weight(*weight, tensors);
}

}  // namespace inforelay
