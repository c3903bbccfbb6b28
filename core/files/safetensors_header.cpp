#include "core/files/safetensors_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

constexpr std::size_t max_metadata = 1024;
constexpr std::uint64_t max_header_bytes = 100'000'000;  // the format's own limit

/// Receives the events of nlohmann's parser, which keeps its own depth on the heap.
class Handler : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Handler(std::string_view file) : file_(file) {}

  SafetensorsHeader take() {
    for (const auto& tensor : header_.tensors) {
      for (const auto& [there, field] : {std::pair(tensor.has_dtype, "dtype"), std::pair(tensor.has_shape, "shape"),
                                         std::pair(tensor.has_offsets, "data_offsets")}) {
        if (!there) fail("tensor {} has no {}", quoted_name(tensor.name), field);
      }
    }
    return std::move(header_);
  }

  bool start_object(std::size_t) override {
    switch (level_) {
      case Level::start:
        level_ = Level::root;
        return true;
      case Level::root:
        level_ = key_ == "__metadata__" ? Level::metadata : Level::tensor;
        if (level_ == Level::tensor) header_.tensors.push_back({.name = key_});
        if (header_.tensors.size() > max_tensors) fail("more than {} tensors", max_tensors);
        return true;
      default:
        refuse("an object");
    }
  }

  bool end_object() override {
    level_ = level_ == Level::root ? Level::end : Level::root;
    return true;
  }

  bool key(std::string& name) override {
    key_ = name;
    bool fresh = true;
    if (level_ == Level::root) fresh = names_.insert(name).second;
    if (level_ == Level::metadata) {
      fresh = header_.metadata.emplace(name, "").second;
      if (header_.metadata.size() > max_metadata) fail("more than {} entries of metadata", max_metadata);
    }
    if (level_ == Level::tensor) {
      auto& tensor = header_.tensors.back();
      bool* there = name == "dtype"          ? &tensor.has_dtype
                    : name == "shape"        ? &tensor.has_shape
                    : name == "data_offsets" ? &tensor.has_offsets
                                             : nullptr;
      if (there == nullptr) {
        fail("tensor {} has a key {}, expected dtype, shape and data_offsets", quoted_name(tensor.name),
             quoted_name(name));
      }
      fresh = !std::exchange(*there, true);
    }
    if (!fresh) fail("duplicate key {}", quoted_name(name));
    return true;
  }

  bool string(std::string& value) override {
    if (level_ == Level::metadata) {
      header_.metadata[key_] = value;
    } else if (level_ == Level::tensor && key_ == "dtype") {
      header_.tensors.back().dtype = value;
    } else {
      refuse(quoted_name(value));
    }
    return true;
  }

  bool start_array(std::size_t) override {
    if (level_ != Level::tensor || key_ == "dtype") refuse("a list");
    level_ = Level::numbers;
    return true;
  }

  bool end_array() override {
    level_ = Level::tensor;
    if (key_ == "data_offsets" && list().size() != 2) refuse(fmt::format("a list of {} numbers", list().size()));
    return true;
  }

  bool number_unsigned(std::uint64_t value) override {
    if (level_ != Level::numbers) refuse(fmt::format("{}", value));
    if (list().size() >= max_tensor_rank) refuse(fmt::format("more than {} numbers", max_tensor_rank));
    list().push_back(value);
    return true;
  }

  bool null() override { refuse("null"); }
  bool boolean(bool value) override { refuse(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { refuse(fmt::format("{}", value)); }
  bool number_float(double, const std::string& text) override { refuse(quoted_name(text)); }
  bool binary(binary_t&) override { refuse("binary data"); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    // nlohmann's words: "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while ..."
    std::string_view reason = error.what();
    if (const auto colon = reason.find(": "); colon != reason.npos) reason.remove_prefix(colon + 2);
    fail("is not JSON at byte {}: {}", position, quoted_name(reason));
  }

 private:
  enum class Level { start, root, metadata, tensor, numbers, end };

  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> what, Arguments&&... arguments) const {
    throw DataError("{}: header of safetensors: {}", file_, fmt::format(what, std::forward<Arguments>(arguments)...));
  }

  /// The value found is not allowed at its place.
  [[noreturn]] void refuse(std::string_view found) const {
    switch (level_) {
      case Level::metadata:
        fail("metadata {} is {}, expected text", quoted_name(key_), found);
      case Level::tensor:
      case Level::numbers:
        fail("tensor {}: {} {} {}, expected {}", quoted_name(header_.tensors.back().name), key_,
             level_ == Level::numbers ? "holds" : "is", found,
             key_ == "dtype"   ? "the name of a type"
             : key_ == "shape" ? "a list of whole numbers from 0"
                               : "a list of two whole numbers from 0");
      case Level::root:
        fail("{} is {}, expected an object", quoted_name(key_), found);
      case Level::start:
      case Level::end:
        break;
    }
    fail("is {}, expected an object", found);
  }

  std::vector<std::uint64_t>& list() {
    auto& tensor = header_.tensors.back();
    return key_ == "shape" ? tensor.shape : tensor.data_offsets;
  }

  std::string_view file_;
  SafetensorsHeader header_;
  std::set<std::string> names_;
  Level level_ = Level::start;
  std::string key_;
};

}  // namespace

bool is_safetensors(std::span<const std::uint8_t> content) {
  return content.size() > safetensors_length_bytes && content[safetensors_length_bytes] == '{';
}

std::uint64_t safetensors_header_end(std::span<const std::uint8_t> content, std::uint64_t size, std::string_view file) {
  if (!is_safetensors(content)) throw DataError("{}: is not a safetensors file: expected 8 bytes and then '{{'", file);
  std::uint64_t length = 0;
  for (std::size_t i = safetensors_length_bytes; i-- > 0;) length = length << 8 | content[i];
  const std::uint64_t most = std::min<std::uint64_t>(max_header_bytes, size - safetensors_length_bytes);
  if (length > most) {
    throw DataError("{}: safetensors claims a header of {} bytes, expected at most {}", file, length, most);
  }
  return safetensors_length_bytes + length;
}

SafetensorsHeader parse_safetensors_header(std::span<const std::uint8_t> start, std::string_view file) {
  const auto json = start.subspan(safetensors_length_bytes);
  Handler handler(file);
  nlohmann::json::sax_parse(json, &handler);
  return handler.take();
}

void sort_safetensors(SafetensorsHeader& header, std::uint64_t data_bytes, std::string_view file) {
  std::stable_sort(header.tensors.begin(), header.tensors.end(),
                   [](const auto& a, const auto& b) { return a.data_offsets < b.data_offsets; });
  std::uint64_t reached = 0;
  for (const auto& tensor : header.tensors) {
    const std::uint64_t begin = tensor.data_offsets[0], end = tensor.data_offsets[1];
    if (begin != reached || end < begin || end > data_bytes) {
      throw DataError("{}: tensor {} has data_offsets [{},{}], expected to begin at {} and to end at or before {}",
                      file, quoted_name(tensor.name), begin, end, reached, data_bytes);
    }
    reached = end;
  }
  if (reached != data_bytes) {
    throw DataError("{}: the tensors end at {} of {} bytes of data, expected at the end", file, reached, data_bytes);
  }
}

}  // namespace inforelay
