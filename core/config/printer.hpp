// Writes structs of settings as YAML: the resolved configuration, every default spelled out.
#pragma once

#include <memory>
#include <string>

#include "core/config/schema.hpp"

namespace inforelay {

/// A node as YAML on one line, "[784, 20, 10]" or "{low: 0, high: 1}": reads back as the same node. Two nodes are alike
/// where their texts are.
std::string to_yaml(const ConfigNode& node);

/// Visits a description and writes what its structs hold. Reading the result back gives the same structs.
class ConfigPrinter : public ConfigSchema {
 public:
  template <class Config>
  static std::string print(const Config& config) {
    ConfigPrinter printer;
    Config copy = config;
    describe(printer, copy);
    return std::move(printer.text_);
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
  void line(ConfigKey key, std::string_view value);
  void line(std::string_view key, std::string_view value);

  std::string text_;
  int depth_ = 0;
};

}  // namespace inforelay
