// All tied paths of the greedy search: computed step by step with resumption, and as arrays of results.
#pragma once

#include <vector>

#include "core/files/stage_store.hpp"
#include "core/progress.hpp"
#include "experiments/results/result_arrays.hpp"
#include "infotheory/relay/greedy.hpp"

namespace inforelay {

/// For all contrasts. As a step may have thousands of tied sets, the state is saved in `store` between steps.
std::vector<BranchingRelay> compute_branching(const StateTable& table, StageStore& store, Progress& progress);

/// Adds the group `branching`.
void put_branching(const std::vector<BranchingRelay>& paths, int steps, ResultArrays& out);

}  // namespace inforelay
