#include "core/ranks/message.hpp"

namespace inforelay {

MessageWriter& MessageWriter::raw(const void* data, std::size_t size) {
  if (size == 0) return *this;
  const std::size_t begin = bytes_.size();
  bytes_.resize(begin + size);
  std::memcpy(bytes_.data() + begin, data, size);
  return *this;
}

std::string MessageReader::text() {
  const auto bytes = take_items(number<std::uint64_t>(), 1);
  return {bytes.begin(), bytes.end()};
}

std::vector<std::string> MessageReader::texts() {
  const auto count = number<std::uint64_t>();
  if (count > rest_.size() / sizeof(std::uint64_t)) fail("fewer texts than announced");
  std::vector<std::string> values(static_cast<std::size_t>(count));
  for (std::string& value : values) value = text();
  return values;
}

void MessageReader::finish() const {
  if (!rest_.empty()) throw DataError("a message between ranks: {} bytes more than expected", rest_.size());
}

void MessageReader::fail(std::string_view what) { throw DataError("a message between ranks is damaged: {}", what); }

std::span<const std::uint8_t> MessageReader::take(std::size_t size) {
  if (size > rest_.size()) fail("it ends too early");
  const auto taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::span<const std::uint8_t> MessageReader::take_items(std::uint64_t count, std::size_t size) {
  if (count > rest_.size() / size) fail("it ends too early");
  return take(static_cast<std::size_t>(count) * size);
}

}  // namespace inforelay
