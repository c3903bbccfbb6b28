// Settings as data. Each struct of a configuration has one function that lists its settings: key, meaning, and a
// pointer to the member with its type and bounds. The initialisers of the members are the defaults.
//
//     std::vector<Setting> settings_of(TrainConfig& config) {
//       return {{"max_epochs", "Maximum number of epochs.", setting::Integer{&config.max_epochs, {1,
//       1'000'000}}},
//               {"stop", "Stopping criterion.", setting::group(config.stop)}};
//     }
//
// Reader, printer, reference page, JSON Schema and the list of paths are functions over such a list.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/config/tree.hpp"
#include "core/named.hpp"

namespace inforelay {

struct Setting;

/// The values of one setting in a sweep: listed, or numbers from `low` to `high`, both included, at equal
/// distances (range) or equal ratios (log_range).
struct ConfigSeries {
  enum class Kind { values, range, log_range };

  std::string path;  ///< of the setting: "networks.full.layers"
  Kind kind = Kind::values;
  std::vector<ConfigNode> values;     ///< of Kind::values: at least one, all different
  double low = 0, high = 0;           ///< of the ranges: low < high, and 0 < low with log_range
  std::optional<std::int64_t> count;  ///< of the ranges: how many numbers, at least 2; may be left out
  ConfigPlace place;                  ///< of the path
};

inline constexpr WordTable<ConfigSeries::Kind, 3> series_kind_names{{{ConfigSeries::Kind::values, "values"},
                                                                     {ConfigSeries::Kind::range, "range"},
                                                                     {ConfigSeries::Kind::log_range, "log_range"}}};

/// A value for a setting that is named by its path.
struct ConfigAssignment {
  std::string path;
  ConfigNode value;
  ConfigPlace place;  ///< of the path
};

/// The kinds of settings. Pointers are never null; what they point to must outlive the list.
namespace setting {

/// Closed interval.
template <class T>
struct Bounds {
  T low = std::numeric_limits<T>::lowest();
  T high = std::numeric_limits<T>::max();
};
using Length = Bounds<std::size_t>;                 ///< how many elements a list may have
inline constexpr std::int64_t million = 1'000'000;  ///< for bounds
inline constexpr Bounds<std::int64_t> series_counts{2, 100'000};
/// Regular expressions of ECMA-262 for Name, and for the path of a setting.
inline constexpr const char* name_pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$";
inline constexpr const char* setting_path_pattern = "^[A-Za-z0-9][A-Za-z0-9_-]*(\\.[A-Za-z0-9][A-Za-z0-9_-]*)*$";

struct Boolean {
  bool* value;
};
/// The type of the member can hold all numbers within the bounds.
struct Integer {
  std::variant<int*, std::int64_t*, std::size_t*, std::optional<std::int64_t>*> value;
  Bounds<std::int64_t> bounds{};
};
/// Finite. None: not given.
struct Number {
  std::variant<double*, std::optional<double>*> value;
  Bounds<double> bounds{};
};
/// A number of bytes with its unit, "8 GiB", "1.5 GB" (core/text/byte_count.hpp). None: not given.
struct Bytes {
  std::optional<std::uint64_t>* value;
  Bounds<std::uint64_t> bounds{};
};
/// May become part of a file's path: letters, digits, '_', '-'; begins with a letter or digit.
struct Name {
  std::string* value;
};
/// One line of text, not empty. Empty as a default: not given.
struct Text {
  std::string* value;
};
/// A file or folder; relative ones are relative to the file they are written in, and made absolute. A path that begins
/// with $INFORELAY_DATA is kept as it is, for the code that opens it (core/files/data_folder.hpp). Empty: not given.
struct Path {
  std::filesystem::path* value;
};
struct Paths {
  std::vector<std::filesystem::path>* values;
  Length length{};
};
struct Integers {
  std::vector<std::int64_t>* values;
  Bounds<std::int64_t> bounds{};
  Length length{};
};
/// Finite numbers: a list, or one number, which is a list of one. Empty: not given.
struct Numbers {
  std::vector<double>* values;
  Bounds<double> bounds{};
  Length length{};
};
/// A list of different texts, each as Text. Empty: not given.
struct Texts {
  std::vector<std::string>* values;
};
/// A list of different words, each without blanks, that are checked elsewhere.
struct Words {
  std::vector<std::string>* values;
};
/// Keys of a file: a text, a list of texts, or a map of names to these. Without a map there is one entry with an empty
/// name. Empty as a default: not given.
struct Keys {
  std::vector<std::pair<std::string, std::vector<std::string>>>* values;
};
/// One of the words of a table, or (several) a list of different ones; made by choice() and choices(). Indices count
/// the words.
struct Choice {
  std::vector<std::string_view> words;
  std::function<std::vector<std::size_t>()> get;  ///< at most one unless `several`; none: not given
  std::function<void(const std::vector<std::size_t>&)> set;
  bool several = false;
};
/// A text with a grammar of its own: one of `words`, or something of the form of `pattern` (ECMA-262), as people know
/// it from `forms`: "elu(ALPHA)". No near word is suggested: another one may be as good a name for something else.
struct Parsed {
  std::vector<std::string_view> words;
  std::vector<std::string> forms;
  std::string pattern;
  std::function<std::string()> get;                  ///< "": not given
  std::function<void(const std::string& text)> set;  ///< throws UsageError that says what is wrong
};
/// A map from paths of settings to the values that they take, in the order written.
struct Series {
  std::vector<ConfigSeries>* values;
};
/// A list of maps from paths of settings to a value.
struct Assignments {
  std::vector<std::vector<ConfigAssignment>>* values;
};
/// A map with settings of its own.
struct Group {
  std::vector<Setting> settings;
};
/// A group that may be absent; its presence switches it on.
struct OptionalGroup {
  std::function<bool()> is_there;
  std::function<std::vector<Setting>()> settings;  ///< makes it, with its defaults, if it is not there
};
/// A map from names that the user chooses to groups, in the order written.
struct NamedGroups {
  std::function<std::vector<Setting>()> all;                         ///< a Group for each name
  std::function<std::vector<Setting>(const std::string& name)> add;  ///< makes lists of those before invalid
};

/// One of a few words, or a value of another kind: `kmeans` or `{method: threshold, threshold: 0.5}`. A scalar is a
/// word, unless the other kind is Numbers and it is none of the words.
struct WordOr {
  Choice word;
  std::vector<Setting> other;     ///< exactly one, without a key
  std::function<bool()> is_word;  ///< which of the two it holds
};

using Kind = std::variant<Boolean, Integer, Number, Numbers, Bytes, Name, Text, Texts, Path, Paths, Integers, Words,
                          Keys, Choice, Parsed, Series, Assignments, Group, OptionalGroup, NamedGroups, WordOr>;

}  // namespace setting

struct Setting {
  std::string_view key;
  std::string_view about;  ///< one or two sentences: what it is, its unit, what the default means
  setting::Kind kind;
};

namespace setting {

/// A list of different words of a table (core/named.hpp), which has all values.
template <class T, class Table>
Choice choices(std::vector<T>& values, const Table& table) {
  const auto get = [&values, table] {
    std::vector<std::size_t> rows;
    for (const T& value : values) {
      for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i].first == value) rows.push_back(i);
      }
    }
    return rows;
  };
  const auto set = [&values, table](const std::vector<std::size_t>& rows) {
    values.clear();
    for (const std::size_t i : rows) values.push_back(table[i].first);
  };
  return {words_of(table), get, set, true};
}
/// One word of a table; `member` is a value of the table's type, or an optional one.
template <class Member, class Table>
Choice choice(Member& member, const Table& table) {
  const auto get = [&member, table] {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (member == table[i].first) rows.push_back(i);
    }
    return rows;
  };
  return {words_of(table), get, [&member, table](const auto& rows) { member = table[rows.front()].first; }};
}
/// One of `words`, which are kept as they are.
inline Choice choice(std::string& value, const std::vector<std::string_view>& words) {
  std::vector<std::pair<std::string, std::string_view>> table;
  for (const std::string_view word : words) table.emplace_back(word, word);
  return choice(value, table);
}

/// The settings of `config` are those of its settings_of().
template <class Config>
Group group(Config& config) {
  return {settings_of(config)};
}
template <class Config>
OptionalGroup group(std::optional<Config>& config) {
  return {[&] { return config.has_value(); }, [&] { return settings_of(config ? *config : config.emplace()); }};
}
template <class Config>
NamedGroups named_groups(std::vector<std::pair<std::string, Config>>& groups) {
  return {[&] {
            std::vector<Setting> all;
            for (auto& [name, config] : groups) all.push_back({name, "", group(config)});
            return all;
          },
          [&](const std::string& name) { return settings_of(groups.emplace_back(name, Config{}).second); }};
}

/// The value of a setting, as it would be written; null: not given, or a group.
ConfigNode value_of(const Kind& kind);

enum class AbsentGroups { skip, make };

/// The settings in a group; none in other settings, nor (skip) in a group that is not there.
std::vector<Setting> members_of(const Kind& kind, AbsentGroups absent);

}  // namespace setting

/// Fills the structs behind `settings` from the map `root`. Missing settings keep their defaults; unknown keys, wrong
/// types and values out of bounds are added to `errors`, with the place and the nearest known key.
void read_settings(const ConfigNode& root, const std::vector<Setting>& settings, ConfigErrors& errors);

/// The settings as YAML, every default spelled out. Reading the result back gives the same structs.
std::string print_settings(const std::vector<Setting>& settings);

/// The reference of all settings, with types, bounds and defaults, as a Markdown table. Makes groups that are absent
/// and an example of each named group, called NAME.
std::string settings_reference(const std::vector<Setting>& settings);

/// The settings as a JSON Schema of draft 7, with which editors complete, explain and check configuration files: types,
/// bounds, words, defaults and meanings. A file that does not extend another must have the keys of one of `required`.
/// It accepts all that read_settings() accepts, also null for any setting, which removes the value of a base; only a
/// path or word that looks like a number needs quotes. It accepts more: it cannot distinguish 1e3 from 1000 or check
/// relations between settings. Changes the structs as settings_reference() does.
std::string settings_json_schema(std::string_view title, const std::vector<Setting>& settings,
                                 const std::vector<std::vector<std::string>>& required);

struct SettablePath {
  std::string path;         ///< "networks.full.train.learning_rate"; groups precede their settings
  bool is_integer = false;  ///< takes whole numbers only
};

/// All settings. Groups that may be absent count as present, and are created; of named groups, those that exist.
std::vector<SettablePath> settable_paths(const std::vector<Setting>& settings);

}  // namespace inforelay
