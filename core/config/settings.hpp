// The paths of all that a configuration can set.
#pragma once

#include <string>
#include <vector>

#include "core/config/schema.hpp"

namespace inforelay {

struct ConfigSetting {
  std::string path;         ///< "networks.full.train.learning_rate"; groups stand before what they hold
  bool is_integer = false;  ///< takes whole numbers only
};

/// Visits a description and lists the paths of its settings and groups. Groups that may be absent count as present;
/// of named groups, those that there are.
class ConfigSettings : public ConfigSchema {
 public:
  template <class Config>
  static std::vector<ConfigSetting> list(const Config& config) {
    ConfigSettings settings;
    Config copy = config;
    describe(settings, copy);
    return std::move(settings.all_);
  }

  void boolean(ConfigKey key, bool&) override { add(key); }
  void integer(ConfigKey key, std::int64_t&, ConfigBounds<std::int64_t>) override { add(key, true); }
  void number(ConfigKey key, double&, ConfigBounds<double>) override { add(key); }
  void number(ConfigKey key, std::optional<double>&, ConfigBounds<double>) override { add(key); }
  void byte_count(ConfigKey key, std::optional<std::uint64_t>&, ConfigBounds<std::uint64_t>) override { add(key); }
  void name(ConfigKey key, std::string&) override { add(key); }
  void text(ConfigKey key, std::string&) override { add(key); }
  void path(ConfigKey key, std::filesystem::path&) override { add(key); }
  void paths(ConfigKey key, std::vector<std::filesystem::path>&, ConfigLength) override { add(key); }
  void integers(ConfigKey key, std::vector<std::int64_t>&, ConfigBounds<std::int64_t>, ConfigLength) override {
    add(key);
  }
  void words(ConfigKey key, std::vector<std::string>&) override { add(key); }
  void series(ConfigKey key, std::vector<ConfigSeries>&) override { add(key); }
  void assignments(ConfigKey key, std::vector<std::vector<ConfigAssignment>>&) override { add(key); }

 protected:
  void choose(ConfigKey key, std::size_t&, ConfigWords) override { add(key); }
  void choose(ConfigKey key, std::optional<std::size_t>&, ConfigWords) override { add(key); }
  void choose_several(ConfigKey key, std::vector<std::size_t>&, ConfigWords) override { add(key); }
  bool enter(ConfigKey key) override {
    add(key);
    group_ = all_.back().path;
    return true;
  }
  bool enter_optional(ConfigKey key, bool) override { return enter(key); }
  bool enter_names(ConfigKey key, std::vector<std::string>&) override { return enter(key); }
  void leave() override {
    const std::size_t dot = group_.rfind('.');
    group_.resize(dot == std::string::npos ? 0 : dot);
  }

 private:
  void add(ConfigKey key, bool is_integer = false) {
    std::string path = group_;
    if (!path.empty()) path += '.';
    all_.push_back({path.append(key.name), is_integer});
  }

  std::vector<ConfigSetting> all_;
  std::string group_;  // the one we are in
};

}  // namespace inforelay
