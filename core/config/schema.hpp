// The schema of a configuration: written once, as a function
//
//     void describe(ConfigSchema& schema, TrainConfig& config) {
//       schema.integer({"max_epochs", "Give up after this many epochs."}, config.max_epochs, {1, 1'000'000});
//       schema.group({"stop", "When training is good enough."}, config.stop);
//     }
//
// for each struct of settings, whose member initialisers are the defaults. Reading with all checks (ConfigReader),
// printing the resolved configuration (ConfigPrinter), the reference page (ConfigReference), the JSON Schema for
// editors (ConfigJsonSchema) and the list of what can be set (ConfigSettings) are visitors of that one description.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/tree.hpp"

namespace inforelay {

/// A setting's key and one or two sentences about it: what it is, its unit, what the default means.
struct ConfigKey {
  std::string_view name;
  std::string_view about;
};

/// Closed interval.
template <class T>
struct ConfigBounds {
  T low = std::numeric_limits<T>::lowest();
  T high = std::numeric_limits<T>::max();
};

/// How many elements a list may have.
using ConfigLength = ConfigBounds<std::size_t>;

/// The words of an enum, in the order of its values.
using ConfigWords = std::span<const std::string_view>;

/// The values that one setting takes in turn: written out, or numbers from `low` to `high`, both included, at equal
/// distances (range) or equal ratios (log_range).
struct ConfigSeries {
  enum class Kind { values, range, log_range };

  std::string path;  ///< of the setting: "networks.full.layers"
  Kind kind = Kind::values;
  std::vector<ConfigNode> values;     ///< of Kind::values: at least one, no two alike
  double low = 0, high = 0;           ///< of the ranges: low < high, and 0 < low with log_range
  std::optional<std::int64_t> count;  ///< of the ranges: how many numbers, at least 2; may be left out
  ConfigPlace place;                  ///< of the path
};

/// A value for a setting that is named by its path.
struct ConfigAssignment {
  std::string path;
  ConfigNode value;
  ConfigPlace place;  ///< of the path
};

class ConfigSchema {
 public:
  virtual ~ConfigSchema() = default;

  virtual void boolean(ConfigKey key, bool& value) = 0;
  virtual void integer(ConfigKey key, std::int64_t& value, ConfigBounds<std::int64_t> bounds) = 0;
  virtual void number(ConfigKey key, double& value, ConfigBounds<double> bounds) = 0;
  virtual void number(ConfigKey key, std::optional<double>& value, ConfigBounds<double> bounds) = 0;
  /// A number of bytes with its unit, "8 GiB", "1.5 GB" (core/text/byte_count.hpp). None: not given.
  virtual void byte_count(ConfigKey key, std::optional<std::uint64_t>& value, ConfigBounds<std::uint64_t> bounds) = 0;
  /// A name that may become part of a path: letters, digits, '_', '-'; begins with a letter or digit.
  virtual void name(ConfigKey key, std::string& value) = 0;
  /// One line of text, not empty. Empty as a default: not given.
  virtual void text(ConfigKey key, std::string& value) = 0;
  /// A file or folder; relative ones are relative to the file they are written in, and made absolute. A path that
  /// begins with $INFORELAY_DATA is kept as written and resolved when it is opened (core/files/data_folder.hpp). Empty:
  /// not given.
  virtual void path(ConfigKey key, std::filesystem::path& value) = 0;
  /// A list of them.
  virtual void paths(ConfigKey key, std::vector<std::filesystem::path>& values, ConfigLength length) = 0;
  virtual void integers(ConfigKey key, std::vector<std::int64_t>& values, ConfigBounds<std::int64_t> bounds,
                        ConfigLength length) = 0;
  /// A list of different words, each without blanks: what they may be is for others to check. Empty: not given.
  virtual void words(ConfigKey key, std::vector<std::string>& values) = 0;
  /// A map from paths of settings to the values that they take, in the order written.
  virtual void series(ConfigKey key, std::vector<ConfigSeries>& series) = 0;
  /// A list of maps from paths of settings to a value.
  virtual void assignments(ConfigKey key, std::vector<std::vector<ConfigAssignment>>& maps) = 0;

  template <class Enum>
  void choice(ConfigKey key, Enum& value, ConfigWords words) {
    std::size_t index = static_cast<std::size_t>(value);
    choose(key, index, words);
    value = static_cast<Enum>(index);
  }
  /// The same where nothing given means something of its own.
  template <class Enum>
  void choice(ConfigKey key, std::optional<Enum>& value, ConfigWords words) {
    std::optional<std::size_t> index;
    if (value) index = static_cast<std::size_t>(*value);
    choose(key, index, words);
    if (index) value = static_cast<Enum>(*index);
  }
  /// A list of different words.
  template <class Enum>
  void choices(ConfigKey key, std::vector<Enum>& values, ConfigWords words) {
    std::vector<std::size_t> indices;
    for (const Enum value : values) indices.push_back(static_cast<std::size_t>(value));
    choose_several(key, indices, words);
    values.clear();
    for (const std::size_t index : indices) values.push_back(static_cast<Enum>(index));
  }

  /// A map of its own, with its struct's own description.
  template <class Config>
  void group(ConfigKey key, Config& config) {
    if (!enter(key)) return;
    describe(*this, config);
    leave();
  }
  /// A group that is switched on by being there.
  template <class Config>
  void group(ConfigKey key, std::optional<Config>& config) {
    if (!enter_optional(key, config.has_value())) return;
    if (!config) config.emplace();
    describe(*this, *config);
    leave();
  }
  /// A map from names that the user chooses to groups, in the order written.
  template <class Config>
  void named_groups(ConfigKey key, std::vector<std::pair<std::string, Config>>& groups) {
    std::vector<std::string> names;
    for (const auto& [name, config] : groups) names.push_back(name);
    if (!enter_names(key, names)) return;
    std::vector<std::pair<std::string, Config>> result;
    for (const std::string& name : names) {
      Config config{};
      for (auto& [old_name, old_config] : groups) {
        if (old_name == name) config = old_config;
      }
      group({name, ""}, config);
      result.emplace_back(name, std::move(config));
    }
    groups = std::move(result);
    leave();
  }

 protected:
  virtual void choose(ConfigKey key, std::size_t& index, ConfigWords words) = 0;
  virtual void choose(ConfigKey key, std::optional<std::size_t>& index, ConfigWords words) = 0;
  virtual void choose_several(ConfigKey key, std::vector<std::size_t>& indices, ConfigWords words) = 0;
  /// Step into a group; false: there is nothing to visit (then no leave()).
  virtual bool enter(ConfigKey key) = 0;
  /// The same for a group that may be absent; `present`: it has a value already.
  virtual bool enter_optional(ConfigKey key, bool present) = 0;
  /// The same for named groups; `names` are those there are, and is set to those to visit.
  virtual bool enter_names(ConfigKey key, std::vector<std::string>& names) = 0;
  virtual void leave() = 0;
};

}  // namespace inforelay
