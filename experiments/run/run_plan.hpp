// What a run would do, how long it would take and how much memory: --dry-run, and the refusal of what cannot fit.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/run/command_line.hpp"
#include "experiments/run/estimate.hpp"
#include "experiments/run/experiment.hpp"

namespace inforelay {

/// All that a run does, in order: data, the stages, results file, figures.
std::vector<StageEstimate> plan_of(const PreparedExperiment& prepared);

/// The most memory that a run holds at once, and the stage in which it does.
struct MemoryPeak {
  double bytes = 0;
  std::string stage;
};
/// `threads`: each brings its own working memory. `ranks` that share the scans of all sets: of rank 0.
MemoryPeak peak_of(std::span<const StageEstimate> stages, int threads, int ranks = 1);

/// Sums of the stages; `bytes` is the peak.
struct RunCost {
  CpuWork work, most;
  double bytes = 0;
};
RunCost cost_of(const PreparedExperiment& prepared, int threads);

/// Bytes that a run may take: max_memory, else those of this machine.
double memory_limit(const ExperimentConfig& config);

/// Whether the tables of all sets are kept: as analysis.tables says. `automatic`: unless the run is too large with them
/// on 64 threads of several ranks and not without on one thread, and nothing that was asked for needs them.
/// prepared.tables makes no difference.
AllSetsTable choose_tables(const PreparedExperiment& prepared);

/// Where a run leaves them out because they do not fit: a sentence that says so. Else "".
std::string tables_note(const PreparedExperiment& prepared);

/// Throws UsageError where the run would take more than memory_limit(): with the stage, its bytes, the bound and what
/// can be changed. `run`: of a sweep, which one; else empty.
void check_memory(const PreparedExperiment& prepared, int threads, int ranks, const std::string& run = "");

/// What run_experiment would do: data, folder, stages with sets, bytes and estimated time. Weight files are read; the
/// speed of this machine is measured, which takes a moment.
std::string describe_plan(const ExperimentConfig& config, const CommandLine& line);

}  // namespace inforelay
