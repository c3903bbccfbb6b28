// Runs the built run_experiment as a user would, in a scratch folder, with chosen environment.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/temporary_folder.hpp"

namespace inforelay::test {

using Arguments = std::vector<std::string>;

/// One after the other.
Arguments with(Arguments arguments, const Arguments& more);

struct ProgramResult {
  int exit_code = -1;  ///< 128 + signal where a signal ended it
  std::string out, err;
  double peak_bytes = 0;  ///< most memory that it, or a process that it waited for, had at once
};

struct ProgramOptions {
  std::map<std::string, std::string> environment;  ///< added to ours; an empty value removes the variable
  double signal_after_seconds = 0;                 ///< > 0: send `signal` then, if it still runs
  std::function<bool()> signal_when{};             ///< asked every millisecond: send `signal` when it is true
  int signal = SIGINT;
  std::function<void(pid_t)> started{};   ///< told the process
  std::uint64_t file_size_limit = 0;      ///< > 0: RLIMIT_FSIZE, a disk that is full early
  std::uint64_t address_space_limit = 0;  ///< > 0: RLIMIT_AS, memory that is short
  std::filesystem::path out_file = {};    ///< where stdout goes in place of ProgramResult::out; "-": it is closed
  int err_descriptor = -1;                ///< >= 0: where stderr goes in place of ProgramResult::err
  std::vector<std::string> launcher{};    ///< what starts it, with arguments: then the process is this one's
};

/// Starts run_experiment with `arguments` in `folder` and waits for it.
ProgramResult run_program(const Arguments& arguments, const std::filesystem::path& folder,
                          const ProgramOptions& options = {});

/// The same, going on meanwhile. Killed at the end where it was not waited for.
class StartedProgram {
 public:
  StartedProgram(const Arguments& arguments, const std::filesystem::path& folder, const ProgramOptions& options = {});
  StartedProgram(const StartedProgram&) = delete;
  StartedProgram& operator=(const StartedProgram&) = delete;
  ~StartedProgram();

  pid_t pid() const { return pid_; }
  void signal(int signal) const { kill(pid_, signal); }
  /// To the end; the options' signal is sent meanwhile.
  ProgramResult wait();

 private:
  TemporaryFolder streams_;
  ProgramOptions options_;
  pid_t pid_ = -1;
};

/// True from the moment at which the HDF5 files below `folder` have changed `changes` times, and it was asked `more`
/// times after that: for ProgramOptions::signal_when.
std::function<bool()> after_changes(const std::filesystem::path& folder, int changes, int more = 0);

/// Every number of a results file that does not tell where and how fast it was computed.
std::vector<double> numbers_of(const std::filesystem::path& results);

/// Equal to the last bit, NaN equal to itself.
bool identical(const std::vector<double>& a, const std::vector<double>& b);

/// The cells of each line of a CSV file, cut at every comma: for tables without quoted ones.
std::vector<std::vector<std::string>> rows_of(const std::filesystem::path& path);

}  // namespace inforelay::test
