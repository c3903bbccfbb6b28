// Statistics of all sets by size (core/sets/subset_statistics.hpp) as arrays of results.
#pragma once

#include <string>
#include <vector>

#include "core/sets/subset_statistics.hpp"
#include "experiments/results/result_arrays.hpp"

namespace inforelay {

/// Adds the descriptions of the arrays of put_statistics() to those of a measure, e.g. for the `quantity` "relay
/// information" with the `units` "bit".
std::vector<ArrayInfo> with_statistics(std::vector<ArrayInfo> arrays, const std::string& units,
                                       const std::string& quantity);

/// Adds them below `group`; other groups than `sizes` need descriptions of their own.
void put_statistics(const SubsetStatistics& statistics, ResultArrays& out, const std::string& group = "sizes");

/// The inverse; `sizes` is that group.
SubsetStatistics statistics_from(const ResultView& sizes);

}  // namespace inforelay
