#include "core/arrays/file_array.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <new>

#include "core/arrays/array_format.hpp"
#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

using Keys = ArrayFormat::Keys;

constexpr std::array formats{&npy_format, &npz_format, &hdf5_format, &csv_format, &safetensors_format};

const ArrayFormat* find_format(std::string_view ending) {
  for (const ArrayFormat* format : formats) {
    if (std::find(format->endings.begin(), format->endings.end(), ending) != format->endings.end()) return format;
  }
  return nullptr;
}

const ArrayFormat& format_of(const std::filesystem::path& file) {
  if (const ArrayFormat* format = find_format(file.extension().string())) return *format;
  throw UsageError("{}: the name does not tell the format, expected an ending of {}", file.string(), array_endings());
}

/// What a key of the format looks like, for messages.
std::string_view key_example(const ArrayFormat& format) {
  if (format.keys == Keys::columns) return "COLUMN,COLUMN";
  return &format == &hdf5_format ? "/PATH" : "NAME";
}

const ArrayFormat& checked_format(const ArrayPlace& place) {
  const ArrayFormat& format = format_of(place.file);
  const std::string file = place.file.string();
  const bool is_csv = format.keys == Keys::columns;
  const bool has_empty = std::find(place.keys.begin(), place.keys.end(), "") != place.keys.end();
  if (place.mabe && !is_csv) throw UsageError("{}: the format mabe is one of CSV files", file);
  if (format.keys == Keys::none) {
    if (!place.keys.empty())
      throw UsageError("{} holds one array, expected no key {}", file, quoted_name(place.keys[0]));
  } else if (place.keys.empty() || has_empty) {
    throw UsageError("{}: which array? expected {}:{}", file, file, key_example(format));
  } else if (format.keys == Keys::one && place.keys.size() > 1) {
    throw UsageError("{}: a list of {} keys, expected one: lists are for the columns of CSV files", file,
                     place.keys.size());
  }
  return format;
}

/// Memory that is not there although the limit allows it.
template <class Work>
auto with_memory(const std::filesystem::path& file, Work work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    throw DataError("{}: cannot be read: there is not enough memory for its content", file.string());
  }
}

}  // namespace

std::optional<FirstWord> first_word(const FileArray& array) {
  const auto* texts = std::get_if<std::vector<std::string>>(&array.values);
  if (texts == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < texts->size(); ++i) {
    const std::string& text = (*texts)[i];
    if (!number_from<double>(text)) return FirstWord{i, quoted_name(text)};
    if (has_leading_zero(text)) return FirstWord{i, quoted_name(text) + ", a word because of its leading zero"};
  }
  return std::nullopt;
}

bool has_array_ending(const std::filesystem::path& file) { return find_format(file.extension().string()) != nullptr; }

std::string array_endings() {
  std::vector<std::string_view> all;
  for (const ArrayFormat* format : formats) all.insert(all.end(), format->endings.begin(), format->endings.end());
  return fmt::format("{}", fmt::join(all, ", "));
}

ArrayPlace parse_array_place(std::string_view text) {
  ArrayPlace place;
  // The first colon behind a known ending: names of folders and keys may have others.
  std::size_t colon = text.find(':');
  while (colon != std::string_view::npos && !has_array_ending(text.substr(0, colon))) colon = text.find(':', colon + 1);
  place.file = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    std::string_view rest = text.substr(colon + 1);
    const bool is_list = format_of(place.file).keys == Keys::columns;
    for (;;) {
      const std::size_t comma = is_list ? rest.find(',') : std::string_view::npos;
      place.keys.emplace_back(rest.substr(0, comma));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  checked_format(place);
  return place;
}

std::vector<std::string> array_keys(const std::filesystem::path& file, const Progress& progress) {
  return with_memory(file, [&] { return format_of(file).names(file, progress); });
}

FileArrayInfo array_info(const ArrayPlace& place, const Progress& progress) {
  return with_memory(place.file, [&] { return checked_format(place).info(place, progress); });
}

FileArray read_array(const ArrayPlace& place, std::uint64_t max_bytes, const Progress& progress) {
  return with_memory(place.file, [&] { return checked_format(place).read(place, max_bytes, progress); });
}

}  // namespace inforelay
