// The errors that users can cause or meet. what() is one line that names the thing, its place, the value found and the
// value expected; programs print it and exit with exit_code(). Broken invariants are asserts, not errors.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace inforelay {

enum class ExitCode : int {
  ok = 0,
  internal = 1,       ///< a bug, or the machine failed us: disk full, out of memory
  usage = 2,          ///< command line or configuration
  data = 3,           ///< data set, recording or weight file
  sweep = 4,          ///< some runs of a sweep failed
  comparison = 5,     ///< a comparison is out of tolerance
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

/// An error with a given exit code. Its message is a text, or fmt::format(text, arguments...).
template <ExitCode code>
struct ErrorWith : Error {
  explicit ErrorWith(const std::string& message) : Error(code, message) {}
  template <class First, class... Rest>
  explicit ErrorWith(fmt::format_string<First, Rest...> text, First&& first, Rest&&... rest)
      : Error(code, fmt::format(text, std::forward<First>(first), std::forward<Rest>(rest)...)) {}
};

/// Command line, configuration, or an option value out of range.
struct UsageError : ErrorWith<ExitCode::usage> {
  using ErrorWith::ErrorWith;
};

/// A data set, recording or weight file that is missing, damaged or not what it claims to be.
struct DataError : ErrorWith<ExitCode::data> {
  using ErrorWith::ErrorWith;
};

/// A file of this program that could not be written or read back (disk full, directory removed).
struct IoError : ErrorWith<ExitCode::internal> {
  using ErrorWith::ErrorWith;
};

/// A computation that did not reach its goal: a weight became NaN, a detector did not reach its accuracy.
struct ComputeError : ErrorWith<ExitCode::internal> {
  using ErrorWith::ErrorWith;
};

/// Thrown by a long computation when its Progress asks it to stop. Not an Error: nothing went wrong.
struct Interrupted : std::exception {
  const char* what() const noexcept override { return "interrupted"; }
};

}  // namespace inforelay
