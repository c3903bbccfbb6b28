// The stages of a run and the memory they need, for --dry-run and to refuse runs that are too large.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "experiments/run/command_line.hpp"
#include "experiments/run/estimate.hpp"
#include "experiments/run/experiment.hpp"

namespace inforelay {

/// The steps of a run, in order: data, the stages, figures.
std::vector<StageEstimate> plan_of(const PreparedExperiment& prepared);

/// The most memory that a run needs at once, and the stage in which it does.
struct MemoryPeak {
  double bytes = 0;
  std::string stage;
};
/// `threads`: each needs working memory of its own. `ranks` that share the scans of all sets: memory of rank 0.
MemoryPeak peak_of(std::span<const StageEstimate> stages, int threads, int ranks = 1);

/// Of a run with one thread and one rank.
double peak_bytes(const PreparedExperiment& prepared);

/// Bytes that a run may use: max_memory, or else those of this machine.
double memory_limit(const ExperimentConfig& config);

/// Whether the tables of all sets are kept, according to analysis.tables. With `automatic` they are discarded if the
/// run is too large with them on 64 threads of several ranks, but fits without them on one thread, and nothing
/// requested needs them. Ignores prepared.tables.
AllSetsTable choose_tables(const PreparedExperiment& prepared);

/// A sentence that says so if a run discards them because they do not fit; otherwise "".
std::string tables_note(const PreparedExperiment& prepared);

/// Throws UsageError if the run would need more than memory_limit(): with the stage, its bytes, the limit and what can
/// be changed. `run`: which run of a sweep; otherwise empty.
void check_memory(const PreparedExperiment& prepared, int threads, int ranks, const std::string& run = "");

/// The text of --dry-run: data, folder, stages with sets and bytes. Weight files are read.
std::string describe_plan(const ExperimentConfig& config, const CommandLine& line);

}  // namespace inforelay
