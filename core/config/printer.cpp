// Printing of settings as YAML, and the paths of all settings.
#include <fmt/format.h>

#include "core/config/settings.hpp"
#include "core/text/byte_count.hpp"

namespace inforelay {
namespace {

using namespace setting;

ConfigNode scalar(std::string text, bool quoted = false) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::scalar;
  node.text = std::move(text);
  node.quoted = quoted;
  return node;
}

ConfigNode text_or_nothing(const std::string& text) { return text.empty() ? ConfigNode() : scalar(text, true); }

// {} prints the shortest text that reads back as the same number.
template <class T>
ConfigNode number(T value) {
  return scalar(fmt::format("{}", value));
}

template <class T, class Each>
ConfigNode list_of(const std::vector<T>& values, Each each) {
  ConfigNode list;
  list.kind = ConfigNode::Kind::list;
  for (const T& value : values) list.items.push_back(each(value));
  return list;
}

ConfigNode map_of(std::vector<ConfigNode::Entry> entries) {
  ConfigNode map;
  map.kind = ConfigNode::Kind::map;
  map.entries = std::move(entries);
  return map;
}

ConfigNode node_of(const ConfigSeries& series) {
  const std::string form(word_of(series_kind_names, series.kind));
  if (series.kind == ConfigSeries::Kind::values) {
    return map_of({{form, {}, list_of(series.values, [](const ConfigNode& value) { return value; })}});
  }
  ConfigNode range = map_of({{"low", {}, number(series.low)}, {"high", {}, number(series.high)}});
  if (series.count) range.entries.push_back({"count", {}, number(*series.count)});
  return map_of({{form, {}, std::move(range)}});
}

ConfigNode node_of(const Boolean& kind) { return number(*kind.value); }
template <class Members>
ConfigNode number_in(const Members& member) {
  return std::visit(
      [](const auto* value) {
        if constexpr (requires { value->has_value(); }) {
          return *value ? number(**value) : ConfigNode();
        } else {
          return number(*value);
        }
      },
      member);
}
ConfigNode node_of(const Integer& kind) { return number_in(kind.value); }
ConfigNode node_of(const Number& kind) { return number_in(kind.value); }
ConfigNode node_of(const Numbers& kind) {
  if (kind.values->empty()) return {};
  return kind.values->size() == 1 ? number(kind.values->front()) : list_of(*kind.values, number<double>);
}
ConfigNode node_of(const Texts& kind) {
  if (kind.values->empty()) return {};
  return list_of(*kind.values, [](const std::string& text) { return scalar(text, true); });
}
ConfigNode node_of(const Bytes& kind) {
  return *kind.value ? text_or_nothing(byte_count_text(**kind.value)) : ConfigNode();
}
ConfigNode node_of(const Name& kind) { return text_or_nothing(*kind.value); }
ConfigNode node_of(const Text& kind) { return text_or_nothing(*kind.value); }
ConfigNode node_of(const Path& kind) { return text_or_nothing(kind.value->string()); }
ConfigNode node_of(const Paths& kind) {
  if (kind.values->empty()) return {};
  return list_of(*kind.values, [](const std::filesystem::path& value) { return text_or_nothing(value.string()); });
}
ConfigNode node_of(const Integers& kind) {
  // Lists with a minimum length are empty only if not given: print nothing.
  if (kind.values->empty() && kind.length.low > 0) return {};
  return list_of(*kind.values, number<std::int64_t>);
}
ConfigNode node_of(const Words& kind) {
  return list_of(*kind.values, [](const std::string& word) { return scalar(word); });
}
ConfigNode node_of(const Keys& kind) {
  const auto one = [](const std::vector<std::string>& texts) {
    return texts.size() == 1 ? text_or_nothing(texts.front()) : list_of(texts, text_or_nothing);
  };
  if (kind.values->empty()) return {};
  if (kind.values->front().first.empty()) return one(kind.values->front().second);
  ConfigNode map = map_of({});
  for (const auto& [name, texts] : *kind.values) map.entries.push_back({name, {}, one(texts)});
  return map;
}
ConfigNode node_of(const Choice& kind) {
  const std::vector<std::size_t> chosen = kind.get();
  const auto word = [&](std::size_t i) { return scalar(std::string(kind.words[i])); };
  if (kind.several) return list_of(chosen, word);
  return chosen.empty() ? ConfigNode() : word(chosen.front());
}
ConfigNode node_of(const Parsed& kind) {
  const std::string text = kind.get();
  return text.empty() ? ConfigNode() : scalar(text);
}
ConfigNode node_of(const Series& kind) {
  ConfigNode map = map_of({});
  for (const ConfigSeries& series : *kind.values) map.entries.push_back({series.path, {}, node_of(series)});
  return map.entries.empty() ? ConfigNode() : map;
}
ConfigNode node_of(const Assignments& kind) {
  return list_of(*kind.values, [](const std::vector<ConfigAssignment>& assignments) {
    ConfigNode map = map_of({});
    for (const ConfigAssignment& one : assignments) map.entries.push_back({one.path, {}, one.value});
    return map;
  });
}

// Groups have settings in place of a value.
ConfigNode node_of(const Group&) { return {}; }
ConfigNode node_of(const OptionalGroup&) { return {}; }
ConfigNode node_of(const NamedGroups&) { return {}; }
ConfigNode node_of(const WordOr& kind) {
  return kind.is_word() ? node_of(kind.word) : setting::value_of(kind.other.front().kind);
}

// Lines of a map with one entry on each line.
void print(const std::vector<Setting>& settings, int depth, std::string& text) {
  const auto line = [&](int its_depth, std::string_view key, std::string_view value) {
    text += fmt::format("{:{}}{}:{}{}\n", "", 2 * its_depth, key, value.empty() ? "" : " ", value);
  };
  for (const auto& [key, about, kind] : settings) {
    const std::vector<Setting> members = members_of(kind, AbsentGroups::skip);
    const ConfigNode value = value_of(kind);
    if (!members.empty() || value.kind == ConfigNode::Kind::map) {
      line(depth, key, "");
      print(members, depth + 1, text);
      for (const auto& entry : value.entries) line(depth + 1, entry.key, to_yaml(entry.value));
    } else if (value.kind != ConfigNode::Kind::null) {
      line(depth, key, to_yaml(value));
    }
  }
}

void list_paths(const std::vector<Setting>& settings, const std::string& prefix, std::vector<SettablePath>& paths) {
  for (const auto& [key, about, kind] : settings) {
    const std::string path = prefix + std::string(key);
    paths.push_back({path, std::holds_alternative<Integer>(kind)});
    list_paths(members_of(kind, AbsentGroups::make), path + ".", paths);
  }
}

}  // namespace

ConfigNode setting::value_of(const Kind& kind) {
  return std::visit([](const auto& one) { return node_of(one); }, kind);
}

std::vector<Setting> setting::members_of(const Kind& kind, AbsentGroups absent) {
  if (const auto* group = std::get_if<Group>(&kind)) return group->settings;
  if (const auto* maybe = std::get_if<OptionalGroup>(&kind)) {
    return absent == AbsentGroups::make || maybe->is_there() ? maybe->settings() : std::vector<Setting>();
  }
  if (const auto* either = std::get_if<WordOr>(&kind)) {
    const bool shown = absent == AbsentGroups::make || !either->is_word();
    return shown ? setting::members_of(either->other.front().kind, absent) : std::vector<Setting>();
  }
  const auto* groups = std::get_if<NamedGroups>(&kind);
  return groups ? groups->all() : std::vector<Setting>();
}

std::string print_settings(const std::vector<Setting>& settings) {
  std::string text;
  print(settings, 0, text);
  return text;
}

std::vector<SettablePath> settable_paths(const std::vector<Setting>& settings) {
  std::vector<SettablePath> paths;
  list_paths(settings, "", paths);
  return paths;
}

}  // namespace inforelay
