// Values of JSON files that may be half-written, or come from anyone: what is absent or of another type has a default.
#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace inforelay {

/// null where `text` is not JSON.
inline nlohmann::json parse_json(const std::string& text) {
  nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
  return value.is_discarded() ? nlohmann::json() : value;
}

/// The member `key`; null where there is none.
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

/// 0 where there is none, or it does not fit.
inline std::int64_t integer_at(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = member(object, key);
  if (!value.is_number_integer()) return 0;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return 0;
  return value.get<std::int64_t>();
}

/// 0 where there is none.
inline double number_at(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = member(object, key);
  return value.is_number() && std::isfinite(value.get<double>()) ? value.get<double>() : 0;
}

}  // namespace inforelay
