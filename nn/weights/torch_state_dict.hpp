// The state dict in a file of PyTorch: names, and the place of the tensors in their storages. Both of PyTorch's formats
// hold the same pickle; they differ in the location of the storages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/weights/tensors.hpp"

namespace inforelay {

/// An array of numbers that tensors refer to.
struct TorchStorage {
  std::string key;
  StoredType type{};
  std::uint64_t size = 0;  ///< elements
};

struct TorchTensor {
  std::string name;
  std::string place;  ///< "a.pt: tensor 'x.weight'", for messages
  TorchStorage storage;
  std::uint64_t offset = 0;                       ///< elements from the start of the storage
  std::vector<std::uint64_t> shape{}, strides{};  ///< strides in elements
};

struct TorchStateDict {
  std::vector<TorchTensor> tensors;  ///< in the order of the dict
  std::size_t pickle_bytes = 0;      ///< length of the pickle
};

/// Reads the pickle that `content` begins with. Every tensor is within its storage, no two indices of one refer to the
/// same element, and all have together at most max_weights elements; tensors may share a storage, within max_sharing.
/// `file` is its name in errors. Throws DataError, as read_pickle(), and for anything but a dict from names to
/// tensors, or more than max_tensors tensors or max_layers layers.
TorchStateDict read_torch_state_dict(std::span<const std::uint8_t> content, std::string_view file);

/// The tensor's values, row-major, from the bytes of its storage; these are at least storage.size elements.
NamedTensor gather(const TorchTensor& tensor, std::span<const std::uint8_t> storage, bool big_endian);

}  // namespace inforelay
