// Numbers beside the relay information of a table: its upper bound, and over how many units it is spread.
#pragma once

#include <vector>

#include "core/axes.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// Plug-in I(X_in; X_out) of each contrast -> [C], bits: an upper bound of the relay information of all units. In [0,
/// min(H(X_in), H(X_out))] up to rounding. Cost O(C M).
std::vector<double> input_output_information_bits(const StateTable& table);
std::vector<double> input_output_information_bits(const LevelTable& table);

/// Participation ratio (sum V)^2 / sum V^2 of the aggregated relay information V [C,K] -> [C]: K if all units have the
/// same, 1 if one has all of it; NaN if all have 0.
std::vector<double> participation_ratio(const RowMatrix<double>& aggregated);

}  // namespace inforelay
