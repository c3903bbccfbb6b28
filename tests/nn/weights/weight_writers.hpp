// Slow and obvious writers of weight files, which can also be told to write what no program would.
#pragma once

#include <zlib.h>

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inforelay::test {

using Bytes = std::vector<std::uint8_t>;

template <class T>
std::vector<T> operator+(std::vector<T> a, const std::vector<T>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

/// `value` in `size` <= 8 bytes, little endian or big.
inline Bytes number(std::uint64_t value, std::size_t size, bool big_endian = false) {
  Bytes bytes;
  for (std::size_t i = 0; i < size; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(value >> (8 * (big_endian ? size - 1 - i : i))));
  }
  return bytes;
}

inline Bytes floats(const std::vector<float>& values, bool big_endian = false) {
  Bytes bytes;
  for (const float value : values) bytes = bytes + number(std::bit_cast<std::uint32_t>(value), 4, big_endian);
  return bytes;
}

/// safetensors: the header as it is given, then the data.
inline Bytes safetensors(std::string_view header, const Bytes& data) {
  return number(header.size(), 8) + bytes_of(header) + data;
}

// --- pickles: each function gives the operations that push one value ---------------------------------------------

namespace pickle {

inline Bytes op(std::uint8_t code) { return {code}; }
inline Bytes text(std::string_view value) { return op('X') + number(value.size(), 4) + bytes_of(value); }
inline Bytes integer(std::int64_t value) { return Bytes{0x8a, 8} + number(static_cast<std::uint64_t>(value), 8); }
inline Bytes boolean(bool value) { return op(value ? 0x88 : 0x89); }
inline Bytes none() { return op('N'); }
inline Bytes function(std::string_view module, std::string_view name) {
  return op('c') + bytes_of(module) + bytes_of("\n") + bytes_of(name) + bytes_of("\n");
}
inline Bytes joined(const std::vector<Bytes>& parts) {
  Bytes bytes;
  for (const Bytes& part : parts) bytes = bytes + part;
  return bytes;
}
inline Bytes tuple(const std::vector<Bytes>& items) { return op('(') + joined(items) + op('t'); }
inline Bytes list(const std::vector<Bytes>& items) { return op(']') + op('(') + joined(items) + op('e'); }
inline Bytes dict(const std::vector<Bytes>& keys_and_values) {
  return op('}') + op('(') + joined(keys_and_values) + op('u');
}
inline Bytes call(const Bytes& called, const std::vector<Bytes>& arguments) {
  return called + tuple(arguments) + op('R');
}
inline Bytes ordered_dict() { return call(function("collections", "OrderedDict"), {}); }
inline Bytes integers(const std::vector<std::int64_t>& values) {
  std::vector<Bytes> items;
  for (const std::int64_t value : values) items.push_back(integer(value));
  return tuple(items);
}
/// A whole pickle of one value.
inline Bytes file(const Bytes& value) { return Bytes{0x80, 2} + value + op('.'); }

}  // namespace pickle

/// A tensor as PyTorch describes it.
struct TorchTensorSpec {
  std::string name{};
  std::string storage = "0";
  std::int64_t storage_size = 0;
  std::vector<std::int64_t> shape{}, strides{};
  std::int64_t offset = 0;
  std::string storage_type = "FloatStorage";
};

/// A reference to a storage; the legacy format's has a sixth part.
inline Bytes storage_reference(const TorchTensorSpec& tensor, bool legacy) {
  using namespace pickle;
  std::vector<Bytes> parts{text("storage"), function("torch", tensor.storage_type), text(tensor.storage), text("cpu"),
                           integer(tensor.storage_size)};
  if (legacy) parts.push_back(none());
  return tuple(parts) + op('Q');
}

inline Bytes torch_tensor(const TorchTensorSpec& tensor, bool legacy) {
  using namespace pickle;
  return call(function("torch._utils", "_rebuild_tensor_v2"),
              {storage_reference(tensor, legacy), integer(tensor.offset), integers(tensor.shape),
               integers(tensor.strides), boolean(false), ordered_dict()});
}

/// The pickle of a state dict.
inline Bytes state_dict(const std::vector<TorchTensorSpec>& tensors, bool legacy) {
  std::vector<Bytes> items;
  for (const TorchTensorSpec& tensor : tensors) {
    items.push_back(pickle::text(tensor.name));
    items.push_back(torch_tensor(tensor, legacy));
  }
  return pickle::file(pickle::dict(items));
}

/// A storage, by its key: its elements' number and bytes.
struct StorageSpec {
  std::string key;
  std::uint64_t count;
  Bytes bytes;
};

/// PyTorch's legacy format.
struct LegacyFile {
  Bytes magic = pickle::file(Bytes{0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19});
  Bytes protocol = pickle::file(pickle::integer(1001));
  Bytes system = pickle::file(pickle::dict({pickle::text("little_endian"), pickle::boolean(true)}));
  Bytes dict{};  ///< pickled
  std::vector<StorageSpec> storages{};

  Bytes bytes() const {
    std::vector<Bytes> keys;
    Bytes data;
    for (const StorageSpec& storage : storages) {
      keys.push_back(pickle::text(storage.key));
      data = data + number(storage.count, 8) + storage.bytes;
    }
    return magic + protocol + system + dict + pickle::file(pickle::list(keys)) + data;
  }
};

// --- zip, APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16 -----------------------------------------------------------

struct ZipEntry {
  std::string name;
  Bytes content{};
  std::uint16_t method = 0;  ///< as claimed; the content is always stored
  std::uint64_t size_claimed = ~std::uint64_t{0};
  /// Takes no room of its own: the directory refers to the local record of the entry before it.
  bool lies_in_last = false;
};

inline Bytes zip(const std::vector<ZipEntry>& entries) {
  Bytes file, directory;
  std::size_t local = 0;
  for (const ZipEntry& entry : entries) {
    const std::uint64_t size = entry.size_claimed == ~std::uint64_t{0} ? entry.content.size() : entry.size_claimed;
    const auto sum = ::crc32(0, entry.content.data(), static_cast<uInt>(entry.content.size()));
    const Bytes common = number(10, 2) + number(0, 2) + number(entry.method, 2) + number(0, 2) + number(0x21, 2) +
                         number(sum, 4) + number(entry.method == 0 ? size : entry.content.size(), 4) + number(size, 4) +
                         number(entry.name.size(), 2) + number(0, 2);
    if (!entry.lies_in_last) {
      local = file.size();
      file = file + number(0x04034b50, 4) + common + bytes_of(entry.name) + entry.content;
    }
    directory = directory + number(0x02014b50, 4) + number(10, 2) + common + Bytes(2 + 2 + 2 + 4) + number(local, 4) +
                bytes_of(entry.name);
  }
  const Bytes end = number(0x06054b50, 4) + number(0, 4) + number(entries.size(), 2) + number(entries.size(), 2) +
                    number(directory.size(), 4) + number(file.size(), 4) + number(0, 2);
  return file + directory + end;
}

}  // namespace inforelay::test
