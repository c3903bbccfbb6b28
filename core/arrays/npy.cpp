#include "core/arrays/npy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::uint64_t longest_header = std::uint64_t{1} << 16;

/// Parses the Python dict of a header: these keys and kinds of values, nothing else.
class Dict {
 public:
  Dict(std::string_view text, std::string_view place) : text_(text), place_(place) {}

  NpyHeader read() {
    expect('{');
    bool has_type = false, has_order = false, has_shape = false;
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      bool& there = key == "descr" ? has_type : key == "fortran_order" ? has_order : has_shape;
      if (there || (key != "descr" && key != "fortran_order" && key != "shape")) {
        fail(fmt::format("has the key {}, expected descr, fortran_order and shape, once each", quoted_name(key)));
      }
      there = true;
      if (key == "descr") read_type();
      if (key == "fortran_order") header_.fortran_order = boolean();
      if (key == "shape") read_shape();
      if (!accept(',') && peek() != '}') fail("is no Python dict of one line");
    }
    if (!has_type || !has_order || !has_shape) fail("lacks one of descr, fortran_order and shape");
    skip();
    if (at_ != text_.size()) fail("continues after its dict");
    return std::move(header_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw DataError("{}: the header of npy {}: {}", place_, what, quoted_name(text_));
  }
  [[noreturn]] void refuse(std::string_view kind) const {
    throw DataError("{} holds {}, expected integers, bool, floats of 16, 32 or 64 bits, or text", place_, kind);
  }

  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  char peek() {
    skip();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(fmt::format("has no '{}' at byte {}", c, at_));
  }

  std::string quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail(fmt::format("has no quoted text at byte {}", at_));
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("has an open quote");
    const std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return std::string(inner);
  }

  bool boolean() {
    skip();
    for (const auto& [word, value] : {std::pair("True", true), std::pair("False", false)}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += std::string_view(word).size();
      return value;
    }
    fail("has a fortran_order other than True and False");
  }

  std::uint64_t whole_number() {
    skip();
    std::size_t end = at_;
    while (end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end]))) ++end;
    const auto value = number_from<std::uint64_t>(text_.substr(at_, end - at_));
    if (!value) fail(fmt::format("has no extent below 2^64 at byte {}", at_));
    at_ = end;
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2
    return *value;
  }

  void read_shape() {
    expect('(');
    while (!accept(')')) {
      if (header_.shape.size() == most_axes) fail(fmt::format("has more than {} axes", most_axes));
      header_.shape.push_back(whole_number());
      if (!accept(',') && peek() != ')') fail("has a shape that is no tuple");
    }
  }

  void read_type() {
    if (peek() == '[') refuse("structures (a dtype with fields)");
    const std::string text = quoted();
    std::string_view rest = text;
    if (rest.empty()) fail("has an empty dtype");
    const bool is_order = std::string_view("<>|=").find(rest[0]) != std::string_view::npos;
    // '=' and nothing are the writer's own order, which the file does not tell.
    const char order = is_order ? rest[0] : '=';
    if (is_order) rest.remove_prefix(1);
    const char kind = rest.empty() ? '\0' : rest[0];
    const auto size = rest.empty() ? std::nullopt : number_from<std::uint64_t>(rest.substr(1));
    if (kind == 'O') refuse("pickled Python objects (dtype object), which are not read since they can execute code");
    if (kind == 'c') refuse(fmt::format("complex numbers (dtype {})", quoted_name(text)));
    if (kind == 'M' || kind == 'm') refuse(fmt::format("dates or times (dtype {})", quoted_name(text)));
    if (kind == 'V') refuse(fmt::format("raw bytes (dtype {})", quoted_name(text)));
    if ((kind == 'f' || kind == 'g') && size > 8) refuse(fmt::format("long doubles (dtype {})", quoted_name(text)));
    const auto is_one_of = [&](std::initializer_list<std::uint64_t> sizes) {
      return size && std::find(sizes.begin(), sizes.end(), *size) != sizes.end();
    };
    std::uint64_t unit = 1;
    ElementKind element{};
    bool known = false;
    if (kind == 'b') known = is_one_of({1}), element = ElementKind::boolean;
    if (kind == 'i') known = is_one_of({1, 2, 4, 8}), element = ElementKind::signed_integer;
    if (kind == 'u') known = is_one_of({1, 2, 4, 8}), element = ElementKind::unsigned_integer;
    if (kind == 'f') known = is_one_of({2, 4, 8}), element = ElementKind::floating;
    if (kind == 'S') known = size && *size > 0, element = ElementKind::bytes;
    if (kind == 'U') known = size && *size > 0, element = ElementKind::unicode, unit = 4;
    constexpr std::uint64_t longest_text = std::uint64_t{1} << 24;
    if (!known || *size > longest_text) refuse(fmt::format("elements of dtype {}", quoted_name(text)));
    header_.type = {element, *size * unit, order == '>'};
    const bool has_order = element != ElementKind::bytes && header_.type.size > 1;
    if (has_order && order != '<' && order != '>') fail("does not tell the order of the bytes");
  }

  std::string_view text_, place_;
  std::size_t at_ = 0;
  NpyHeader header_;
};

}  // namespace

NpyHeader read_npy_header(const ByteSource& bytes, std::string_view place) {
  std::array<std::uint8_t, 12> start{};
  constexpr std::size_t short_start = 10;
  std::size_t used = bytes({start.data(), short_start});
  const std::string_view first(reinterpret_cast<const char*>(start.data()), magic.size());
  if (used < short_start || first != magic) throw DataError("{}: is not of NumPy's npy format", place);
  const unsigned version = start[6];
  if (version < 1 || version > 3) throw DataError("{}: is npy of version {}, expected 1 to 3", place, version);
  std::uint64_t length = start[8] | std::uint64_t{start[9]} << 8;
  if (version > 1) {
    used += bytes({start.data() + short_start, 2});
    length |= std::uint64_t{start[10]} << 16 | std::uint64_t{start[11]} << 24;
  }
  if (length > longest_header) {
    throw DataError("{}: npy claims a header of {} bytes, expected at most {}", place, length, longest_header);
  }
  std::string text(length, '\0');
  const std::size_t read = bytes({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (read < length) throw DataError("{}: the header of npy is cut off", place);
  NpyHeader header = Dict(text, place).read();
  header.bytes = used + length;
  return header;
}

FileArray read_npy(const ByteSource& bytes, std::uint64_t size, std::uint64_t max_bytes, std::string_view place,
                   const Progress& progress) {
  NpyHeader header = read_npy_header(bytes, place);
  const std::uint64_t count = checked_count(header.type, header.shape, max_bytes, place);
  if (size < header.bytes || size - header.bytes != count * header.type.size) {
    throw DataError("{} has {} bytes after its header, expected {} for shape {} of {}", place,
                    size < header.bytes ? 0 : size - header.bytes, count * header.type.size, shape_text(header.shape),
                    name_of(header.type));
  }
  FileArray array{std::move(header.shape), {}, std::string(place)};
  array.values = read_elements(header.type, count, bytes, place, progress);
  std::uint8_t beyond = 0;
  if (bytes({&beyond, 1}) > 0) throw DataError("{} continues after its {} elements", place, count);
  if (header.fortran_order) to_row_major(array.values, array.shape);
  return array;
}

std::vector<std::uint8_t> npy_start(const StoredType& type, bool fortran_order,
                                    const std::vector<std::uint64_t>& shape) {
  constexpr std::string_view letters = "biuf?SU";  // in the order of ElementKind
  const char letter = letters[static_cast<std::size_t>(type.kind)];
  const std::uint64_t size = type.kind == ElementKind::unicode ? type.size / 4 : type.size;
  std::string header =
      fmt::format("{{'descr': '{}{}{}', 'fortran_order': {}, 'shape': ({}{}), }}\n", type.big_endian ? '>' : '<',
                  letter, size, fortran_order ? "True" : "False", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  std::string start(magic);
  start += std::string("\x02\0", 2);
  for (int byte = 0; byte < 4; ++byte) start += static_cast<char>(header.size() >> (8 * byte) & 0xff);
  start += header;
  return {start.begin(), start.end()};
}

}  // namespace inforelay
