// What the parameters of a sweep take as values, and the points that these make.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/config/tree.hpp"
#include "core/random.hpp"
#include "experiments/config/config.hpp"

namespace inforelay {

/// Values of one parameter: those written, or those of its range, which must have a count: the ends as written, between
/// them numbers of six digits, or whole ones if `is_integer`; each once.
std::vector<ConfigNode> values_of(const ConfigSeries& series, bool is_integer);

/// A value drawn from a series: one of those written, or a number between low and high (both included if
/// `is_integer`), uniform or, with log_range, of uniform logarithm.
ConfigNode draw_value(const ConfigSeries& series, bool is_integer, RandomStream random);

/// A scalar that is a number, as a number.
std::optional<double> number_of(const ConfigNode& value);

/// Whether two values are the same: the same text as YAML, or the same number.
bool same_value(const ConfigNode& a, const ConfigNode& b);

/// The points of a sweep, each with a value for each parameter; `is_integer`: as many. In a grid the last parameter
/// changes fastest. What is wrong (lists of different lengths, an exclusion that excludes nothing, too many points) is
/// added to `errors`; `place` is that of the sweep. At most `most_runs` runs, replicates counted.
std::vector<std::vector<ConfigNode>> sweep_points(const SweepConfig& sweep, const std::vector<bool>& is_integer,
                                                  std::int64_t seed, std::size_t most_runs, const ConfigPlace& place,
                                                  ConfigErrors& errors);

}  // namespace inforelay
