#include "core/config/printer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/text/byte_count.hpp"

namespace inforelay {
namespace {

// A double-quoted YAML scalar (also one of JSON).
std::string yaml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

// Means the same without quotes, also inside [] and {}.
bool is_plain(std::string_view text) {
  constexpr std::string_view punctuation = "+-./_";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           punctuation.find(c) != std::string_view::npos;
  });
}

std::string series_text(const ConfigSeries& series) {
  if (series.kind == ConfigSeries::Kind::values) {
    std::vector<std::string> values;
    for (const ConfigNode& value : series.values) values.push_back(to_yaml(value));
    return fmt::format("{{values: [{}]}}", fmt::join(values, ", "));
  }
  return fmt::format("{{{}: {{low: {}, high: {}{}}}}}",
                     series.kind == ConfigSeries::Kind::range ? "range" : "log_range", series.low, series.high,
                     series.count ? fmt::format(", count: {}", *series.count) : "");
}

}  // namespace

std::string to_yaml(const ConfigNode& node) {
  std::vector<std::string> parts;
  switch (node.kind) {
    case ConfigNode::Kind::null:
      return "null";
    case ConfigNode::Kind::scalar:
      return !node.quoted && is_plain(node.text) ? node.text : yaml_string(node.text);
    case ConfigNode::Kind::list:
      for (const ConfigNode& item : node.items) parts.push_back(to_yaml(item));
      return fmt::format("[{}]", fmt::join(parts, ", "));
    case ConfigNode::Kind::map:
      break;
  }
  for (const auto& entry : node.entries) {
    const std::string key = is_plain(entry.key) ? entry.key : yaml_string(entry.key);
    parts.push_back(fmt::format("{}: {}", key, to_yaml(entry.value)));
  }
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

void ConfigPrinter::line(ConfigKey key, std::string_view value) { line(key.name, value); }
void ConfigPrinter::line(std::string_view key, std::string_view value) {
  text_ += fmt::format("{:{}}{}:{}{}\n", "", 2 * depth_, key, value.empty() ? "" : " ", value);
}

void ConfigPrinter::boolean(ConfigKey key, bool& value) { line(key, value ? "true" : "false"); }
void ConfigPrinter::integer(ConfigKey key, std::int64_t& value, ConfigBounds<std::int64_t>) {
  line(key, fmt::format("{}", value));
}
// {} prints the shortest text that reads back as the same double.
void ConfigPrinter::number(ConfigKey key, double& value, ConfigBounds<double>) { line(key, fmt::format("{}", value)); }
void ConfigPrinter::number(ConfigKey key, std::optional<double>& value, ConfigBounds<double> bounds) {
  if (value) number(key, *value, bounds);
}
void ConfigPrinter::byte_count(ConfigKey key, std::optional<std::uint64_t>& value, ConfigBounds<std::uint64_t>) {
  if (value) line(key, yaml_string(byte_count_text(*value)));
}
void ConfigPrinter::name(ConfigKey key, std::string& value) { line(key, yaml_string(value)); }
void ConfigPrinter::text(ConfigKey key, std::string& value) {
  if (!value.empty()) line(key, yaml_string(value));
}
void ConfigPrinter::path(ConfigKey key, std::filesystem::path& value) {
  if (!value.empty()) line(key, yaml_string(value.string()));
}
void ConfigPrinter::paths(ConfigKey key, std::vector<std::filesystem::path>& values, ConfigLength) {
  if (values.empty()) return;
  std::vector<std::string> quoted;
  for (const std::filesystem::path& value : values) quoted.push_back(yaml_string(value.string()));
  line(key, fmt::format("[{}]", fmt::join(quoted, ", ")));
}
void ConfigPrinter::integers(ConfigKey key, std::vector<std::int64_t>& values, ConfigBounds<std::int64_t>,
                             ConfigLength length) {
  // A list that must not be empty, and is, was not given.
  if (values.empty() && length.low > 0) return;
  line(key, fmt::format("[{}]", fmt::join(values, ", ")));
}

void ConfigPrinter::words(ConfigKey key, std::vector<std::string>& values) {
  if (values.empty()) return;
  std::vector<std::string> parts;
  for (const std::string& value : values) parts.push_back(is_plain(value) ? value : yaml_string(value));
  line(key, fmt::format("[{}]", fmt::join(parts, ", ")));
}
void ConfigPrinter::series(ConfigKey key, std::vector<ConfigSeries>& series) {
  if (series.empty()) return;
  enter(key);
  for (const ConfigSeries& one : series) line(one.path, series_text(one));
  leave();
}
void ConfigPrinter::assignments(ConfigKey key, std::vector<std::vector<ConfigAssignment>>& maps) {
  std::vector<std::string> texts;
  for (const auto& map : maps) {
    std::vector<std::string> parts;
    for (const ConfigAssignment& one : map) parts.push_back(fmt::format("{}: {}", one.path, to_yaml(one.value)));
    texts.push_back(fmt::format("{{{}}}", fmt::join(parts, ", ")));
  }
  line(key, fmt::format("[{}]", fmt::join(texts, ", ")));
}

void ConfigPrinter::choose(ConfigKey key, std::size_t& index, ConfigWords words) { line(key, words[index]); }
void ConfigPrinter::choose(ConfigKey key, std::optional<std::size_t>& index, ConfigWords words) {
  if (index) choose(key, *index, words);
}
void ConfigPrinter::choose_several(ConfigKey key, std::vector<std::size_t>& indices, ConfigWords words) {
  std::vector<std::string_view> chosen;
  for (const std::size_t index : indices) chosen.push_back(words[index]);
  line(key, fmt::format("[{}]", fmt::join(chosen, ", ")));
}

bool ConfigPrinter::enter(ConfigKey key) {
  line(key, "");
  ++depth_;
  return true;
}
bool ConfigPrinter::enter_optional(ConfigKey key, bool present) { return present && enter(key); }
bool ConfigPrinter::enter_names(ConfigKey key, std::vector<std::string>& names) { return !names.empty() && enter(key); }
void ConfigPrinter::leave() { --depth_; }

}  // namespace inforelay
