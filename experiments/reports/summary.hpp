// The main numbers of an experiment, for people: one screen, also kept as summary.txt.
#pragma once

#include <string>
#include <vector>

#include "experiments/compare/comparison.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {

/// Text that ends in a line feed. `figures`: number of those drawn; `wall_seconds`: since this start of the program.
std::string summarise(const ExperimentResult& result, const ComparisonResult& comparison, const std::string& folder,
                      std::size_t figures, double wall_seconds);

/// A line for each stage, and their sum.
std::string times_table(const std::vector<StageTime>& stages);

}  // namespace inforelay
