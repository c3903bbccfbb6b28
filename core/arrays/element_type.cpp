#include "core/arrays/element_type.hpp"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <limits>
#include <utility>

#include "core/error.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

std::uint64_t bits_of(const std::uint8_t* bytes, const StoredType& type) {
  std::uint64_t bits = 0;
  const std::size_t size = type.size;
  for (std::size_t i = 0; i < size; ++i) bits = bits << 8 | bytes[type.big_endian ? i : size - 1 - i];
  return bits;
}

/// Bits of type.size bytes as a signed integer.
std::int64_t signed_of(std::uint64_t bits, std::uint64_t size) {
  const auto unused = static_cast<int>(64 - 8 * size);
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

float float_of(std::uint64_t bits, const StoredType& type) {
  if (type.kind == ElementKind::brain_float) return std::bit_cast<float>(static_cast<std::uint32_t>(bits << 16));
  if (type.size == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(static_cast<std::uint16_t>(bits)));
}

/// Appends the code point as UTF-8; false if it is none.
bool append_utf8(std::uint64_t point, std::string& text) {
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
  const auto put = [&](std::uint64_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
  return true;
}

/// Reads elements block by block; convert(bytes of one element, its number) gives the value.
template <class T, class Convert>
std::vector<T> elements(const StoredType& type, std::uint64_t count, const ByteSource& bytes, std::string_view place,
                        const Progress& progress, Convert convert) {
  constexpr std::uint64_t block_bytes = std::uint64_t{1} << 20;
  const std::uint64_t at_once = std::max<std::uint64_t>(1, block_bytes / type.size);
  std::vector<T> values;
  values.reserve(count);
  std::vector<std::uint8_t> block(std::min(count, at_once) * type.size);
  for (std::uint64_t done = 0; done < count;) {
    progress.check();
    const std::uint64_t now = std::min(at_once, count - done);
    const std::size_t read = bytes({block.data(), now * type.size});
    if (read < now * type.size) {
      throw DataError("{} ends after {} of {} elements: the file is cut off", place, done + read / type.size, count);
    }
    for (std::uint64_t i = 0; i < now; ++i) values.push_back(convert(block.data() + i * type.size, done + i));
    done += now;
  }
  return values;
}

std::string text_of(const std::uint8_t* bytes, const StoredType& type, std::uint64_t index, std::string_view place) {
  if (type.kind == ElementKind::bytes) {
    std::string text(reinterpret_cast<const char*>(bytes), type.size);
    text.erase(text.find_last_not_of('\0') + 1);
    return text;
  }
  const StoredType character{ElementKind::unsigned_integer, 4, type.big_endian};
  std::uint64_t length = type.size / 4;
  while (length > 0 && bits_of(bytes + 4 * (length - 1), character) == 0) --length;
  std::string text;
  for (std::uint64_t i = 0; i < length; ++i) {
    const std::uint64_t point = bits_of(bytes + 4 * i, character);
    if (!append_utf8(point, text))
      throw DataError("{}: element {} has the invalid character {:#x}", place, index, point);
  }
  return text;
}

using Kind = ElementKind;
constexpr std::array<std::pair<std::string_view, StoredType>, 13> safetensors_types{
    {{"BOOL", {Kind::boolean, 1}},
     {"U8", {Kind::unsigned_integer, 1}},
     {"I8", {Kind::signed_integer, 1}},
     {"U16", {Kind::unsigned_integer, 2}},
     {"I16", {Kind::signed_integer, 2}},
     {"U32", {Kind::unsigned_integer, 4}},
     {"I32", {Kind::signed_integer, 4}},
     {"U64", {Kind::unsigned_integer, 8}},
     {"I64", {Kind::signed_integer, 8}},
     {"F16", {Kind::floating, 2}},
     {"BF16", {Kind::brain_float, 2}},
     {"F32", {Kind::floating, 4}},
     {"F64", {Kind::floating, 8}}}};

}  // namespace

std::optional<StoredType> safetensors_type(std::string_view dtype) {
  for (const auto& [name, type] : safetensors_types) {
    if (name == dtype) return type;
  }
  return std::nullopt;
}

float as_float(const std::uint8_t* bytes, const StoredType& type) {
  const std::uint64_t bits = bits_of(bytes, type);
  switch (type.kind) {
    case ElementKind::boolean:
    case ElementKind::unsigned_integer:
      return static_cast<float>(bits);
    case ElementKind::signed_integer:
      return static_cast<float>(signed_of(bits, type.size));
    case ElementKind::floating:
      if (type.size == 8) return static_cast<float>(std::bit_cast<double>(bits));
      break;
    case ElementKind::brain_float:
    case ElementKind::bytes:
    case ElementKind::unicode:
      break;
  }
  assert(type.kind == ElementKind::floating || type.kind == ElementKind::brain_float);
  return float_of(bits, type);
}

std::string name_of(const StoredType& type) {
  switch (type.kind) {
    case ElementKind::boolean:
      return "bool";
    case ElementKind::signed_integer:
      return fmt::format("int{}", 8 * type.size);
    case ElementKind::unsigned_integer:
      return fmt::format("uint{}", 8 * type.size);
    case ElementKind::floating:
      return fmt::format("float{}", 8 * type.size);
    case ElementKind::brain_float:
      return "bfloat16";
    case ElementKind::bytes:
    case ElementKind::unicode:
      break;
  }
  return "text";
}

std::uint64_t bytes_in_memory(const StoredType& type) {
  switch (type.kind) {
    case ElementKind::boolean:
      return 1;
    case ElementKind::signed_integer:
      return 8;
    case ElementKind::unsigned_integer:
      return type.size == 1 ? 1 : 8;
    case ElementKind::floating:
    case ElementKind::brain_float:
      return type.size == 8 ? 8 : 4;
    case ElementKind::bytes:
    case ElementKind::unicode:
      break;
  }
  return sizeof(std::string) + type.size;
}

std::uint64_t checked_count(const StoredType& type, std::span<const std::uint64_t> shape, std::uint64_t max_bytes,
                            std::string_view place) {
  if (shape.size() > most_axes) throw DataError("{} has {} axes, expected at most {}", place, shape.size(), most_axes);
  const std::uint64_t each = std::max(type.size, bytes_in_memory(type));
  std::uint64_t product = 1, room = max_bytes / each;
  for (const std::uint64_t extent : shape) {
    if (extent > room) {
      throw DataError("{} of shape {} and type {} takes more than the {} bytes allowed", place, shape_text(shape),
                      name_of(type), max_bytes);
    }
    product *= extent;
    if (extent > 1) room /= extent;
  }
  return product;
}

FileArrayValues read_elements(const StoredType& type, std::uint64_t count, const ByteSource& bytes,
                              std::string_view place, const Progress& progress) {
  assert(type.size > 0);
  const auto read = [&]<class T>(T, auto convert) { return elements<T>(type, count, bytes, place, progress, convert); };
  switch (type.kind) {
    case ElementKind::boolean:
      return read(std::uint8_t{}, [&](const std::uint8_t* at, std::uint64_t i) {
        if (*at > 1) throw DataError("{}: element {} of type bool is {}, expected 0 or 1", place, i, *at);
        return *at;
      });
    case ElementKind::signed_integer:
      return read(std::int64_t{},
                  [&](const std::uint8_t* at, std::uint64_t) { return signed_of(bits_of(at, type), type.size); });
    case ElementKind::unsigned_integer:
      if (type.size == 1) return read(std::uint8_t{}, [](const std::uint8_t* at, std::uint64_t) { return *at; });
      return read(std::int64_t{}, [&](const std::uint8_t* at, std::uint64_t i) {
        const std::uint64_t value = bits_of(at, type);
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
          throw DataError("{}: element {} is {}, expected at most 2^63 - 1", place, i, value);
        }
        return static_cast<std::int64_t>(value);
      });
    case ElementKind::floating:
      if (type.size == 8) {
        return read(double{},
                    [&](const std::uint8_t* at, std::uint64_t) { return std::bit_cast<double>(bits_of(at, type)); });
      }
      [[fallthrough]];
    case ElementKind::brain_float:
      return read(float{}, [&](const std::uint8_t* at, std::uint64_t) { return float_of(bits_of(at, type), type); });
    case ElementKind::bytes:
    case ElementKind::unicode:
      break;
  }
  return read(std::string{}, [&](const std::uint8_t* at, std::uint64_t i) { return text_of(at, type, i, place); });
}

void to_row_major(FileArrayValues& values, std::span<const std::uint64_t> shape) {
  if (shape.size() < 2) return;
  // Distance in the row-major result between neighbours along each axis.
  std::vector<std::uint64_t> strides(shape.size(), 1);
  for (std::size_t axis = shape.size() - 1; axis-- > 0;) strides[axis] = strides[axis + 1] * shape[axis + 1];
  std::visit(
      [&](auto& stored) {
        std::remove_reference_t<decltype(stored)> ordered(stored.size());
        std::vector<std::uint64_t> at(shape.size(), 0);
        std::uint64_t to = 0;
        for (auto& value : stored) {
          ordered[to] = std::move(value);
          for (std::size_t axis = 0; axis < shape.size(); ++axis) {  // the first axis runs fastest
            to += strides[axis];
            if (++at[axis] < shape[axis]) break;
            to -= strides[axis] * shape[axis];
            at[axis] = 0;
          }
        }
        stored = std::move(ordered);
      },
      values);
}

}  // namespace inforelay
