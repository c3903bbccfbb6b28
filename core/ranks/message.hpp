// The bytes of messages: numbers, texts and arrays one after another, each array after its size. All ranks have the
// same architecture, so numbers are sent as they are in memory.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/axes.hpp"
#include "core/error.hpp"
#include "core/ranks/ranks.hpp"

namespace inforelay {

template <class T>
concept MessageNumber = std::is_arithmetic_v<T> || std::is_enum_v<T>;

class MessageWriter {
 public:
  template <MessageNumber T>
  MessageWriter& number(T value) {
    return raw(&value, sizeof value);
  }
  template <MessageNumber T>
  MessageWriter& array(std::span<const T> values) {
    number(static_cast<std::uint64_t>(values.size()));
    return raw(values.data(), values.size_bytes());
  }
  template <MessageNumber T>
  MessageWriter& array(const std::vector<T>& values) {
    return array(std::span<const T>(values));
  }
  template <MessageNumber T>
  MessageWriter& matrix(const RowMatrix<T>& values) {
    number(static_cast<std::uint64_t>(values.rows()));
    return array(std::span<const T>(values.data(), static_cast<std::size_t>(values.size())));
  }
  MessageWriter& text(std::string_view value) { return array(std::span<const char>(value)); }
  MessageWriter& texts(const std::vector<std::string>& values) {
    number(static_cast<std::uint64_t>(values.size()));
    for (const std::string& value : values) text(value);
    return *this;
  }

  Bytes take() { return std::move(bytes_); }

 private:
  MessageWriter& raw(const void* data, std::size_t size);

  Bytes bytes_;
};

/// Reads in the order of writing. Every function throws DataError if the bytes end early; no memory is allocated for
/// more than is there.
class MessageReader {
 public:
  explicit MessageReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  template <MessageNumber T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  /// A number of [low,high]; throws DataError, with `what`, for any other.
  template <std::integral T>
  T number(T low, T high, std::string_view what) {
    const T value = number<T>();
    if (value < low || value > high) throw DataError("a message between ranks is damaged: {} is {}", what, value);
    return value;
  }
  template <MessageNumber T>
  std::vector<T> array() {
    const auto bytes = take_items(number<std::uint64_t>(), sizeof(T));
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  template <MessageNumber T>
  RowMatrix<T> matrix() {
    const auto rows = number<std::uint64_t>();
    const auto bytes = take_items(number<std::uint64_t>(), sizeof(T));
    const std::size_t size = bytes.size() / sizeof(T);
    if (rows == 0 ? size != 0 : size % rows != 0) fail("a matrix that is not of whole rows");
    if (rows > size && rows != 0) fail("a matrix without columns");
    RowMatrix<T> values(static_cast<Eigen::Index>(rows), rows == 0 ? 0 : static_cast<Eigen::Index>(size / rows));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  std::string text();
  std::vector<std::string> texts();
  /// Throws DataError if bytes are left.
  void finish() const;

 private:
  [[noreturn]] static void fail(std::string_view what);
  std::span<const std::uint8_t> take(std::size_t size);
  std::span<const std::uint8_t> take_items(std::uint64_t count, std::size_t size);

  std::span<const std::uint8_t> rest_;
};

}  // namespace inforelay
