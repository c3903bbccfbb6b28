// The errors that users can cause or meet. what() is one line that names the thing, its place, the value found and what
// was expected; programs print it and exit with exit_code(). Broken invariants are asserts, not errors.
#pragma once

#include <stdexcept>
#include <string>

namespace inforelay {

enum class ExitCode : int {
  ok = 0,
  internal = 1,       ///< a bug, or the machine failed us: disk full, out of memory
  usage = 2,          ///< command line or configuration
  data = 3,           ///< data or weight file
  sweep = 4,          ///< some runs of a sweep failed
  reproduction = 5,   ///< a published number was not met
  interrupted = 130,  ///< SIGINT; the same command resumes
  terminated = 143,   ///< SIGTERM; the same command resumes
};

/// Base of all errors that are reported to people.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode exit_code() const { return code_; }

 private:
  ExitCode code_;
};

/// Command line, configuration, or an option value out of range.
struct UsageError : Error {
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// A data set or weight file that is missing, damaged or not what it says.
struct DataError : Error {
  explicit DataError(const std::string& message) : Error(ExitCode::data, message) {}
};

/// A file of ours that could not be written or read back (disk full, vanished directory).
struct IoError : Error {
  explicit IoError(const std::string& message) : Error(ExitCode::internal, message) {}
};

/// A computation that could not reach its goal: weights went NaN, a detector never learned.
struct ComputeError : Error {
  explicit ComputeError(const std::string& message) : Error(ExitCode::internal, message) {}
};

/// Thrown by a long computation when its Progress asks it to stop. Not an Error: nothing went wrong.
struct Interrupted : std::exception {
  const char* what() const noexcept override { return "interrupted"; }
};

}  // namespace inforelay
