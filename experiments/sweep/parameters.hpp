// The values of the parameters of a sweep, and the points of the sweep.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/config/tree.hpp"
#include "core/random.hpp"
#include "experiments/config/config.hpp"

namespace inforelay {

/// Values of one parameter without duplicates: those listed, or those of its range, which must have a count: the ends
/// as written, and between them numbers rounded to six digits, or to integers if `is_integer`.
std::vector<ConfigNode> values_of(const ConfigSeries& series, bool is_integer);

/// A value drawn from a series: one of those listed, or a number between low and high (both included if `is_integer`),
/// uniform or, with log_range, log-uniform.
ConfigNode draw_value(const ConfigSeries& series, bool is_integer, RandomStream random);

/// The number that a scalar stands for; none if it is not a number.
std::optional<double> number_of(const ConfigNode& value);

/// True if two values are the same number, or have the same text as YAML.
bool same_value(const ConfigNode& a, const ConfigNode& b);

/// The points of a sweep, each with a value for each parameter; `is_integer` has an element for each parameter. In a
/// grid the last parameter changes fastest. Errors (lists of different lengths, an exclusion that excludes nothing,
/// more than `most_runs` runs including replicates) are added to `errors`; `place` is that of the sweep.
std::vector<std::vector<ConfigNode>> sweep_points(const SweepConfig& sweep, const std::vector<bool>& is_integer,
                                                  std::int64_t seed, std::size_t most_runs, const ConfigPlace& place,
                                                  ConfigErrors& errors);

}  // namespace inforelay
