#include "experiments/page/layer_room.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text/unit_text.hpp"

namespace inforelay {

std::size_t text_bytes(const nlohmann::json& data) {
  return data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).size();
}

std::string size_text(std::size_t bytes) {
  const auto size = static_cast<double>(bytes);
  return size < 1e6 || size >= 1e7 ? bytes_text(size) : fmt::format("{:.1f} MB", size / 1e6);
}

std::size_t LayerRoom::put(nlohmann::json& object, std::vector<std::pair<std::string, nlohmann::json>>&& members) {
  std::size_t bytes = 0;
  for (const auto& [key, data] : members) bytes += key.size() + text_bytes(data) + 4;  // "key":data,
  if (bytes > left_) return bytes;
  left_ -= bytes;
  for (auto& [key, data] : members) object[key] = std::move(data);
  return 0;
}

}  // namespace inforelay
