// What the stages of a run took in earlier runs here, for the time left of the whole run.
#pragma once

#include <filesystem>
#include <vector>

#include "experiments/reports/run_status.hpp"
#include "experiments/run/resolve.hpp"

namespace inforelay {

/// The stages of `run`, and `figures` if it draws them, each with the time of the newest one with the same label, of
/// the same size and with as many threads: in status.json in `folder` (which this start has not opened yet) and the
/// folders beside it. Of these, the 20 that changed last are read, and not more than 2,000 are looked at. Files that
/// cannot be read or are damaged count as missing. Nothing but what is shown depends on these times.
std::vector<ExpectedStage> expected_stages(const ResolvedExperiment& run, const std::filesystem::path& folder);

}  // namespace inforelay
