// The main numbers of an experiment, for people: one screen, also kept as summary.txt.
#pragma once

#include <string>
#include <vector>

#include "experiments/results/results.hpp"

namespace inforelay {

/// Text of at most 100 columns, ending in a line feed. `figures`: how many were drawn, into `folder`; `wall_seconds`:
/// since this start.
std::string summarise(const ExperimentResult& result, const std::string& folder, std::size_t figures,
                      double wall_seconds);

/// A line for each stage, and their sum.
std::string times_table(const std::vector<StageTime>& stages);

}  // namespace inforelay
