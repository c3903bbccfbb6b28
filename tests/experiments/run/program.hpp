// Runs the built run_experiment like a user, in a scratch folder, with a chosen environment.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/temporary_folder.hpp"

namespace inforelay {
struct ExperimentResult;
}  // namespace inforelay

namespace inforelay::test {

using Arguments = std::vector<std::string>;

/// A configuration for the digits that are generated, with a trained network and a composite.
inline const std::string quick_config = INFORELAY_CONFIGS "/quick.yaml";

/// `arguments` followed by `more`.
Arguments with(Arguments arguments, const Arguments& more);

struct ProgramResult {
  int exit_code = -1;  ///< 128 + signal if a signal ended it
  std::string out, err;
  double peak_bytes = 0;  ///< peak memory, its own or of a process that it waited for; at least that of the test
};

struct ProgramOptions {
  std::map<std::string, std::string> environment;  ///< added to ours; an empty value removes the variable
  std::function<bool()> signal_when{};             ///< called every millisecond: send `signal` once it is true
  int signal = SIGINT;
  std::function<void(pid_t)> started{};   ///< called with the process
  std::uint64_t file_size_limit = 0;      ///< > 0: RLIMIT_FSIZE, like a full disk
  std::uint64_t address_space_limit = 0;  ///< > 0: RLIMIT_AS, as by ulimit -v
  std::uint64_t data_limit = 0;           ///< > 0: RLIMIT_DATA, as by ulimit -d
  std::filesystem::path out_file = {};    ///< file for stdout instead of ProgramResult::out; "-": stdout is closed
  int err_descriptor = -1;                ///< >= 0: for stderr instead of ProgramResult::err
  std::vector<std::string> launcher{};  ///< a program that starts it (mpirun), with arguments; `started` gets that one
};

/// Starts run_experiment with `arguments` in `folder` and waits for it.
ProgramResult run_program(const Arguments& arguments, const std::filesystem::path& folder,
                          const ProgramOptions& options = {});

/// Runs `config`, written as t.yaml in `folder`, into `folder`/out from the start.
ProgramResult run_config(const TemporaryFolder& folder, const std::string& config, const Arguments& more = {});

/// The results of a run of `config`, written as t.yaml in `folder`, into `folder`/`name`, and what it printed; it must
/// succeed.
ExperimentResult completed_run(const TemporaryFolder& folder, const std::string& config, const std::string& name,
                               const Arguments& settings, std::string* out = nullptr);

/// A run_experiment in the background; the destructor kills it unless wait() was called.
class StartedProgram {
 public:
  StartedProgram(const Arguments& arguments, const std::filesystem::path& folder, const ProgramOptions& options = {});
  StartedProgram(const StartedProgram&) = delete;
  StartedProgram& operator=(const StartedProgram&) = delete;
  ~StartedProgram();

  pid_t pid() const { return pid_; }
  void signal(int signal) const { kill(pid_, signal); }
  /// Waits for its end; sends the signal of the options meanwhile.
  ProgramResult wait();

 private:
  TemporaryFolder streams_;
  ProgramOptions options_;
  pid_t pid_ = -1;
};

/// For ProgramOptions::signal_when: true once the HDF5 files below `folder` have changed `changes` times and `more`
/// calls have passed since.
std::function<bool()> after_changes(const std::filesystem::path& folder, int changes, int more = 0);

/// Every number of a results file except those about machine and time.
std::vector<double> numbers_of(const std::filesystem::path& results);

/// Equal to the last bit; NaN equals itself.
bool identical(const std::vector<double>& a, const std::vector<double>& b);

/// The cells of each line of a CSV file without quoted commas.
std::vector<std::vector<std::string>> rows_of(const std::filesystem::path& path);

}  // namespace inforelay::test
