#include "nn/weights/torch_state_dict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "core/error.hpp"
#include "nn/weights/pickle.hpp"

namespace inforelay {
namespace {

using Kind = Pickle::Kind;
using Node = Pickle::Node;
using Element = ElementKind;

constexpr std::string_view rebuild_tensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view rebuild_parameter = "torch._utils._rebuild_parameter";
constexpr std::array<std::pair<std::string_view, StoredType>, 9> storage_types{{
    {"torch.FloatStorage", {Element::floating, 4}},
    {"torch.DoubleStorage", {Element::floating, 8}},
    {"torch.HalfStorage", {Element::floating, 2}},
    {"torch.BFloat16Storage", {Element::brain_float, 2}},
    {"torch.LongStorage", {Element::signed_integer, 8}},
    {"torch.IntStorage", {Element::signed_integer, 4}},
    {"torch.ShortStorage", {Element::signed_integer, 2}},
    {"torch.CharStorage", {Element::signed_integer, 1}},
    {"torch.ByteStorage", {Element::unsigned_integer, 1}},
}};
constexpr auto allowed = [] {
  std::array<std::string_view, 3 + storage_types.size()> names{"collections.OrderedDict", rebuild_tensor,
                                                               rebuild_parameter};
  for (std::size_t i = 0; i < storage_types.size(); ++i) names[3 + i] = storage_types[i].first;
  return names;
}();

class StateDictReader {
 public:
  StateDictReader(const Pickle& pickle, std::string_view file) : pickle_(pickle), file_(file) {}

  std::vector<TorchTensor> read() {
    const Node& root = pickle_.root();
    if (root.kind != Kind::dict) {
      throw DataError("{}: holds {}, expected the dict of model.state_dict()", file_, describe(root));
    }
    std::vector<TorchTensor> tensors;
    std::set<std::string_view> names;
    std::uint64_t total = 0;
    std::size_t layers = 0;
    for (std::size_t i = 0; i < root.items.size(); i += 2) {
      const Node& key = pickle_[root.items[i]];
      if (key.kind != Kind::text) {
        throw DataError("{}: holds a key {}, expected the name of a tensor", file_, describe(key));
      }
      place_ = fmt::format("{}: tensor {}", file_, quoted_name(key.text));
      if (!names.insert(key.text).second) fail("occurs twice");
      if (names.size() > max_tensors) fail("is one too many, expected at most {}", max_tensors);
      tensors.push_back(read_tensor(key.text, pickle_[root.items[i + 1]]));
      if (is_layer_weight(key.text, tensors.back().shape) && ++layers > max_layers) {
        fail("is the weight of one layer too many, expected at most {} layers", max_layers);
      }
      total += element_count(tensors.back().shape, place_);
      if (total > max_weights) fail("makes more than {} numbers in all", max_weights);
    }
    return tensors;
  }

 private:
  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> what, Arguments&&... arguments) const {
    throw DataError("{} {}", place_, fmt::format(what, std::forward<Arguments>(arguments)...));
  }

  const std::vector<Pickle::Id>& arguments(const Node& call, std::size_t at_least, std::size_t at_most) const {
    const auto& items = pickle_[call.items.front()].items;
    if (items.size() < at_least || items.size() > at_most) {
      fail("is {} with {} arguments, expected {} to {}", describe(call), items.size(), at_least, at_most);
    }
    return items;
  }

  TorchTensor read_tensor(const std::string& name, const Node& value) const {
    const Node* node = &value;
    if (node->kind == Kind::call && node->text == rebuild_parameter) {  // data, requires_grad, hooks
      node = &pickle_[arguments(*node, 3, 3)[0]];
    }
    if (node->kind != Kind::call || node->text != rebuild_tensor) {
      fail("is {}, expected a tensor: save model.state_dict()", describe(*node));
    }
    // storage, offset, size, stride, requires_grad, hooks, and in later versions metadata
    const auto& items = arguments(*node, 6, 7);
    TorchTensor tensor{.name = name, .place = place_, .storage = read_storage(name, pickle_[items[0]])};
    tensor.offset = read_count(pickle_[items[1]], "offset");
    tensor.shape = read_counts(pickle_[items[2]], "size");
    tensor.strides = read_counts(pickle_[items[3]], "stride");
    check_extent(tensor);
    return tensor;
  }

  std::uint64_t read_count(const Node& node, std::string_view what) const {
    if (node.kind != Kind::integer || node.integer < 0) {
      fail("has {} {}, expected a whole number from 0", what, describe(node));
    }
    return static_cast<std::uint64_t>(node.integer);
  }

  std::vector<std::uint64_t> read_counts(const Node& node, std::string_view what) const {
    if (node.kind != Kind::tuple || node.items.size() > max_tensor_rank) {
      fail("has {} {}, expected a tuple of at most {}", what, describe(node), max_tensor_rank);
    }
    std::vector<std::uint64_t> counts;
    for (const Pickle::Id id : node.items) counts.push_back(read_count(pickle_[id], what));
    return counts;
  }

  /// ("storage", type, key, location, elements), in the legacy format with a sixth, a view, None since PyTorch 0.4.
  TorchStorage read_storage(std::string_view name, const Node& node) const {
    const Node* id = node.kind == Kind::persistent ? &pickle_[node.items[0]] : nullptr;
    if (id == nullptr || id->kind != Kind::tuple || id->items.size() < 5 || id->items.size() > 6) {
      fail("lies in {}, expected a storage", describe(id == nullptr ? node : *id));
    }
    const auto item = [&](std::size_t i) -> const Node& { return pickle_[id->items[i]]; };
    if (item(0).kind != Kind::text || item(0).text != "storage") {
      fail("lies in {}, expected a storage", describe(item(0)));
    }
    const auto type = std::find_if(storage_types.begin(), storage_types.end(), [&](const auto& known) {
      return item(1).kind == Kind::function && item(1).text == known.first;
    });
    if (type == storage_types.end() || !may_hold(name, type->second)) {
      fail("lies in a storage of {}, expected one of 16 to 64-bit floats", describe(item(1)));
    }
    if (item(2).kind != Kind::text) fail("lies in storage {}, expected its name", describe(item(2)));
    if (id->items.size() == 6 && item(5).kind != Kind::none) {
      fail("lies in a storage that is a view, {}, expected a storage of its own", describe(item(5)));
    }
    return {item(2).text, type->second, read_count(item(4), "storage size")};
  }

  /// Within the storage, and no element twice.
  void check_extent(const TorchTensor& tensor) const {
    if (tensor.shape.size() != tensor.strides.size()) {
      fail("has shape {} but strides {}", shape_text(tensor.shape), shape_text(tensor.strides));
    }
    const auto outside = [&] {
      fail("of shape {}, strides {} and offset {} reaches beyond its storage of {} elements", shape_text(tensor.shape),
           shape_text(tensor.strides), tensor.offset, tensor.storage.size);
    };
    if (tensor.offset > tensor.storage.size) outside();
    if (element_count(tensor.shape, place_) == 0) return;
    if (tensor.offset == tensor.storage.size) outside();
    std::vector<std::size_t> axes(tensor.shape.size());
    std::iota(axes.begin(), axes.end(), std::size_t{0});
    std::sort(axes.begin(), axes.end(),
              [&](std::size_t a, std::size_t b) { return tensor.strides[a] < tensor.strides[b]; });
    std::uint64_t room = tensor.storage.size - 1 - tensor.offset, reach = 0;  // reach: furthest index so far
    for (const std::size_t axis : axes) {
      const std::uint64_t steps = tensor.shape[axis] - 1, stride = tensor.strides[axis];
      if (steps == 0) continue;
      if (stride <= reach) {
        fail("of shape {} and strides {} has elements that overlap", shape_text(tensor.shape),
             shape_text(tensor.strides));
      }
      if (stride > room / steps) outside();
      room -= steps * stride;
      reach += steps * stride;
    }
  }

  const Pickle& pickle_;
  std::string_view file_;
  std::string place_{};
};

/// Equal keys must mean equal storages, and a small storage must not give large tensors.
void check_storages(const std::vector<TorchTensor>& tensors) {
  struct Use {
    const TorchStorage* storage;
    std::uint64_t elements;  // of the tensors so far
  };
  std::map<std::string_view, Use> seen;
  for (const TorchTensor& tensor : tensors) {
    Use& use = seen.try_emplace(tensor.storage.key, Use{&tensor.storage, 0}).first->second;
    const TorchStorage& first = *use.storage;
    if (first.type != tensor.storage.type || first.size != tensor.storage.size) {
      throw DataError("{} lies in storage {} of {} elements, expected {} of the same type as before", tensor.place,
                      quoted_name(tensor.storage.key), tensor.storage.size, first.size);
    }
    use.elements += element_count(tensor.shape, tensor.place);
    if (use.elements > 0 && (use.elements - 1) / max_sharing >= first.size) {  // elements > max_sharing * size
      throw DataError("{} is one too many in storage {}: they make {} numbers, expected at most {} times {}",
                      tensor.place, quoted_name(tensor.storage.key), use.elements, max_sharing, first.size);
    }
  }
}

}  // namespace

TorchStateDict read_torch_state_dict(std::span<const std::uint8_t> content, std::string_view file) {
  const Pickle pickle = read_pickle(content, allowed, file);
  TorchStateDict result{StateDictReader(pickle, file).read(), pickle.size()};
  check_storages(result.tensors);
  return result;
}

NamedTensor gather(const TorchTensor& tensor, std::span<const std::uint8_t> storage, bool big_endian) {
  NamedTensor result{tensor.name, tensor.shape, {}};
  const std::uint64_t count = element_count(tensor.shape, tensor.place);
  result.values.resize(count);
  std::vector<std::uint64_t> index(tensor.shape.size(), 0);
  StoredType type = tensor.storage.type;
  type.big_endian = big_endian;
  std::uint64_t at = tensor.offset;
  for (float& value : result.values) {
    value = element(type, storage, at);
    // Counts up the indices, the last fastest.
    for (std::size_t axis = index.size(); axis-- > 0;) {
      at += tensor.strides[axis];
      if (++index[axis] < tensor.shape[axis]) break;
      at -= index[axis] * tensor.strides[axis];
      index[axis] = 0;
    }
  }
  return result;
}

}  // namespace inforelay
