// The bytes that a layer may take in the page.
#pragma once

#include <algorithm>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace inforelay {

/// Bytes of `data` in the page.
std::size_t text_bytes(const nlohmann::json& data);
/// "31 kB", "1.4 MB".
std::string size_text(std::size_t bytes);

class LayerRoom {
 public:
  explicit LayerRoom(std::size_t bytes) : left_(bytes) {}

  std::size_t left() const { return left_; }
  /// Takes room for what must be in the page, even if there is not enough.
  void take(std::size_t bytes) { left_ -= std::min(bytes, left_); }
  /// Is it worth compressing an array of so many bytes to see if it fits? This bounds the work; text is a third longer,
  /// so an array at the bound fits if it is compressed to 3/16: activations of which most are 0 are.
  bool may_fit(std::size_t array_bytes) const { return array_bytes / 4 <= left_; }
  /// Takes the room of `members`, {key, data}, and puts all of them into `object`. Without room for all nothing is put
  /// or taken, and the answer is how many bytes they need; else 0.
  std::size_t put(nlohmann::json& object, std::vector<std::pair<std::string, nlohmann::json>>&& members);

 private:
  std::size_t left_;
};

}  // namespace inforelay
