// What a sweep leaves: sweep.csv, results.h5, summary.txt.
#pragma once

#include <filesystem>
#include <string>

#include "experiments/compare/seed_replication.hpp"
#include "experiments/results/results.hpp"
#include "experiments/sweep/collect.hpp"
#include "experiments/sweep/plan.hpp"

namespace inforelay {

/// A row for each run: number, folder, seed, the swept values, status, message, seconds, and the mean of each metric.
std::string sweep_csv(const SweepPlan& plan, const SweepTable& table);

/// results.h5 of the sweep: provenance, /sweep, and what `study` holds, as docs/results.md says. `header`: name and
/// provenance.
void write_sweep_results(const std::filesystem::path& path, const ExperimentResult& header, const SweepPlan& plan,
                         const SweepTable& table, const StudyResult& study);

/// A screen: how many runs, the metrics at each point (median and spread over its replicates), and what failed.
std::string summarise_sweep(const SweepPlan& plan, const SweepTable& table, const ExperimentResult& header,
                            const std::string& folder, std::size_t figures);

}  // namespace inforelay
