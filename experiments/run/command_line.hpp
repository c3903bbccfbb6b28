// The command line of run_experiment.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/provenance.hpp"
#include "experiments/reports/console.hpp"

namespace inforelay {

struct CommandLine {
  enum class Action { run, validate, print_config, dry_run, status, list, runs, compare, export_run, print };

  Action action = Action::run;
  std::string text;                    ///< for Action::print: help, version, schema or completion script
  std::filesystem::path config;        ///< of actions on a configuration, else empty
  std::filesystem::path folder;        ///< for Action::status, export_run and (empty: runs) runs
  std::filesystem::path other_folder;  ///< for Action::compare, the second one
  std::string topic;                   ///< for Action::list: one of list_topics()
  std::vector<std::string> overrides;  ///< "key.path=value"
  std::filesystem::path output;        ///< empty: runs/NAME-HASH8
  bool fresh = false;
  int threads = 0;             ///< of -j; 0: default_threads()
  std::string threads_source;  ///< what the number of threads comes from; set by main()
  ProgressStyle progress = ProgressStyle::automatic;
  Verbosity verbosity = Verbosity::normal;
  Provenance provenance;  ///< program, machine and the command as typed
};

/// Throws UsageError for an invalid command line.
CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace inforelay
