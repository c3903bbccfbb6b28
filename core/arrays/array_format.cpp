#include "core/arrays/array_format.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "core/error.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {

std::string place_text(const ArrayPlace& place) {
  if (place.keys.empty()) return place.file.string();
  return fmt::format("{}: {}", place.file.string(), quoted_name(fmt::format("{}", fmt::join(place.keys, ","))));
}

void no_such_array(const std::filesystem::path& file, std::string_view key, const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(quoted_name(name));
  throw DataError("{}: has no array {}, expected {}", file.string(), quoted_name(key),
                  names.empty() ? "a file with arrays" : "one of " + listed(quoted));
}

FileArrayInfo info_of(const StoredType& type, std::vector<std::uint64_t> shape, std::string place) {
  const std::uint64_t count = checked_count(type, shape, std::numeric_limits<std::uint64_t>::max(), place);
  return {.shape = std::move(shape),
          .type = name_of(type),
          .bytes = count * bytes_in_memory(type),
          .place = std::move(place)};
}

}  // namespace inforelay
