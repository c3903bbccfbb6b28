// Values of untrusted or incomplete JSON files, with defaults for those that are missing or of another type.
#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "core/process/process_identity.hpp"

namespace inforelay {

/// null if `text` is not JSON. Values nested deeper than 16 levels are dropped: nlohmann frees values recursively, so
/// deep nesting would overflow the stack.
inline nlohmann::json parse_json(const std::string& text) {
  constexpr int deepest = 16;
  const auto keep = [](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) { return depth <= deepest; };
  nlohmann::json value = nlohmann::json::parse(text, keep, false);
  return value.is_discarded() ? nlohmann::json() : value;
}

/// The member `key`; null if there is none.
inline const nlohmann::json& member(const nlohmann::json& object, const char* key) {
  static const nlohmann::json null;
  if (!object.is_object()) return null;
  const auto found = object.find(key);
  return found == object.end() ? null : *found;
}

inline std::string text_at(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

/// 0 if there is none or it does not fit.
inline std::int64_t integer_at(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = member(object, key);
  if (!value.is_number_integer()) return 0;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return 0;
  return value.get<std::int64_t>();
}

/// 0 if there is none or it is negative.
inline double positive_at(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = member(object, key);
  return value.is_number() && value.get<double>() > 0 ? value.get<double>() : 0;
}

/// Conversion of a process to and from the members of an object.
inline nlohmann::json to_json(const ProcessIdentity& process) {
  return {{"pid", process.pid}, {"start", process.start}, {"host", process.host}, {"machine", process.machine}};
}
inline ProcessIdentity process_from(const nlohmann::json& object) {
  return {.pid = integer_at(object, "pid"),
          .start = static_cast<std::uint64_t>(integer_at(object, "start")),
          .host = text_at(object, "host"),
          .machine = text_at(object, "machine")};
}

}  // namespace inforelay
