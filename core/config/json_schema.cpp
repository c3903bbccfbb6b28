// The JSON Schema of all settings.
#include <nlohmann/json.hpp>

#include "core/config/settings.hpp"
#include "core/text/byte_count.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

using namespace setting;
using Json = nlohmann::ordered_json;

Json schema_of(const std::vector<Setting>& settings);

template <class T>
Json number_type(const char* type, Bounds<T> bounds) {
  using Limits = std::numeric_limits<T>;
  Json json{{"type", type}};
  if (bounds.low > Limits::lowest()) json["minimum"] = bounds.low;
  if (bounds.high < Limits::max()) json["maximum"] = bounds.high;
  return json;
}

Json list_of(Json items, Length length, bool unique = false) {
  Json json{{"type", "array"}, {"items", std::move(items)}};
  if (length.low > 0) json["minItems"] = length.low;
  if (length.high < Length{}.high) json["maxItems"] = length.high;
  if (unique) json["uniqueItems"] = true;
  return json;
}

Json map_of(Json properties) {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

// `key:` and `key: null` mean the same as no key, and remove the value of a base.
Json or_null(Json type) {
  if (type.contains("anyOf")) {
    type["anyOf"].push_back({{"type", "null"}});
  } else if (type.contains("enum")) {
    type["enum"].push_back(nullptr);
  } else if (type["type"].is_array()) {
    type["type"].push_back("null");
  } else {
    type["type"] = {type["type"], "null"};
  }
  return type;
}

Json type(const Boolean&) { return {{"type", "boolean"}}; }
Json type(const Integer& kind) { return number_type("integer", kind.bounds); }
Json type(const Number& kind) { return number_type("number", kind.bounds); }
Json type(const Bytes&) { return {{"type", "string"}, {"pattern", byte_count_pattern()}}; }
// A number is a name, and a text, too.
Json type(const Name&) { return {{"type", {"string", "integer"}}, {"pattern", name_pattern}}; }
Json type(const Text&) { return {{"type", {"string", "number", "boolean"}}, {"minLength", 1}, {"maxLength", 200}}; }
// As unexpanded_problem(): no ~ at the beginning, no variable but $INFORELAY_DATA there.
Json type(const Path&) {
  return {{"type", "string"}, {"pattern", "^(?!.*/\\$[A-Za-z_{])([^$~]|\\$INFORELAY_DATA(/|$))"}};
}
Json type(const Numbers& kind) {
  const Json one = number_type("number", kind.bounds);
  return {{"anyOf", {one, list_of(one, kind.length)}}};
}
Json type(const Texts&) { return list_of(type(Text{}), {}, true); }
Json type(const Paths& kind) { return list_of(type(Path{}), kind.length); }
Json type(const Integers& kind) { return list_of(number_type("integer", kind.bounds), kind.length); }
Json type(const Words&) { return list_of({{"type", "string"}, {"pattern", "^\\S+$"}}, {}, true); }
Json type(const Keys&) {
  Json one{{"type", {"string", "number", "array"}}, {"items", type(Text{})}, {"minItems", 1}, {"minLength", 1}};
  return {{"anyOf", {one, Json{{"type", "object"}, {"minProperties", 1}, {"additionalProperties", one}}}}};
}
Json type(const Choice& kind) {
  Json words{{"enum", kind.words}};
  return kind.several ? list_of(std::move(words), {}, true) : words;
}
Json type(const Parsed& kind) {
  return {{"anyOf", {{{"enum", kind.words}}, {{"type", "string"}, {"pattern", kind.pattern}}}}};
}
Json type(const Series&) {
  // The reader checks the relation of low and high.
  Json range = map_of({{"low", {{"type", "number"}}},
                       {"high", {{"type", "number"}}},
                       {"count", number_type<std::int64_t>("integer", series_counts)}});
  range["required"] = {"low", "high"};
  Json one = map_of({{"values", list_of(Json::object(), {.low = 1})}, {"range", range}, {"log_range", range}});
  one["minProperties"] = one["maxProperties"] = 1;
  return {{"type", "object"},
          {"propertyNames", {{"pattern", setting_path_pattern}}},
          {"additionalProperties", std::move(one)}};
}
Json type(const Assignments&) { return list_of({{"type", "object"}, {"minProperties", 1}}, {}); }
Json type(const Group& kind) { return schema_of(kind.settings); }
Json type(const OptionalGroup& kind) { return schema_of(kind.settings()); }
Json type(const NamedGroups& kind) {
  return {{"type", "object"},
          {"propertyNames", {{"pattern", name_pattern}}},
          {"additionalProperties", or_null(schema_of(kind.add("NAME")))}};
}

Json type(const WordOr& kind) {
  Json other = std::visit([](const auto& one) { return type(one); }, kind.other.front().kind);
  return {{"anyOf", {type(kind.word), std::move(other)}}};
}

Json json_of(const ConfigNode& node) {
  if (node.kind == ConfigNode::Kind::list) {
    Json list = Json::array();
    for (const ConfigNode& item : node.items) list.push_back(json_of(item));
    return list;
  }
  if (node.quoted || node.kind != ConfigNode::Kind::scalar) return node.text;
  if (node.text == "true" || node.text == "false") return node.text == "true";
  if (const auto integer = number_from<std::int64_t>(node.text)) return *integer;
  if (const auto number = number_from<double>(node.text)) return *number;
  return node.text;
}

Json schema_of(const std::vector<Setting>& settings) {
  Json properties = Json::object();
  for (const auto& [key, about, kind] : settings) {
    Json json = Json::object();
    if (!about.empty()) json["description"] = about;
    const ConfigNode value = value_of(kind);
    if (value.kind == ConfigNode::Kind::scalar || value.kind == ConfigNode::Kind::list)
      json["default"] = json_of(value);
    json.update(or_null(std::visit([](const auto& one) { return type(one); }, kind)));
    properties[std::string(key)] = std::move(json);
  }
  return map_of(std::move(properties));
}

}  // namespace

std::string settings_json_schema(std::string_view title, const std::vector<Setting>& settings,
                                 const std::vector<std::vector<std::string>>& required) {
  Json json{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  json.update(schema_of(settings));
  // One name, or a list of them.
  json["properties"]["extends"] = {
      {"description", "Files, relative to this one, whose settings are taken over where this one says nothing."},
      {"type", {"string", "array", "null"}},
      {"items", {{"type", "string"}, {"minLength", 1}}}};
  json["anyOf"] = {{{"required", {"extends"}}}};
  for (const auto& keys : required) json["anyOf"].push_back({{"required", keys}});
  return json.dump(2) + "\n";
}

}  // namespace inforelay
