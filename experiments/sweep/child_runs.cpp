#include "experiments/sweep/child_runs.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <system_error>
#include <utility>

#include "core/error.hpp"
#include "core/process/child_process.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

// The last line that reports an error, without "error: "; if there is none, the last line.
std::string last_error(const fs::path& messages) {
  std::ifstream file(messages);
  std::string last, error;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    last = line;
    if (line.starts_with("error: ")) {
      error = line.substr(7);
    } else if (line.find(": error: ") != std::string::npos) {
      error = line;
    }
  }
  return error.empty() ? last : error;
}

std::string describe_end(int status) {
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  return fmt::format("ended with {}{}", end_text(status), killed ? ", possibly out of memory" : "");
}

// Starts this program (its current file, even if that has been replaced) with `arguments`, outside of any MPI job.
pid_t start_run(std::vector<std::string> arguments, const fs::path& messages) {
  arguments.insert(arguments.begin(), "run_experiment");
  return start_program({.program = "/proc/self/exe",
                        .arguments = std::move(arguments),
                        .messages = messages,
                        .withheld = {"OMPI_", "PMIX_", "PMI_", "PRTE_"},
                        .killed_first = true});
}

// The failure of a run that ended with `status`. If it has finished: empty, and its messages are removed.
std::string failure_of(const fs::path& folder, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    std::error_code ignored;
    fs::remove(messages_of(folder), ignored);
    return "";
  }
  const std::string message = last_error(messages_of(folder));
  return message.empty() || WIFSIGNALED(status) ? describe_end(status) : message;
}

}  // namespace

fs::path messages_of(const fs::path& folder) { return folder / "stderr.log"; }

ChildRuns::~ChildRuns() {
  for (const Child& child : children_) {
    kill(child.process, SIGKILL);
    wait_for_end(child.process);
  }
}

void ChildRuns::start(std::size_t number, const RunJob& job, int threads) {
  std::vector<std::string> arguments = job.arguments;
  arguments.insert(arguments.end(), {"-j", fmt::format("{}", threads)});
  std::error_code error;
  fs::create_directories(job.folder, error);
  if (error) throw IoError(fmt::format("cannot make {}: {}", job.folder.string(), error.message()));
  children_.push_back({start_run(std::move(arguments), messages_of(job.folder)), number, job.folder});
}

std::vector<ChildRuns::End> ChildRuns::collect() {
  std::vector<End> ended;
  std::erase_if(children_, [&](const Child& child) {
    int status = 0;
    const pid_t found = waitpid(child.process, &status, WNOHANG);
    if (found == 0 || (found < 0 && errno == EINTR)) return false;
    ended.push_back({child.number, failure_of(child.folder, status)});
    return true;
  });
  return ended;
}

void ChildRuns::signal(int signal) const {
  for (const Child& child : children_) kill(child.process, signal);
}

}  // namespace inforelay
