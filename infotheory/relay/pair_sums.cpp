#include "infotheory/relay/pair_sums.hpp"

#include <algorithm>
#include <utility>

namespace inforelay::detail {

NumberedPairs::NumberedPairs(const LevelTable& table, int contrast)
    : inputs(table.input_values()), outputs(table.output_values()) {
  PairCounts counts = table.pairs(contrast);
  begin = std::move(counts.begin);
  const auto code = [](const PairCount& pair) { return std::uint32_t{pair.input} << 16 | pair.output; };
  std::vector<std::uint32_t> codes;
  codes.reserve(counts.pairs.size());
  for (const PairCount& each : counts.pairs) codes.push_back(code(each));
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  pairs = codes.size();
  entries.reserve(counts.pairs.size());
  for (const PairCount& each : counts.pairs) {
    const auto place = std::lower_bound(codes.begin(), codes.end(), code(each)) - codes.begin();
    entries.push_back({each.input, each.output, static_cast<std::uint32_t>(place), each.count});
  }
}

}  // namespace inforelay::detail
