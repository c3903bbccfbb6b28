// The orders in which layers can be chained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace inforelay {

/// The widths of a layer.
struct LayerShape {
  std::uint64_t in, out;
  bool operator==(const LayerShape&) const = default;
};

/// True if the out of each layer is the in of the next.
bool chains(std::span<const LayerShape> layers);

/// The orders in which all layers chain, as positions in `layers`: none, one, or two if there are more. Seen as
/// edges in -> out between widths, these are the Eulerian trails. Cost at most O(n^4) for n layers.
std::vector<std::vector<std::size_t>> chain_orders(std::span<const LayerShape> layers);

/// The order of names by the numbers in them, as positions in `names`: "0", "2", "10"; "net.2.0", "net.10.0". None if
/// two of them first differ in something other than a number. Cost O(n^2) comparisons.
std::optional<std::vector<std::size_t>> numbered_order(std::span<const std::string> names);

}  // namespace inforelay
