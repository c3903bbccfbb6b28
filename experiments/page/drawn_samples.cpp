#include "experiments/page/drawn_samples.hpp"

#include <algorithm>

#include "core/random.hpp"

namespace inforelay {

std::vector<std::uint32_t> drawn_samples(std::size_t samples, std::size_t count) {
  RandomStream random(0, "samples of the page");
  // The first ones of a random order: of more samples more of the same order.
  std::vector<std::uint32_t> drawn = sample_without_replacement(samples, std::min(count, samples), random);
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

}  // namespace inforelay
