#include <algorithm>
#include <numeric>

#include "core/random.hpp"
#include "nn/weights/layer_order.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

/// By trying all permutations.
std::vector<std::vector<std::size_t>> all_orders(const std::vector<LayerShape>& layers) {
  std::vector<std::size_t> order(layers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::vector<std::size_t>> found;
  do {
    std::vector<LayerShape> permuted;
    for (const std::size_t i : order) permuted.push_back(layers[i]);
    if (chains(permuted)) found.push_back(order);
  } while (std::next_permutation(order.begin(), order.end()));
  return found;
}

}  // namespace

TEST_CASE("Layers of different widths chain in one order", "[weights]") {
  const std::vector<LayerShape> layers{{20, 10}, {784, 30}, {30, 20}};
  CHECK(chain_orders(layers) == std::vector<std::vector<std::size_t>>{{1, 2, 0}});
}

TEST_CASE("Orders agree with all permutations tried", "[weights]") {
  RandomStream random(1, "layer order");
  std::array<int, 3> seen{};
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<LayerShape> layers(1 + random.below(6));
    // Half of the trials walk, so that an order exists.
    std::uint64_t width = random.below(4);
    for (LayerShape& layer : layers) {
      layer = {trial % 2 == 0 ? width : random.below(4), random.below(4)};
      width = layer.out;
    }
    std::rotate(layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(random.below(layers.size())),
                layers.end());
    const auto expected = all_orders(layers), found = chain_orders(layers);
    REQUIRE(found.size() == std::min<std::size_t>(expected.size(), 2));
    for (const auto& order : found) REQUIRE(std::find(expected.begin(), expected.end(), order) != expected.end());
    if (found.size() == 2) REQUIRE(found[0] != found[1]);
    ++seen[found.size()];
  }
  CHECK(*std::min_element(seen.begin(), seen.end()) > 100);
}
