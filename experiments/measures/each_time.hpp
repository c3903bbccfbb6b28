// Measures of systems that are analysed at each time: computed at one time after the other, as if there were no other
// times, and stacked.
#pragma once

#include "experiments/measures/measure.hpp"

namespace inforelay {

/// True if the measure is computed at each time of the place's system. Measures of whole systems, and of
/// all times, are not.
bool is_timed(const Measure& measure, const MeasurePlace& place);

/// measure.compute(); at each time if is_timed(): then `out` has the arrays [time, ...], which at any time are those of
/// the same system with this time alone (`time: [3]`), to the last bit. Finished times are saved in run.store at
/// intervals, and before Interrupted is thrown.
void compute_measure(const Measure& measure, MeasureRun& run, ResultArrays& out);

/// measure.memory(), of all times.
MemoryNeed memory_of(const Measure& measure, const MeasurePlace& place, AllSetsTable tables);

}  // namespace inforelay
