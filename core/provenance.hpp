// Program, machine and command that produced a result; recorded with it, so that it can be reproduced.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace inforelay {

/// "0.1.0"
std::string_view version();
/// Hash of the commit that the program was built from, with "-dirty" if tracked files differed; "unknown" outside
/// git. As of the last build.
std::string_view git_revision();
/// "GNU 12.2.0"
std::string_view compiler();
/// Optimisation and other flags: "Release: -O3 -DNDEBUG -ffp-contract=off ..."
std::string_view compiler_flags();

/// Name of this machine; "unknown" if it has none.
std::string host_name();

/// The arguments as one line that a POSIX shell splits into the same arguments again.
std::string shell_line(std::span<const char* const> arguments);

/// Seconds of real time since construction, unmoved by changes of the clock.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The record stored with a result.
struct Provenance {
  std::string version, git_revision, compiler, compiler_flags, host, command_line;
  int threads = 0;
  double wall_seconds = 0;  ///< to be set when the work is done
};

/// Everything but the wall seconds: this program, this machine, thread_count() threads, the given command.
Provenance current_provenance(int argc, const char* const* argv);

}  // namespace inforelay
