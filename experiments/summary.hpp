// The main numbers of an experiment, for people: one screen, also kept as summary.txt.
#pragma once

#include <string>

#include "experiments/results.hpp"

namespace inforelay {

/// Text of at most 100 columns, ending in a line feed. `figures`: how many were drawn, into `folder`.
std::string summarise(const ExperimentResult& result, const std::string& folder, std::size_t figures);

}  // namespace inforelay
