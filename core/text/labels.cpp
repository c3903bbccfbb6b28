#include "core/text/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace inforelay {
namespace {

constexpr std::string_view ellipsis = "\u2026";

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }

// Bytes of the first `count` characters.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (begins_character(text[end]) && count-- == 0) break;
  }
  return end;
}

// Bytes that all names begin with, whole characters.
std::size_t common_start(const std::vector<std::string_view>& names) {
  std::size_t length = names.front().size();
  for (const std::string_view name : names) {
    const auto end = std::mismatch(name.begin(), name.end(), names.front().begin(), names.front().end()).first;
    length = std::min(length, static_cast<std::size_t>(end - name.begin()));
  }
  while (length > 0 && length < names.front().size() && !begins_character(names.front()[length])) --length;
  return length;
}

// Bytes that all names end with, whole characters.
std::size_t common_end(const std::vector<std::string_view>& names) {
  const std::string_view first = names.front();
  std::size_t length = first.size();
  for (const std::string_view name : names) {
    const auto end = std::mismatch(name.rbegin(), name.rend(), first.rbegin(), first.rend()).first;
    length = std::min(length, static_cast<std::size_t>(end - name.rbegin()));
  }
  while (length > 0 && !begins_character(first[first.size() - length])) --length;
  return length;
}

bool fit(const std::vector<std::string>& labels, std::size_t longest) {
  return std::all_of(labels.begin(), labels.end(),
                     [&](const std::string& label) { return character_count(label) <= longest; });
}

std::vector<std::string> without_common_parts(const std::vector<std::string>& names) {
  std::vector<std::string_view> rest(names.begin(), names.end());
  const std::size_t start = common_start(rest);
  for (std::string_view& each : rest) each.remove_prefix(start);
  const std::size_t end = common_end(rest);
  std::vector<std::string> labels;
  for (std::string_view each : rest) {
    each.remove_suffix(end);
    labels.push_back(fmt::format("{}{}{}", start > 0 ? ellipsis : "", each, end > 0 ? ellipsis : ""));
  }
  return labels;
}

std::vector<std::string> numbered(const std::vector<std::string>& names, std::size_t longest) {
  std::vector<std::string> labels;
  for (const std::string& name : names) {
    const auto first = std::find(names.begin(), names.end(), name);
    std::string label = fmt::format("({}) ", first - names.begin() + 1);
    const std::size_t left = longest - character_count(label);
    label +=
        character_count(name) <= left ? name : fmt::format("{}{}", name.substr(0, bytes_of(name, left - 1)), ellipsis);
    labels.push_back(std::move(label));
  }
  return labels;
}

}  // namespace

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::vector<std::string> distinct_labels(const std::vector<std::string>& names, std::size_t longest) {
  if (fit(names, longest)) return names;
  std::vector<std::string> labels = without_common_parts(names);
  return fit(labels, longest) ? labels : numbered(names, longest);
}

std::vector<std::string> distinct_ends(const std::vector<std::string>& paths) {
  std::vector<std::string> ends;
  // The first number of parts, from the end, with which all differ.
  for (std::size_t parts = 1;; ++parts) {
    ends.clear();
    for (const std::string& path : paths) {
      std::size_t begin = path.size() + 1;
      for (std::size_t i = 0; i < parts && begin > 0; ++i) {
        const std::size_t dot = begin < 2 ? std::string::npos : path.rfind('.', begin - 2);
        begin = dot == std::string::npos ? 0 : dot + 1;
      }
      ends.push_back(path.substr(begin));
    }
    if (ends == paths || std::set<std::string>(ends.begin(), ends.end()).size() == ends.size()) return ends;
  }
}

}  // namespace inforelay
