#include "experiments/sweep/runner.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>

#include "core/error.hpp"
#include "core/provenance.hpp"
#include "experiments/sweep/process.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

std::atomic<bool> suspend_requested = false;  // set by a signal handler, in any thread

// The last line that reports an error, without the word; else the last line; else "".
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

std::string end_of(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("exit code {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return fmt::format("ended by signal {} ({}){}", signal, strsignal(signal),
                     signal == SIGKILL ? ", perhaps for want of memory" : "");
}

class Runner {
 public:
  Runner(const std::vector<RunJob>& jobs, const RunnerOptions& options, Console& console)
      : jobs_(jobs), options_(options), console_(console), outcomes_(jobs.size()), free_threads_(options.threads) {
    // Blocked, a SIGCHLD waits until we ask for it: none is missed between a look at the children and the sleep.
    sigemptyset(&child_signal_);
    sigaddset(&child_signal_, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_signal_, &earlier_mask_);
    struct sigaction on_suspend {};
    on_suspend.sa_handler = [](int) { suspend_requested = true; };
    sigaction(SIGTSTP, &on_suspend, &earlier_suspend_);
  }
  ~Runner() {
    // Only an exception on the way leaves children behind.
    for (const Child& child : children_) {
      kill(child.process, SIGKILL);
      waitpid(child.process, nullptr, 0);
    }
    sigaction(SIGTSTP, &earlier_suspend_, nullptr);
    sigprocmask(SIG_SETMASK, &earlier_mask_, nullptr);
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  std::vector<RunOutcome> run() {
    while (true) {
      if (!stopping_ && console_.stop_requested()) stop();
      if (suspend_requested) pause();
      if (!stopping_) begin_jobs();
      show();
      if (children_.empty()) break;
      // Stop signals end the wait too: it is never taken up again by the system.
      const timespec patience{0, 500'000'000};
      sigtimedwait(&child_signal_, nullptr, &patience);
      collect_children();
    }
    if (stopping_) throw Interrupted{};
    return std::move(outcomes_);
  }

 private:
  struct Child {
    pid_t process;
    std::size_t job;
    int threads;
  };

  // Starts what threads and memory allow.
  void begin_jobs() {
    while (next_ < jobs_.size() && free_threads_ > 0 && (failed_ == 0 || options_.go_on)) {
      double bytes = 0;
      for (const Child& child : children_) bytes += jobs_[child.job].bytes;
      int fitting = 0;
      for (std::size_t i = next_; i < jobs_.size() && fitting < free_threads_; ++i, ++fitting) {
        bytes += jobs_[i].bytes;
        if (bytes > options_.bytes) break;
      }
      if (fitting == 0 && !children_.empty()) return;
      const int threads = fitting < 2 ? free_threads_ : (free_threads_ + fitting - 1) / fitting;
      begin(next_++, threads);
    }
  }

  void begin(std::size_t index, int threads) {
    const RunJob& job = jobs_[index];
    std::vector<std::string> arguments = job.arguments;
    arguments.insert(arguments.end(), {"-j", fmt::format("{}", threads)});
    try {
      std::error_code error;
      fs::create_directories(job.folder, error);
      if (error) throw IoError(fmt::format("cannot make {}: {}", job.folder.string(), error.message()));
      children_.push_back({start_child(arguments, messages_of(job.folder)), index, threads});
    } catch (const IoError& error) {
      fail(index, error.what());  // the others are not to blame
      return;
    }
    free_threads_ -= threads;
    console_.detail(fmt::format("{} begins, {} threads", job.name, threads));
  }

  void collect_children() {
    std::erase_if(children_, [&](const Child& child) {
      int status = 0;
      const pid_t found = waitpid(child.process, &status, WNOHANG);
      if (found == 0 || (found < 0 && errno == EINTR)) return false;
      free_threads_ += child.threads;
      end(child.job, status);
      return true;
    });
  }

  void end(std::size_t index, int status) {
    const RunJob& job = jobs_[index];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      std::error_code ignored;
      fs::remove(messages_of(job.folder), ignored);
      outcomes_[index].status = RunOutcome::Status::finished;
      ++finished_;
      return;
    }
    if (stopping_) return;  // it was asked to end
    const std::string message = last_error(messages_of(job.folder));
    fail(index, message.empty() || WIFSIGNALED(status) ? end_of(status) : message);
  }

  void fail(std::size_t index, const std::string& message) {
    const RunJob& job = jobs_[index];
    RunOutcome& outcome = outcomes_[index];
    outcome.status = RunOutcome::Status::failed;
    outcome.message = message;
    ++failed_;
    if (failures_.size() < most_failures_told) failures_.emplace_back(folder_name(job), outcome.message);
    console_.error(fmt::format("{} failed: {}", job.name, outcome.message));
  }

  void stop() {
    stopping_ = true;
    for (const Child& child : children_) kill(child.process, stop_signal());
  }

  void show() {
    console_.note(fmt::format("{} of {} runs done{}{}", options_.done + finished_, options_.done + jobs_.size(),
                              failed_ > 0 ? fmt::format(", {} failed", failed_) : "",
                              children_.empty() ? "" : fmt::format(", {} running", children_.size())));
    console_.report(finished_ + failed_, jobs_.size());
    RunsStatus runs{.total = options_.done + jobs_.size(),
                    .done = options_.done + finished_,
                    .failed = failed_,
                    .running = {},
                    .failures = failures_};
    for (const Child& child : children_) runs.running.push_back(folder_name(jobs_[child.job]));
    console_.report_runs(std::move(runs));
  }

  static std::string folder_name(const RunJob& job) { return job.folder.filename().string(); }

  // Ctrl-Z reaches this process alone: the children, in groups of their own, stop and go on with it.
  void pause() {
    suspend_requested = false;
    for (const Child& child : children_) kill(child.process, SIGSTOP);
    raise(SIGSTOP);
    for (const Child& child : children_) kill(child.process, SIGCONT);
  }

  const std::vector<RunJob>& jobs_;
  const RunnerOptions& options_;
  Console& console_;
  std::vector<RunOutcome> outcomes_;
  std::vector<Child> children_;
  std::size_t next_ = 0, finished_ = 0, failed_ = 0;
  int free_threads_;
  bool stopping_ = false;
  std::vector<std::pair<std::string, std::string>> failures_;
  sigset_t child_signal_{}, earlier_mask_{};
  struct sigaction earlier_suspend_ {};
};

}  // namespace

fs::path messages_of(const fs::path& folder) { return folder / "stderr.log"; }

std::string_view to_string(RunOutcome::Status status) {
  switch (status) {
    case RunOutcome::Status::finished:
      return "finished";
    case RunOutcome::Status::failed:
      return "failed";
    case RunOutcome::Status::not_started:
      break;
  }
  return "not started";
}

std::vector<RunOutcome> run_jobs(const std::vector<RunJob>& jobs, const RunnerOptions& options, Console& console) {
  return Runner(jobs, options, console).run();
}

}  // namespace inforelay
