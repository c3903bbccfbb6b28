#include "core/config/reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/config/printer.hpp"
#include "core/files/data_folder.hpp"
#include "core/text/byte_count.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

std::string unexpected(const ConfigNode& node, std::string_view expected) {
  return fmt::format("expected {}, found {}", expected, node.description());
}

template <class T>
std::string interval(ConfigBounds<T> bounds) {
  using Limits = std::numeric_limits<T>;
  if (bounds.high == Limits::max()) return fmt::format("at least {}", bounds.low);
  if (bounds.low == Limits::lowest()) return fmt::format("at most {}", bounds.high);
  return fmt::format("in [{}, {}]", bounds.low, bounds.high);
}

// "010" is 8 to some readers and 10 to others.
bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

}  // namespace

ConfigReader::ConfigReader(const ConfigNode& root, ConfigErrors& errors) : errors_(errors) {
  levels_.push_back({&root, "", {}});
}

std::string ConfigReader::path_of(std::string_view key) const {
  const std::string& path = levels_.back().path;
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

const ConfigNode* ConfigReader::take(ConfigKey key) {
  levels_.back().known_keys.emplace_back(key.name);
  const ConfigNode* node = levels_.back().map->find(key.name);
  return node && node->kind != ConfigNode::Kind::null ? node : nullptr;
}

void ConfigReader::fail(ConfigKey key, const ConfigNode& node, std::string_view problem) {
  const std::string path = path_of(key.name);
  errors_.add(node.place, path, fmt::format("{}: {}", path, problem));
}

bool ConfigReader::expect(ConfigKey key, const ConfigNode& node, ConfigNode::Kind kind, std::string_view expected) {
  if (node.kind == kind) return true;
  fail(key, node, unexpected(node, expected));
  return false;
}

bool ConfigReader::expect_length(ConfigKey key, const ConfigNode& node, ConfigLength length) {
  if (node.items.size() >= length.low && node.items.size() <= length.high) return true;
  fail(key, node, fmt::format("{} elements; their number must be {}", node.items.size(), interval(length)));
  return false;
}

std::optional<std::int64_t> ConfigReader::parse_integer(ConfigKey key, const ConfigNode& node,
                                                        ConfigBounds<std::int64_t> bounds) {
  const auto value = node.kind == ConfigNode::Kind::scalar && !node.quoted && !has_leading_zero(node.text)
                         ? number_from<std::int64_t>(node.text)
                         : std::nullopt;
  if (!value) {
    fail(key, node, unexpected(node, "an integer (digits only, no leading zero)"));
  } else if (*value < bounds.low || *value > bounds.high) {
    fail(key, node, fmt::format("{} is out of range: must be {}", *value, interval(bounds)));
  } else {
    return value;
  }
  return std::nullopt;
}

std::optional<double> ConfigReader::parse_number(ConfigKey key, const ConfigNode& node, ConfigBounds<double> bounds) {
  const auto value = node.kind == ConfigNode::Kind::scalar && !node.quoted && !has_leading_zero(node.text)
                         ? number_from<double>(node.text)
                         : std::nullopt;
  if (!value || !std::isfinite(*value)) {
    fail(key, node, unexpected(node, "a finite number"));
  } else if (*value < bounds.low || *value > bounds.high) {
    fail(key, node, fmt::format("{} is out of range: must be {}", node.text, interval(bounds)));
  } else {
    return value;
  }
  return std::nullopt;
}

std::optional<std::size_t> ConfigReader::parse_word(ConfigKey key, const ConfigNode& node, ConfigWords words) {
  const std::string one_of = fmt::format("one of {}", fmt::join(words, ", "));
  if (!expect(key, node, ConfigNode::Kind::scalar, one_of)) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), node.text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  const std::string_view near = nearest_word(node.text, {words.begin(), words.end()});
  fail(key, node, unexpected(node, one_of) + (near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  return std::nullopt;
}

bool ConfigReader::is_name(std::string_view text) const {
  constexpr std::size_t longest = 100;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), allowed) && text[0] != '-' &&
         text[0] != '_';
}

bool ConfigReader::is_path(std::string_view text) const {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_name(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

void ConfigReader::boolean(ConfigKey key, bool& value) {
  const ConfigNode* node = take(key);
  if (!node) return;
  if (node->kind == ConfigNode::Kind::scalar && !node->quoted && (node->text == "true" || node->text == "false")) {
    value = node->text == "true";
  } else {
    fail(key, *node, unexpected(*node, "true or false"));
  }
}

void ConfigReader::integer(ConfigKey key, std::int64_t& value, ConfigBounds<std::int64_t> bounds) {
  if (const ConfigNode* node = take(key)) value = parse_integer(key, *node, bounds).value_or(value);
}

void ConfigReader::number(ConfigKey key, double& value, ConfigBounds<double> bounds) {
  if (const ConfigNode* node = take(key)) value = parse_number(key, *node, bounds).value_or(value);
}

void ConfigReader::number(ConfigKey key, std::optional<double>& value, ConfigBounds<double> bounds) {
  if (const ConfigNode* node = take(key)) value = parse_number(key, *node, bounds);
}

void ConfigReader::byte_count(ConfigKey key, std::optional<std::uint64_t>& value, ConfigBounds<std::uint64_t> bounds) {
  const ConfigNode* node = take(key);
  if (!node) return;
  const auto bytes = node->kind == ConfigNode::Kind::scalar ? byte_count_from(node->text) : std::nullopt;
  if (!bytes) {
    fail(key, *node, unexpected(*node, "a number of bytes with its unit (8 GiB, 500 MB)"));
  } else if (*bytes < bounds.low || *bytes > bounds.high) {
    fail(key, *node,
         fmt::format("'{}' is out of range: must be in [{}, {}]", node->text, byte_count_text(bounds.low),
                     byte_count_text(bounds.high)));
  } else {
    value = *bytes;
  }
}

void ConfigReader::name(ConfigKey key, std::string& value) {
  const ConfigNode* node = take(key);
  if (!node) return;
  if (node->kind == ConfigNode::Kind::scalar && is_name(node->text)) {
    value = node->text;
  } else {
    fail(key, *node, unexpected(*node, "a name (letters, digits, '_' and '-', at most 100)"));
  }
}

void ConfigReader::text(ConfigKey key, std::string& value) {
  constexpr std::size_t longest = 200;
  const ConfigNode* node = take(key);
  if (!node || !expect(key, *node, ConfigNode::Kind::scalar, "a text")) return;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (node->text.empty() || node->text.size() > longest ||
      std::any_of(node->text.begin(), node->text.end(), is_control)) {
    return fail(key, *node, fmt::format("must be one line of 1 to {} characters", longest));
  }
  value = node->text;
}

std::optional<std::filesystem::path> ConfigReader::parse_path(ConfigKey key, const ConfigNode& node) {
  if (!expect(key, node, ConfigNode::Kind::scalar, "a path")) return std::nullopt;
  if (node.text.empty() || node.text.find('\0') != std::string::npos) {
    fail(key, node, "a path is not empty and cannot hold a zero byte");
    return std::nullopt;
  }
  if (names_data_folder(node.text)) return std::filesystem::path(node.text).lexically_normal();
  if (node.text.front() == '$') {
    fail(key, node, fmt::format("'{}': the only variable that a path may begin with is $INFORELAY_DATA", node.text));
    return std::nullopt;
  }
  const std::filesystem::path folder = node.place.file ? node.place.file->parent_path() : "";
  return std::filesystem::absolute(folder / node.text).lexically_normal();
}

void ConfigReader::path(ConfigKey key, std::filesystem::path& value) {
  if (const ConfigNode* node = take(key)) value = parse_path(key, *node).value_or(value);
}

void ConfigReader::paths(ConfigKey key, std::vector<std::filesystem::path>& values, ConfigLength length) {
  const ConfigNode* node = take(key);
  if (!node || !expect(key, *node, ConfigNode::Kind::list, "a list of paths")) return;
  if (!expect_length(key, *node, length)) return;
  values.clear();
  for (const ConfigNode& item : node->items) {
    if (auto value = parse_path(key, item)) values.push_back(std::move(*value));
  }
}

void ConfigReader::integers(ConfigKey key, std::vector<std::int64_t>& values, ConfigBounds<std::int64_t> bounds,
                            ConfigLength length) {
  const ConfigNode* node = take(key);
  if (!node || !expect(key, *node, ConfigNode::Kind::list, "a list of integers")) return;
  if (!expect_length(key, *node, length)) return;
  values.clear();
  for (const ConfigNode& item : node->items) {
    if (const auto value = parse_integer(key, item, bounds)) values.push_back(*value);
  }
}

void ConfigReader::words(ConfigKey key, std::vector<std::string>& values) {
  const ConfigNode* node = take(key);
  if (!node || !expect(key, *node, ConfigNode::Kind::list, "a list of words")) return;
  values.clear();
  for (const ConfigNode& item : node->items) {
    const auto is_blank = [](unsigned char c) { return c <= 0x20 || c == 0x7f; };
    if (item.kind != ConfigNode::Kind::scalar || item.text.empty() ||
        std::any_of(item.text.begin(), item.text.end(), is_blank)) {
      fail(key, item, unexpected(item, "a word"));
    } else if (std::find(values.begin(), values.end(), item.text) != values.end()) {
      fail(key, item, fmt::format("'{}' is listed twice", item.text));
    } else {
      values.push_back(item.text);
    }
  }
}

// low, high and perhaps count, inside the map `key`.
bool ConfigReader::read_range(ConfigKey key, ConfigSeries& series) {
  constexpr std::int64_t most = 100'000;
  const ConfigPlace place = levels_.back().map->find(key.name)->place;
  const std::size_t problems = errors_.lines().size();
  if (!enter(key)) return false;
  const std::string path = levels_.back().path;
  std::optional<double> low, high;
  number({"low", ""}, low, {});
  number({"high", ""}, high, {});
  if (const ConfigNode* node = take({"count", ""})) series.count = parse_integer({"count", ""}, *node, {2, most});
  leave();
  if (errors_.lines().size() > problems) return false;
  if (!low || !high || !(*low < *high)) {
    errors_.add(place, path, fmt::format("{}: needs low and high, low less than high", path));
  } else if (series.kind == ConfigSeries::Kind::log_range && *low <= 0) {
    errors_.add(place, path, fmt::format("{}: low is {}, expected more than 0", path, *low));
  } else {
    series.low = *low;
    series.high = *high;
    return true;
  }
  return false;
}

std::optional<ConfigSeries> ConfigReader::read_series(const ConfigNode::Entry& entry) {
  const ConfigKey key{entry.key, ""};
  if (!expect(key, entry.value, ConfigNode::Kind::map, "a map of one of values, range, log_range")) return std::nullopt;
  enter(key);
  const std::string path = levels_.back().path;
  ConfigSeries series;
  series.path = entry.key;
  series.place = entry.place;
  bool good = true;
  int forms = 0;
  if (const ConfigNode* node = take({"values", ""})) {
    ++forms;
    good = expect({"values", ""}, *node, ConfigNode::Kind::list, "a list of values") &&
           expect_length({"values", ""}, *node, {1, std::numeric_limits<std::size_t>::max()});
    std::vector<std::string> earlier;
    for (const ConfigNode& item : node->items) {
      const std::string text = to_yaml(item);
      if (std::find(earlier.begin(), earlier.end(), text) != earlier.end()) {
        fail({"values", ""}, item, fmt::format("{} is listed twice", text));
        good = false;
      }
      earlier.push_back(text);
    }
    series.values = node->items;
  }
  constexpr std::pair<std::string_view, ConfigSeries::Kind> ranges[] = {{"range", ConfigSeries::Kind::range},
                                                                        {"log_range", ConfigSeries::Kind::log_range}};
  for (const auto& [name, kind] : ranges) {
    if (!take({name, ""})) continue;
    ++forms;
    series.kind = kind;
    good = read_range({name, ""}, series) && good;
  }
  leave();
  if (forms == 1) return good ? std::optional(series) : std::nullopt;
  errors_.add(entry.place, path, fmt::format("{}: give one of values, range, log_range", path));
  return std::nullopt;
}

void ConfigReader::series(ConfigKey key, std::vector<ConfigSeries>& series) {
  if (!enter(key)) return;
  series.clear();
  for (const auto& entry : levels_.back().map->entries) {
    levels_.back().known_keys.push_back(entry.key);
    if (!is_path(entry.key)) {
      errors_.add(
          entry.place, levels_.back().path,
          fmt::format("{}: '{}' is not the path of a setting (networks.full.layers)", levels_.back().path, entry.key));
    } else if (auto one = read_series(entry)) {
      series.push_back(std::move(*one));
    }
  }
  leave();
}

void ConfigReader::assignments(ConfigKey key, std::vector<std::vector<ConfigAssignment>>& maps) {
  const ConfigNode* node = take(key);
  constexpr std::string_view expected = "a list of maps of paths of settings to values";
  if (!node || !expect(key, *node, ConfigNode::Kind::list, expected)) return;
  maps.clear();
  for (const ConfigNode& item : node->items) {
    if (!expect(key, item, ConfigNode::Kind::map, "a map of paths of settings to values")) continue;
    if (item.entries.empty()) fail(key, item, "an empty map would fit everything");
    std::vector<ConfigAssignment>& map = maps.emplace_back();
    for (const auto& entry : item.entries) map.push_back({entry.key, entry.value, entry.place});
  }
}

void ConfigReader::choose(ConfigKey key, std::size_t& index, ConfigWords words) {
  if (const ConfigNode* node = take(key)) index = parse_word(key, *node, words).value_or(index);
}

void ConfigReader::choose(ConfigKey key, std::optional<std::size_t>& index, ConfigWords words) {
  if (const ConfigNode* node = take(key)) index = parse_word(key, *node, words);
}

void ConfigReader::choose_several(ConfigKey key, std::vector<std::size_t>& indices, ConfigWords words) {
  const ConfigNode* node = take(key);
  if (!node || !expect(key, *node, ConfigNode::Kind::list, fmt::format("a list of {}", fmt::join(words, ", ")))) return;
  indices.clear();
  for (const ConfigNode& item : node->items) {
    const auto index = parse_word(key, item, words);
    if (!index) continue;
    if (std::find(indices.begin(), indices.end(), *index) != indices.end()) {
      fail(key, item, fmt::format("'{}' is listed twice", item.text));
    } else {
      indices.push_back(*index);
    }
  }
}

bool ConfigReader::enter(ConfigKey key) {
  const std::string path = path_of(key.name);
  const ConfigNode* node = take(key);
  // A group that is not there keeps its defaults.
  if (!node || !expect(key, *node, ConfigNode::Kind::map, "a map of settings")) return false;
  levels_.push_back({node, path, {}});
  return true;
}

bool ConfigReader::enter_optional(ConfigKey key, bool) { return enter(key); }

bool ConfigReader::enter_names(ConfigKey key, std::vector<std::string>& names) {
  if (!enter(key)) return false;
  names.clear();
  for (const auto& entry : levels_.back().map->entries) {
    if (is_name(entry.key)) {
      names.push_back(entry.key);
    } else {
      errors_.add(entry.place, levels_.back().path,
                  fmt::format("{}: '{}' is not a name (letters, digits, '_' and '-', at most 100)", levels_.back().path,
                              entry.key));
      levels_.back().known_keys.push_back(entry.key);
    }
  }
  return true;
}

void ConfigReader::leave() {
  const Level& level = levels_.back();
  for (const auto& entry : level.map->entries) {
    const auto& known = level.known_keys;
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const std::string_view near = nearest_word(entry.key, {known.begin(), known.end()});
    const std::string where = level.path.empty() ? "" : fmt::format(" in {}", level.path);
    const std::string hint = near.empty() ? fmt::format("; known are {}", fmt::join(known, ", "))
                                          : fmt::format("; did you mean '{}'?", near);
    // Whatever it was meant to say, its group does not say.
    errors_.add(entry.place, level.path.empty() ? entry.key : level.path,
                fmt::format("unknown key '{}'{}{}", entry.key, where, hint));
  }
  levels_.pop_back();
}

}  // namespace inforelay
