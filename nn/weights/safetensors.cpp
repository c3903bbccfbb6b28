#include "nn/weights/safetensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.hpp"
#include "core/files/safetensors_header.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

constexpr std::string_view format_key = "format", own_format = "inforelay-network", activations_key = "activations";
// (x / scale - mean) / std; none of them: x / 255. Means and deviations: one number, or one for each input.
constexpr std::string_view scale_key = "input_scale", mean_key = "input_mean", deviation_key = "input_std";

std::vector<Activation> read_activations(const std::string& text, std::string_view file) {
  std::vector<Activation> activations;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string name = text.substr(begin, end - begin);
    try {
      activations.push_back(parse_activation(name));
    } catch (const UsageError& error) {
      throw DataError("{}: metadata 'activations': {}", file, error.what());
    }
    begin = end + 1;
  }
  return activations;
}

using Metadata = std::map<std::string, std::string>;

std::vector<float> read_numbers(const Metadata& metadata, std::string_view key, std::string_view file) {
  std::vector<float> numbers;
  const auto found = metadata.find(std::string(key));
  if (found == metadata.end()) return numbers;
  for (std::string_view left = found->second; !left.empty();) {
    const std::string_view word = left.substr(0, left.find(' '));
    left.remove_prefix(std::min(word.size() + 1, left.size()));
    const auto value = number_from<float>(word);
    if (!value || !std::isfinite(*value) || (key == deviation_key && *value <= 0)) {
      throw DataError("{}: metadata '{}': {} is not a {}number", file, key, quoted_name(word),
                      key == deviation_key ? "positive " : "");
    }
    numbers.push_back(*value);
  }
  return numbers;
}

InputScaling read_scaling(const Metadata& metadata, std::string_view file) {
  InputScaling scaling;
  if (const auto found = metadata.find(std::string(scale_key)); found != metadata.end()) {
    const auto scale = number_from<double>(found->second);
    if (!scale || !std::isfinite(*scale) || *scale == 0) {
      throw DataError("{}: metadata '{}': {} is not a number other than 0", file, scale_key,
                      quoted_name(found->second));
    }
    scaling.scale = *scale;
  }
  scaling.mean = read_numbers(metadata, mean_key, file);
  scaling.deviation = read_numbers(metadata, deviation_key, file);
  if (scaling.mean.size() != scaling.deviation.size()) {
    throw DataError("{}: metadata: {} numbers in '{}', but {} in '{}'", file, scaling.mean.size(), mean_key,
                    scaling.deviation.size(), deviation_key);
  }
  return scaling;
}

// One number if all are the same: the header has no room for those of very many inputs.
std::string numbers_text(const std::vector<float>& values, bool same) {
  return same ? fmt::format("{}", values.front()) : fmt::format("{}", fmt::join(values, " "));
}

NamedTensor read_tensor(const SafetensorsHeader::Tensor& tensor, std::span<const std::uint8_t> data,
                        std::string_view place) {
  const std::optional<StoredType> type = safetensors_type(tensor.dtype);
  if (!type || !may_hold(tensor.name, *type))
    throw DataError("{} is of type {}, expected F32, F64, F16 or BF16", place, quoted_name(tensor.dtype));
  const std::uint64_t count = element_count(tensor.shape, place);
  const std::uint64_t begin = tensor.data_offsets[0], end = tensor.data_offsets[1];
  if (end - begin != count * type->size) {
    throw DataError("{} takes {} bytes, expected {} for {} of shape {}", place, end - begin, count * type->size,
                    tensor.dtype, shape_text(tensor.shape));
  }
  NamedTensor read{tensor.name, tensor.shape, std::vector<float>(count)};
  const auto bytes = data.subspan(begin, end - begin);
  for (std::uint64_t i = 0; i < count; ++i) read.values[i] = element(*type, bytes, i);
  return read;
}

}  // namespace

TensorFile read_safetensors(std::span<const std::uint8_t> content, std::string_view file) {
  const std::uint64_t header_end = safetensors_header_end(content, content.size(), file);
  const auto data = content.subspan(header_end);
  SafetensorsHeader header = parse_safetensors_header(content.first(header_end), file);

  sort_safetensors(header, data.size(), file);
  TensorFile result{.format = "safetensors", .tensors = {}};
  std::uint64_t total = 0;
  for (const auto& tensor : header.tensors) {
    const std::string place = fmt::format("{}: tensor {}", file, quoted_name(tensor.name));
    result.tensors.push_back(read_tensor(tensor, data, place));
    total += result.tensors.back().values.size();
    if (total > max_weights) throw DataError("{}: holds more than {} numbers in all", file, max_weights);
  }
  const auto format = header.metadata.find(std::string(format_key));
  if (format != header.metadata.end() && format->second == own_format) {
    result.ordered = true;
    result.activations = read_activations(header.metadata[std::string(activations_key)], file);
    result.inputs = read_scaling(header.metadata, file);
  }
  result.metadata = std::move(header.metadata);
  return result;
}

std::vector<std::uint8_t> write_safetensors(std::span<const TensorView> tensors,
                                            std::span<const std::pair<std::string_view, std::string>> metadata) {
  nlohmann::ordered_json header;
  for (const auto& [key, text] : metadata) header["__metadata__"][std::string(key)] = text;
  std::uint64_t reached = 0;
  for (const TensorView& tensor : tensors) {
    const std::uint64_t end = reached + tensor.values.size_bytes();
    header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {reached, end}}};
    reached = end;
  }
  std::string json = header.dump();
  json.resize((json.size() + 7) / 8 * 8, ' ');  // the format allows spaces; the numbers then begin at a multiple of 8

  std::vector<std::uint8_t> bytes;
  bytes.reserve(safetensors_length_bytes + json.size() + reached);
  for (std::size_t i = 0; i < safetensors_length_bytes; ++i)
    bytes.push_back(static_cast<std::uint8_t>(json.size() >> (8 * i)));
  bytes.insert(bytes.end(), json.begin(), json.end());
  for (const TensorView& tensor : tensors) {
    for (const float value : tensor.values) {
      const auto bits = std::bit_cast<std::uint32_t>(value);
      for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
    }
  }
  return bytes;
}

std::vector<std::uint8_t> write_safetensors(const Mlp& network, const InputScaling& inputs) {
  std::vector<std::string> activations;
  std::vector<TensorView> tensors;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const DenseLayer& layer = network.layers[l];
    const auto out = static_cast<std::uint64_t>(layer.out()), in = static_cast<std::uint64_t>(layer.in());
    activations.push_back(to_string(layer.activation));
    tensors.push_back({fmt::format("layer{}.weight", l + 1),
                       {out, in},
                       {layer.weight.data(), static_cast<std::size_t>(layer.weight.size())}});
    tensors.push_back(
        {fmt::format("layer{}.bias", l + 1), {out}, {layer.bias.data(), static_cast<std::size_t>(layer.bias.size())}});
  }
  std::vector<std::pair<std::string_view, std::string>> metadata{
      {format_key, std::string(own_format)}, {activations_key, fmt::format("{}", fmt::join(activations, " "))}};
  if (inputs.scale != InputScaling{}.scale || !inputs.mean.empty())
    metadata.emplace_back(scale_key, fmt::format("{}", inputs.scale));
  if (!inputs.mean.empty()) {
    const auto all_same = [](const std::vector<float>& values) {
      return std::ranges::all_of(values, [&](float value) { return value == values.front(); });
    };
    const bool same = all_same(inputs.mean) && all_same(inputs.deviation);
    metadata.emplace_back(mean_key, numbers_text(inputs.mean, same));
    metadata.emplace_back(deviation_key, numbers_text(inputs.deviation, same));
  }
  return write_safetensors(tensors, metadata);
}

}  // namespace inforelay
