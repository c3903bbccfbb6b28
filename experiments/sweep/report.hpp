// The output of a sweep: sweep.csv, results.h5, summary.txt.
#pragma once

#include <filesystem>
#include <string>

#include "experiments/compare/seed_replication.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/sweep/collect.hpp"
#include "experiments/sweep/plan.hpp"

namespace inforelay {

/// A row for each run: number, folder, seed, the swept values, status, message, seconds, and the mean of each metric.
std::string sweep_csv(const SweepPlan& plan, const SweepTable& table);

/// Writes results.h5 of the sweep: provenance, /sweep and /replication, as docs/results.md describes. `header`: name
/// and provenance.
void write_sweep_results(const std::filesystem::path& path, const ExperimentResult& header, const SweepPlan& plan,
                         const SweepTable& table, const SeedReplication& replication);

/// summary.txt: number of runs, the metrics at each point (median and spread over its replicates), failures.
std::string summarise_sweep(const SweepPlan& plan, const SweepTable& table, const ExperimentResult& header,
                            const std::string& folder, std::size_t figures);

}  // namespace inforelay
