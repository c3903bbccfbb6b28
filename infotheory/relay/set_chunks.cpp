#include "infotheory/relay/set_chunks.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "infotheory/information/entropy.hpp"

namespace inforelay::detail {
namespace {

/// The units by rising `key`, of equals the lower first.
template <class Key>
std::vector<int> by_rising(const std::vector<Key>& key) {
  std::vector<int> order(key.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int x, int y) { return key[static_cast<std::size_t>(x)] < key[static_cast<std::size_t>(y)]; });
  return order;
}

}  // namespace

std::vector<int> decision_order(const StateTable& table) {
  std::vector<std::uint64_t> imbalance;  // |2 * ones - N|: 0 for the highest entropy
  for (int k = 0; k < table.unit_count(); ++k) {
    std::uint64_t ones = 0;
    for (std::size_t i = 0; i < table.size(); ++i)
      if (table.states().bit(i, k)) ones += table.counts()[i];
    const std::uint64_t samples = table.sample_count();
    imbalance.push_back(2 * ones > samples ? 2 * ones - samples : samples - 2 * ones);
  }
  return by_rising(imbalance);
}

std::vector<int> decision_order(const LevelTable& table) {
  std::vector<double> negative_entropy;
  for (int k = 0; k < table.unit_count(); ++k) {
    std::array<std::uint64_t, 256> counts{};
    for (std::size_t i = 0; i < table.size(); ++i)
      counts[table.states()(static_cast<Eigen::Index>(i), k)] += table.counts()[i];
    negative_entropy.push_back(-entropy_bits(std::span<const std::uint64_t>(counts)));
  }
  return by_rising(negative_entropy);
}

SetChunks::SetChunks(std::vector<int> decision_order, int least_bits, int chunk_bits)
    : bits_(std::max(static_cast<int>(decision_order.size()), least_bits)),
      leaf_bits_(std::min(bits_, chunk_bits)),
      unit_(std::move(decision_order)) {
  std::reverse(unit_.begin(), unit_.end());
  // If there are constant units in front, only the leaves that keep them are sets.
  const int free_units = std::min(leaf_bits_, units());
  free_ = NeuronSet(to_units((StateWord{1} << free_units) - 1));
  for (StateWord leaf = 0; leaf < StateWord{1} << free_units; ++leaf) sets_.push_back(to_units(leaf));
  ascending_.resize(sets_.size());
  std::iota(ascending_.begin(), ascending_.end(), 0u);
  std::sort(ascending_.begin(), ascending_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return sets_[a] < sets_[b]; });
}

StateWord SetChunks::to_tree(StateWord word) const {
  StateWord moved = 0;
  for (std::size_t bit = 0; bit < unit_.size(); ++bit) moved |= (word >> unit_[bit] & 1u) << bit;
  return moved;
}

StateWord SetChunks::to_units(StateWord moved) const {
  StateWord word = 0;
  for (std::size_t bit = 0; bit < unit_.size(); ++bit) word |= (moved >> bit & 1u) << unit_[bit];
  return word;
}

}  // namespace inforelay::detail
