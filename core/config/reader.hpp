// Reads a configuration tree into structs, by their schema, with every check.
#pragma once

#include "core/config/schema.hpp"
#include "core/config/tree.hpp"

namespace inforelay {

/// Visits a description and fills its structs from `root`. What is missing keeps its default; unknown keys, wrong types
/// and values out of bounds are added to `errors`, with the place and, where one is near, the key that was meant.
class ConfigReader : public ConfigSchema {
 public:
  ConfigReader(const ConfigNode& root, ConfigErrors& errors);

  template <class Config>
  void read(Config& config) {
    describe(*this, config);
    leave();
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
  struct Level {
    const ConfigNode* map;
    std::string path;                     // "networks.full.train"
    std::vector<std::string> known_keys;  // asked for so far
  };

  const ConfigNode* take(ConfigKey key);
  void fail(ConfigKey key, const ConfigNode& node, std::string_view problem);
  std::string path_of(std::string_view key) const;
  std::optional<std::int64_t> parse_integer(ConfigKey key, const ConfigNode& node, ConfigBounds<std::int64_t> bounds);
  std::optional<double> parse_number(ConfigKey key, const ConfigNode& node, ConfigBounds<double> bounds);
  std::optional<std::size_t> parse_word(ConfigKey key, const ConfigNode& node, ConfigWords words);
  bool expect(ConfigKey key, const ConfigNode& node, ConfigNode::Kind kind, std::string_view expected);
  bool expect_length(ConfigKey key, const ConfigNode& node, ConfigLength length);
  std::optional<std::filesystem::path> parse_path(ConfigKey key, const ConfigNode& node);
  bool is_name(std::string_view text) const;
  bool is_path(std::string_view text) const;
  std::optional<ConfigSeries> read_series(const ConfigNode::Entry& entry);
  bool read_range(ConfigKey key, ConfigSeries& series);

  std::vector<Level> levels_;
  ConfigErrors& errors_;
};

}  // namespace inforelay
