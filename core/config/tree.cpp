#include "core/config/tree.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "core/text/number_text.hpp"

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

// True if YAML needs no quotes around `text`, also inside flow lists and maps.
bool is_plain(std::string_view text) {
  constexpr std::string_view punctuation = "+-./_";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           punctuation.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string ConfigPlace::to_string() const {
  if (!file) return fmt::format("command line, '{}'", override_text);
  if (line == 0) return file->string();
  return fmt::format("{}:{}:{}", file->string(), line, column);
}

const ConfigNode* ConfigNode::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

ConfigNode* ConfigNode::find(std::string_view key) {
  return const_cast<ConfigNode*>(static_cast<const ConfigNode*>(this)->find(key));
}

const ConfigNode* ConfigNode::find_path(std::string_view path) const {
  const std::size_t dot = path.find('.');
  const ConfigNode* next = find(path.substr(0, dot));
  return next && dot != std::string_view::npos ? next->find_path(path.substr(dot + 1)) : next;
}

std::string ConfigNode::description() const {
  switch (kind) {
    case Kind::null:
      return "nothing";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
    case Kind::scalar:
      break;
  }
  constexpr std::size_t longest_shown = 60;
  return text.size() <= longest_shown ? fmt::format("'{}'", text)
                                      : fmt::format("'{}...'", text.substr(0, longest_shown));
}

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

std::string assign(ConfigNode& root, std::string_view path, ConfigNode value, const ConfigPlace& place) {
  if (path.empty() || path.front() == '.' || path.back() == '.' || path.find("..") != std::string_view::npos) {
    return "an empty key in the path";
  }
  ConfigNode* node = &root;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string key(path.substr(0, dot));
    const bool last = dot == std::string_view::npos;
    if (node->kind != ConfigNode::Kind::map) {
      if (node->kind != ConfigNode::Kind::null) return fmt::format("the parent of '{}' is not a map", key);
      node->kind = ConfigNode::Kind::map;
      node->place = place;
    }
    if (last && value.kind == ConfigNode::Kind::null) {
      std::erase_if(node->entries, [&](const auto& entry) { return entry.key == key; });
      return "";
    }
    ConfigNode* next = node->find(key);
    if (!next) {
      node->entries.push_back({key, place, {}});
      next = &node->entries.back().value;
    }
    if (last) {
      *next = std::move(value);
      return "";
    }
    node = next;
    path.remove_prefix(dot + 1);
  }
}

const ConfigPlace& place_of(const ConfigNode& root, std::string_view path) {
  const ConfigNode* node = &root;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const ConfigNode* next = node->find(path.substr(0, dot));
    if (!next) break;
    node = next;
    path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
  }
  return node->place;
}

void ConfigErrors::add(const ConfigPlace& place, std::string_view message) {
  add_line(fmt::format("{}: error: {}", place.to_string(), message));
}

void ConfigErrors::add(const ConfigPlace& place, std::string_view path, std::string_view message) {
  add(place, message);
  paths_.emplace_back(path);
}

bool ConfigErrors::concern(std::string_view path) const {
  const auto holds = [](std::string_view group, std::string_view inner) {
    return group.empty() || inner == group || (inner.starts_with(group) && inner[group.size()] == '.');
  };
  if (paths_.size() < lines_.size()) return true;
  return std::any_of(paths_.begin(), paths_.end(),
                     [&](const std::string& each) { return holds(each, path) || holds(path, each); });
}

void ConfigErrors::add_line(std::string line) {
  // A message is one line, even if it quotes line breaks.
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  lines_.push_back(std::move(line));
}

void ConfigErrors::throw_if_any() const {
  if (!lines_.empty()) throw ConfigError("{}", fmt::join(lines_, "\n"));
}

std::string_view nearest_word(std::string_view word, const std::vector<std::string_view>& candidates) {
  // Levenshtein distance, whatever the case; near enough is a third of the longer word.
  const auto distance = [&](std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i + 1;
      for (std::size_t j = 0; j < b.size(); ++j) {
        const std::size_t substituted = diagonal + (ascii_lower(a[i]) != ascii_lower(b[j]) ? 1u : 0u);
        diagonal = row[j + 1];
        row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
      }
    }
    return row.back();
  };
  std::string_view best;
  std::size_t best_distance = 0;
  constexpr std::size_t longest_compared = 100;
  if (word.size() > longest_compared) return best;
  for (const std::string_view candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (d > std::max<std::size_t>(1, std::max(word.size(), candidate.size()) / 3)) continue;
    if (best.empty() || d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace inforelay
