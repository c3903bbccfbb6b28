#include "core/config/json_schema.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text/byte_count.hpp"

namespace inforelay {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* name_pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$";
constexpr const char* path_pattern = "^[A-Za-z0-9][A-Za-z0-9_-]*(\\.[A-Za-z0-9][A-Za-z0-9_-]*)*$";

template <class T>
Json number_type(const char* type, ConfigBounds<T> bounds) {
  using Limits = std::numeric_limits<T>;
  Json json{{"type", type}};
  if (bounds.low > Limits::lowest()) json["minimum"] = bounds.low;
  if (bounds.high < Limits::max()) json["maximum"] = bounds.high;
  return json;
}

Json words_type(ConfigWords words) {
  Json json{{"enum", Json::array()}};
  for (const std::string_view word : words) json["enum"].push_back(word);
  return json;
}

Json list_of(Json items, ConfigLength length) {
  Json json{{"type", "array"}, {"items", std::move(items)}};
  if (length.low > 0) json["minItems"] = length.low;
  if (length.high < ConfigLength{}.high) json["maxItems"] = length.high;
  return json;
}

Json path_type() {
  // A variable is either that of the data, followed by a slash, or none.
  return {{"type", "string"}, {"pattern", "^([^$]|\\$INFORELAY_DATA(/|$))"}};
}

Json map_type() { return {{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}}; }

// The numbers of a range; what else must hold between low and high is for the reader.
Json range_type() {
  return {{"type", "object"},
          {"additionalProperties", false},
          {"required", {"low", "high"}},
          {"properties",
           {{"low", {{"type", "number"}}},
            {"high", {{"type", "number"}}},
            {"count", number_type<std::int64_t>("integer", {2, 100'000})}}}};
}

// Nothing written, as `key:` or `key: null`, is the same as no key, and takes away what a base has set.
Json or_null(Json type) {
  if (type.contains("enum")) {
    type["enum"].push_back(nullptr);
  } else {
    type["type"] = {type["type"], "null"};
  }
  return type;
}

}  // namespace

struct ConfigJsonSchema::State {
  Json root = map_type();
  std::vector<Json*> maps{&root};  // those that we are in; nlohmann's ordered objects move when they grow, but only
                                   // the innermost one grows

  Json& add(ConfigKey key, Json type, Json default_value = nullptr) {
    Json described = Json::object();
    if (!key.about.empty()) described["description"] = key.about;
    if (!default_value.is_null()) described["default"] = std::move(default_value);
    described.update(or_null(std::move(type)));
    return maps.back()->at("properties")[std::string(key.name)] = std::move(described);
  }
};

ConfigJsonSchema::ConfigJsonSchema() : state_(std::make_unique<State>()) {}
ConfigJsonSchema::~ConfigJsonSchema() = default;

std::string ConfigJsonSchema::finish(std::string_view title, const std::vector<std::string>& required) {
  state_->add({"extends", "Files, relative to this one, whose settings are taken over where this one says nothing."},
              {{"type", "string"}});
  // One name, or a list of them.
  Json& extends = state_->root["properties"]["extends"];
  extends["type"] = {"string", "array", "null"};
  extends["items"] = {{"type", "string"}, {"minLength", 1}};
  Json json{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  json.update(state_->root);
  json["anyOf"] = {{{"required", {"extends"}}}, {{"required", required}}};
  return json.dump(2) + "\n";
}

void ConfigJsonSchema::boolean(ConfigKey key, bool& value) { state_->add(key, {{"type", "boolean"}}, value); }
void ConfigJsonSchema::integer(ConfigKey key, std::int64_t& value, ConfigBounds<std::int64_t> bounds) {
  state_->add(key, number_type("integer", bounds), value);
}
void ConfigJsonSchema::number(ConfigKey key, double& value, ConfigBounds<double> bounds) {
  state_->add(key, number_type("number", bounds), value);
}
void ConfigJsonSchema::number(ConfigKey key, std::optional<double>& value, ConfigBounds<double> bounds) {
  state_->add(key, number_type("number", bounds), value ? Json(*value) : Json());
}
void ConfigJsonSchema::byte_count(ConfigKey key, std::optional<std::uint64_t>& value, ConfigBounds<std::uint64_t>) {
  state_->add(key, {{"type", "string"}, {"pattern", byte_count_pattern()}},
              value ? Json(byte_count_text(*value)) : Json());
}
void ConfigJsonSchema::name(ConfigKey key, std::string& value) {
  // A number is a name too.
  Json& json = state_->add(key, {{"type", "string"}, {"pattern", name_pattern}}, value.empty() ? Json() : Json(value));
  json["type"] = {"string", "integer", "null"};
}
void ConfigJsonSchema::text(ConfigKey key, std::string& value) {
  Json& json = state_->add(key, {{"type", "string"}, {"minLength", 1}, {"maxLength", 200}},
                           value.empty() ? Json() : Json(value));
  json["type"] = {"string", "number", "boolean", "null"};
}
void ConfigJsonSchema::path(ConfigKey key, std::filesystem::path& value) {
  state_->add(key, path_type(), value.empty() ? Json() : Json(value.string()));
}
void ConfigJsonSchema::paths(ConfigKey key, std::vector<std::filesystem::path>&, ConfigLength length) {
  state_->add(key, list_of(path_type(), length));
}
void ConfigJsonSchema::integers(ConfigKey key, std::vector<std::int64_t>& values, ConfigBounds<std::int64_t> bounds,
                                ConfigLength length) {
  state_->add(key, list_of(number_type("integer", bounds), length), values.empty() ? Json() : Json(values));
}
void ConfigJsonSchema::words(ConfigKey key, std::vector<std::string>& values) {
  Json type = list_of({{"type", "string"}, {"pattern", "^\\S+$"}}, {});
  type["uniqueItems"] = true;
  state_->add(key, std::move(type), values);
}
void ConfigJsonSchema::series(ConfigKey key, std::vector<ConfigSeries>&) {
  Json values = list_of(Json::object(), {.low = 1});
  values["uniqueItems"] = true;
  Json one = map_type();
  one["properties"] = {{"values", std::move(values)}, {"range", range_type()}, {"log_range", range_type()}};
  one["minProperties"] = one["maxProperties"] = 1;
  state_->add(
      key,
      {{"type", "object"}, {"propertyNames", {{"pattern", path_pattern}}}, {"additionalProperties", std::move(one)}});
}
void ConfigJsonSchema::assignments(ConfigKey key, std::vector<std::vector<ConfigAssignment>>&) {
  state_->add(key, list_of({{"type", "object"}, {"minProperties", 1}}, {}));
}

void ConfigJsonSchema::choose(ConfigKey key, std::size_t& index, ConfigWords words) {
  state_->add(key, words_type(words), words[index]);
}
void ConfigJsonSchema::choose(ConfigKey key, std::optional<std::size_t>& index, ConfigWords words) {
  state_->add(key, words_type(words), index ? Json(words[*index]) : Json());
}
void ConfigJsonSchema::choose_several(ConfigKey key, std::vector<std::size_t>& indices, ConfigWords words) {
  Json chosen = Json::array(), type = list_of(words_type(words), {});
  for (const std::size_t index : indices) chosen.push_back(words[index]);
  type["uniqueItems"] = true;
  state_->add(key, std::move(type), std::move(chosen));
}

bool ConfigJsonSchema::enter(ConfigKey key) {
  Json& outer = *state_->maps.back();
  const bool named = !outer.contains("properties");
  if (named) {
    // The example of a named group stands for any name.
    outer["additionalProperties"] = or_null(map_type());
    state_->maps.push_back(&outer["additionalProperties"]);
  } else {
    state_->maps.push_back(&state_->add(key, map_type()));
  }
  return true;
}
bool ConfigJsonSchema::enter_optional(ConfigKey key, bool) { return enter(key); }
bool ConfigJsonSchema::enter_names(ConfigKey key, std::vector<std::string>& names) {
  state_->maps.push_back(&state_->add(key, {{"type", "object"}, {"propertyNames", {{"pattern", name_pattern}}}}));
  return !names.empty();
}
void ConfigJsonSchema::leave() { state_->maps.pop_back(); }

}  // namespace inforelay
