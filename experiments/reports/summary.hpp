// The main numbers of an experiment, for people (summary.txt) and for programs (summary.csv, summary.json).
#pragma once

#include <string>
#include <vector>

#include "experiments/compare/comparison.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {

/// What a summary says of the run beside its results.
struct SummaryContext {
  std::string folder;                      ///< of the run
  std::vector<std::string> warnings = {};  ///< that were printed while it ran
  double wall_seconds = 0;                 ///< of this start
};

struct Summary {
  std::string text, csv, json;
};

/// For each network and recording its main numbers (summary_sections()), then warnings, the comparison, time and
/// folder. Lines of the text have at most 80 columns, but for paths, names and the comparison.
Summary summarise(const ExperimentResult& result, const ComparisonResult& comparison, const SummaryContext& context);

/// "Time 31.0 s: training 17.6 s, relay ... 4.3 s, ...": the total and the longest stages, over all starts.
std::string times_line(const std::vector<StageTime>& stages);
/// A line for each stage.
std::string times_table(const std::vector<StageTime>& stages);

}  // namespace inforelay
