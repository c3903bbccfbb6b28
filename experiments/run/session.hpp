// What single runs and sweeps share: their folder with log and status, and the handling of their end.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/error.hpp"
#include "experiments/config/config.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/run/command_line.hpp"
#include "experiments/run/run_directory.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// The result of a run or a sweep that was not interrupted.
struct RunReport {
  std::string summary;
  ExitCode code = ExitCode::ok;  ///< or comparison: one is out of tolerance; or sweep
  std::string failure{};         ///< for ExitCode::sweep: how many runs failed
  std::string folder{};          ///< of the results; "": there are none
};

/// --output, or runs/NAME-IDENTITY; or, unless that exists, the folder in runs/ that holds the same run, complete,
/// under another name.
std::filesystem::path folder_for(const ExperimentConfig& config, const CommandLine& line, const std::string& identity);

/// Opens that folder and takes its lock, with messages to `console`.
RunDirectory open_folder(const ExperimentConfig& config, const CommandLine& line, const std::string& identity,
                         Console& console);

/// The summary of a complete run.
std::string read_summary(const RunDirectory& directory);

/// Provenance of a run, without wall_seconds.
RunProvenance provenance_of(const ExperimentConfig& config, const CommandLine& line, const DataPlan& data);

/// Downloads data that are not there yet, as a stage of its own before `later_stages` others; returns what will be
/// used.
DataPlan fetch_as_stage(const DataPlan& data, int later_stages, Console& console);

/// "2 threads"; with several ranks() "16 ranks, the first with 2 threads"
std::string threads_text(int threads);

/// Does `work` while the console writes log and status in `directory`, whose lock is held. The last status says how
/// the work ended.
RunReport in_open_folder(const RunDirectory& directory, const std::string& name, Console& console,
                         const std::function<RunReport()>& work);

}  // namespace inforelay
