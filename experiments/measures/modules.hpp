// Whether the relays of classes share units, and which units have similar roles.
#pragma once

#include <vector>

#include "experiments/results/result_arrays.hpp"

namespace inforelay {

/// The arrays below modules/, for the table of a measure.
std::vector<ArrayInfo> module_arrays();

/// modules/overlap from the greedy path `removal_order` [C,K] of a group relay/SUBSET; modules/linkage and
/// modules/leaf_order from the profiles of units over classes, the rows of shapley [C,K].
void put_overlap(const ResultView& relay, ResultArrays& out);
void put_linkage(const RowMatrix<double>& shapley, ResultArrays& out);

}  // namespace inforelay
