// Temporal representation of all sets and transfer entropy as arrays of results.
#pragma once

#include <vector>

#include "experiments/measures/measure.hpp"

namespace inforelay {

/// Why the place has none; "" if it has.
std::string missing_temporal(const MeasurePlace& place);

/// The arrays below.
std::vector<ArrayInfo> temporal_infos();

/// Its memory.
MemoryNeed temporal_memory(const MeasurePlace& place);

/// Adds temporal_representation [lag,set], transfer_entropy [target,set] and transfer_entropy_units [unit,target] of
/// the place that is being computed, from its group states/SUBSET. The input x of a recurrent network is what it reads,
/// that of a recording its input symbol. The first p steps of a trial are left out at lag p. Finished rows are saved.
/// Throws DataError if trials differ in their steps, steps are missing, or a lag is not below the steps per trial;
/// UsageError if the inputs are no symbols; Interrupted.
void put_temporal(MeasureRun& run, ResultArrays& out);

}  // namespace inforelay
