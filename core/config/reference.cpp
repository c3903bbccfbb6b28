#include "core/config/reference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text/byte_count.hpp"

namespace inforelay {
namespace {

template <class T>
std::string interval(ConfigBounds<T> bounds) {
  using Limits = std::numeric_limits<T>;
  const bool low = bounds.low > Limits::lowest(), high = bounds.high < Limits::max();
  if (low && high) return fmt::format(" in [{}, {}]", bounds.low, bounds.high);
  if (low) return fmt::format(" >= {}", bounds.low);
  if (high) return fmt::format(" <= {}", bounds.high);
  return "";
}

}  // namespace

void ConfigReference::row(ConfigKey key, std::string_view type, std::string_view default_value) {
  const std::string prefix = path_.empty() ? "" : fmt::format("{}.", fmt::join(path_, "."));
  rows_ += fmt::format("| `{}{}` | {} | {} | {} |\n", prefix, key.name, type,
                       default_value.empty() ? "" : fmt::format("`{}`", default_value), key.about);
}

void ConfigReference::boolean(ConfigKey key, bool& value) { row(key, "true or false", value ? "true" : "false"); }
void ConfigReference::integer(ConfigKey key, std::int64_t& value, ConfigBounds<std::int64_t> bounds) {
  row(key, "integer" + interval(bounds), fmt::format("{}", value));
}
void ConfigReference::number(ConfigKey key, double& value, ConfigBounds<double> bounds) {
  row(key, "number" + interval(bounds), fmt::format("{}", value));
}
void ConfigReference::number(ConfigKey key, std::optional<double>& value, ConfigBounds<double> bounds) {
  row(key, "number" + interval(bounds), value ? fmt::format("{}", *value) : "");
}
void ConfigReference::byte_count(ConfigKey key, std::optional<std::uint64_t>& value,
                                 ConfigBounds<std::uint64_t> bounds) {
  row(key,
      fmt::format("bytes, from {} to {}: `8 GiB`, `500 MB`", byte_count_text(bounds.low), byte_count_text(bounds.high)),
      value ? byte_count_text(*value) : "");
}
void ConfigReference::name(ConfigKey key, std::string& value) { row(key, "name: letters, digits, `_`, `-`", value); }
void ConfigReference::text(ConfigKey key, std::string& value) { row(key, "text", value); }
void ConfigReference::path(ConfigKey key, std::filesystem::path& value) { row(key, "path", value.string()); }
void ConfigReference::paths(ConfigKey key, std::vector<std::filesystem::path>&, ConfigLength) {
  row(key, "list of paths", "");
}
void ConfigReference::integers(ConfigKey key, std::vector<std::int64_t>& values, ConfigBounds<std::int64_t> bounds,
                               ConfigLength length) {
  row(key, fmt::format("list of {} to {} integers{}", length.low, length.high, interval(bounds)),
      values.empty() ? "" : fmt::format("[{}]", fmt::join(values, ", ")));
}

void ConfigReference::words(ConfigKey key, std::vector<std::string>& values) {
  row(key, "list of words", fmt::format("[{}]", fmt::join(values, ", ")));
}
void ConfigReference::series(ConfigKey key, std::vector<ConfigSeries>&) {
  row(key,
      "map of paths of settings, each to one of `{values: [...]}`, `{range: {low: a, high: b, count: n}}` and "
      "`{log_range: {low: a, high: b, count: n}}`",
      "");
}
void ConfigReference::assignments(ConfigKey key, std::vector<std::vector<ConfigAssignment>>&) {
  row(key, "list of maps of paths of settings to values", "[]");
}

void ConfigReference::choose(ConfigKey key, std::size_t& index, ConfigWords words) {
  row(key, fmt::format("`{}`", fmt::join(words, "`, `")), words[index]);
}
void ConfigReference::choose(ConfigKey key, std::optional<std::size_t>& index, ConfigWords words) {
  row(key, fmt::format("`{}`", fmt::join(words, "`, `")), index ? words[*index] : "");
}
void ConfigReference::choose_several(ConfigKey key, std::vector<std::size_t>& indices, ConfigWords words) {
  std::vector<std::string_view> chosen;
  for (const std::size_t index : indices) chosen.push_back(words[index]);
  row(key, fmt::format("list of `{}`", fmt::join(words, "`, `")), fmt::format("[{}]", fmt::join(chosen, ", ")));
}

void ConfigReference::group(ConfigKey key, std::string_view type, std::string_view default_value,
                            std::string_view shown_name) {
  if (!key.about.empty()) row({shown_name, key.about}, type, default_value);
  path_.emplace_back(shown_name);
}

bool ConfigReference::enter(ConfigKey key) {
  // The example of a named group stands for any name.
  const bool named = key.about.empty();
  group(key, "map", "", named ? "NAME" : key.name);
  return true;
}
bool ConfigReference::enter_optional(ConfigKey key, bool present) {
  group(key, "map, may be left out", present ? "" : "absent", key.name);
  return true;
}
bool ConfigReference::enter_names(ConfigKey key, std::vector<std::string>& names) {
  group(key, "map of names to maps", "", key.name);
  return !names.empty();
}
void ConfigReference::leave() { path_.pop_back(); }

}  // namespace inforelay
