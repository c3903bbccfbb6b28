#include "infotheory/importance/agreement.hpp"

#include <cmath>
#include <utility>

#include "core/statistics/rank_statistics.hpp"
#include "infotheory/importance/membership_sums.hpp"

namespace inforelay {

RankedTable::RankedTable(std::span<const float> values)
    : values_(values),
      units_(detail::units_of_table("ranks of sets", values.size())),
      sizes_(values.size()),
      ranks_in_size_(values.size()) {
  for (std::size_t set = 1; set < sizes_.size(); ++set)
    sizes_[set] = static_cast<std::uint8_t>(sizes_[set / 2] + (set & 1u));
  const AscendingOrder order = ascending_order(values);
  ranks_ = doubled_mid_ranks(order);
  // Of each size: the sets of lower runs, and of this run.
  std::vector<std::uint32_t> lower(static_cast<std::size_t>(units_) + 1), equal(lower.size());
  for (std::size_t r = 0; r < order.run_count(); ++r) {
    for (const std::uint32_t set : order.run(r)) ++equal[sizes_[set]];
    for (const std::uint32_t set : order.run(r)) ranks_in_size_[set] = 2 * lower[sizes_[set]] + equal[sizes_[set]] + 1;
    for (const std::uint32_t set : order.run(r)) lower[sizes_[set]] += std::exchange(equal[sizes_[set]], 0);
  }
}

double RankedTable::percentile_in_size(NeuronSet set) const {
  double count = 1;  // binomial coefficient
  for (int i = 0; i < set.size(); ++i) count = count * (units_ - i) / (i + 1);
  return (ranks_in_size_[set.index()] - 1) / (2 * std::round(count));
}

}  // namespace inforelay
