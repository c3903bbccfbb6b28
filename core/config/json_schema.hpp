// Writes the settings as a JSON Schema, with which editors complete, explain and check configuration files.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/config/schema.hpp"

namespace inforelay {

/// Visits a description and writes it as a JSON Schema of draft 7, the one that editors' YAML servers know best: types,
/// bounds, words, defaults and meanings. It takes what ConfigReader takes, also null for any setting, which takes away
/// what a base has set; only a path or word that looks like a number needs quotes. It takes some more: it cannot tell
/// 1e3 from 1000, nor how settings hang together.
class ConfigJsonSchema : public ConfigSchema {
 public:
  /// `config` holds the defaults; lists of named groups must hold one example each. A file that does not extend another
  /// must have the keys of `required`.
  template <class Config>
  static std::string text(std::string_view title, const Config& config, const std::vector<std::string>& required) {
    ConfigJsonSchema schema;
    Config copy = config;
    describe(schema, copy);
    return schema.finish(title, required);
  }

  ConfigJsonSchema();
  ~ConfigJsonSchema() override;

  void boolean(ConfigKey key, bool& value) override;
  void integer(ConfigKey key, std::int64_t& value, ConfigBounds<std::int64_t> bounds) override;
  void number(ConfigKey key, double& value, ConfigBounds<double> bounds) override;
  void number(ConfigKey key, std::optional<double>& value, ConfigBounds<double> bounds) override;
  void byte_count(ConfigKey key, std::optional<std::uint64_t>& value, ConfigBounds<std::uint64_t> bounds) override;
  void name(ConfigKey key, std::string& value) override;
  void text(ConfigKey key, std::string& value) override;
  void path(ConfigKey key, std::filesystem::path& value) override;
  void paths(ConfigKey key, std::vector<std::filesystem::path>& values, ConfigLength length) override;
  void integers(ConfigKey key, std::vector<std::int64_t>& values, ConfigBounds<std::int64_t> bounds,
                ConfigLength length) override;
  void words(ConfigKey key, std::vector<std::string>& values) override;
  void series(ConfigKey key, std::vector<ConfigSeries>& series) override;
  void assignments(ConfigKey key, std::vector<std::vector<ConfigAssignment>>& maps) override;

 protected:
  void choose(ConfigKey key, std::size_t& index, ConfigWords words) override;
  void choose(ConfigKey key, std::optional<std::size_t>& index, ConfigWords words) override;
  void choose_several(ConfigKey key, std::vector<std::size_t>& indices, ConfigWords words) override;
  bool enter(ConfigKey key) override;
  bool enter_optional(ConfigKey key, bool present) override;
  bool enter_names(ConfigKey key, std::vector<std::string>& names) override;
  void leave() override;

 private:
  std::string finish(std::string_view title, const std::vector<std::string>& required);

  // Hides the JSON library, which is large, from all who only describe settings.
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inforelay
