// Writes the reference of all settings, with types, bounds and defaults, as Markdown tables.
#pragma once

#include <string>

#include "core/config/schema.hpp"

namespace inforelay {

/// Visits a description and writes a row for each setting. Groups that may be absent are described as well.
class ConfigReference : public ConfigSchema {
 public:
  /// `config` holds the defaults to show. Lists of named groups must hold one example each.
  template <class Config>
  static std::string markdown(const Config& config) {
    ConfigReference reference;
    Config copy = config;
    describe(reference, copy);
    return "| key | value | default | meaning |\n| --- | --- | --- | --- |\n" + reference.rows_;
  }

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
  void row(ConfigKey key, std::string_view type, std::string_view default_value);
  void group(ConfigKey key, std::string_view type, std::string_view default_value, std::string_view shown_name);

  std::string rows_;
  std::vector<std::string> path_;
};

}  // namespace inforelay
