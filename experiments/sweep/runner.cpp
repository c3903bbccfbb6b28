#include "experiments/sweep/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <ctime>

#include "core/error.hpp"
#include "core/process/stop_signals.hpp"
#include "experiments/sweep/remote_runs.hpp"

namespace inforelay {
namespace {

std::atomic<bool> suspend_requested = false;  // set by a signal handler, in any thread

class Runner {
 public:
  Runner(const std::vector<RunJob>& jobs, const RunnerOptions& options, Ranks& ranks, Console& console)
      : jobs_(jobs),
        options_(options),
        console_(console),
        outcomes_(jobs.size()),
        others_(ranks, options.max_memory),
        capacity_(static_cast<std::size_t>(ranks.size())) {
    capacity_[0] = {.threads = options.threads, .machine = ranks.machine(), .bytes = options.bytes};
    // A blocked SIGCHLD stays pending: none is missed between the check of the children and the wait.
    sigemptyset(&child_signal_);
    sigaddset(&child_signal_, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_signal_, &earlier_mask_);
    struct sigaction on_suspend {};
    on_suspend.sa_handler = [](int) { suspend_requested = true; };
    sigaction(SIGTSTP, &on_suspend, &earlier_suspend_);
  }
  ~Runner() {
    sigaction(SIGTSTP, &earlier_suspend_, nullptr);
    sigprocmask(SIG_SETMASK, &earlier_mask_, nullptr);
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  std::vector<RunOutcome> run() {
    while (true) {
      if (!stopping_ && console_.stop_requested()) stop();
      if (suspend_requested) pause();
      if (!stopping_) start_jobs();
      show();
      if (running_.empty()) break;
      // Stop signals end the wait too; messages of other ranks do not.
      const timespec patience{0, capacity_.size() == 1 ? 500'000'000 : 10'000'000};
      sigtimedwait(&child_signal_, nullptr, &patience);
      for (const ChildRuns::End& each : own_.collect()) end(each);
      others_.receive([&](int rank, const WorkerCapacity& ready) { capacity_of(rank) = ready; },
                      [&](const ChildRuns::End& each) { end(each); });
    }
    others_.dismiss();
    if (stopping_) throw Interrupted{};
    return std::move(outcomes_);
  }

 private:
  struct Running {
    std::size_t job;
    int rank, threads;
  };

  WorkerCapacity& capacity_of(int rank) { return capacity_[static_cast<std::size_t>(rank)]; }

  // Starts as many jobs as threads and memory allow, on the rank with the most free threads.
  void start_jobs() {
    while (next_ < jobs_.size() && (failed_ == 0 || options_.continue_on_error)) {
      int best = -1, best_threads = 0, all_free = 0;
      for (const WorkerCapacity& each : capacity_) all_free += each.threads;
      for (int rank = 0; rank < static_cast<int>(capacity_.size()); ++rank) {
        if (best >= 0 && capacity_of(rank).threads <= capacity_of(best).threads) continue;
        const int threads = threads_for_next(rank, all_free);
        if (threads == 0) continue;
        best = rank;
        best_threads = threads;
      }
      if (best < 0) return;
      start(next_++, best, best_threads);
    }
  }

  // The number of threads with which `rank` could start the next job; 0: none now.
  int threads_for_next(int rank, int all_free) {
    const int free = capacity_of(rank).threads;
    if (free == 0) return 0;
    double bytes = 0;
    bool is_empty = true;  // a machine without a run takes any job
    for (const Running& each : running_) {
      if (capacity_of(each.rank).machine != capacity_of(rank).machine) continue;
      bytes += jobs_[each.job].bytes;
      is_empty = false;
    }
    // The other ranks take their share of the waiting jobs.
    const auto wide = [](int n) { return static_cast<std::size_t>(n); };
    const std::size_t waiting = ((jobs_.size() - next_) * wide(free) + wide(all_free) - 1) / wide(all_free);
    int fitting = 0;
    for (std::size_t i = next_; i < next_ + waiting && fitting < free; ++i, ++fitting) {
      bytes += jobs_[i].bytes;
      if (bytes > capacity_of(rank).bytes) break;
    }
    if (fitting == 0 && !is_empty) return 0;
    return fitting < 2 ? free : (free + fitting - 1) / fitting;
  }

  void start(std::size_t index, int rank, int threads) {
    const RunJob& job = jobs_[index];
    if (rank > 0) {
      others_.start(rank, index, job, threads);
    } else {
      try {
        own_.start(index, job, threads);
      } catch (const IoError& error) {
        fail(index, error.what());  // only this run has failed
        return;
      }
    }
    capacity_of(rank).threads -= threads;
    running_.push_back({index, rank, threads});
    console_.detail(fmt::format("{} started, {} threads{}", job.name, threads,
                                capacity_.size() == 1 ? "" : fmt::format(", rank {}", rank)));
  }

  void end(const ChildRuns::End& ended) {
    const auto found =
        std::find_if(running_.begin(), running_.end(), [&](const Running& each) { return each.job == ended.job; });
    if (found == running_.end())
      throw DataError(fmt::format("run {} of a sweep ended, but was not started", ended.job));
    capacity_of(found->rank).threads += found->threads;
    running_.erase(found);
    if (ended.failure.empty()) {
      outcomes_[ended.job].status = RunOutcome::Status::finished;
      ++finished_;
    } else if (!stopping_) {  // otherwise it was interrupted
      fail(ended.job, ended.failure);
    }
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
    own_.signal(stop_signal());
    others_.signal(stop_signal());
  }

  void show() {
    console_.note(fmt::format("{} of {} runs done{}{}", options_.done + finished_, options_.done + jobs_.size(),
                              failed_ > 0 ? fmt::format(", {} failed", failed_) : "",
                              running_.empty() ? "" : fmt::format(", {} running", running_.size())));
    console_.report(finished_ + failed_, jobs_.size());
    RunsStatus runs{.total = options_.done + jobs_.size(),
                    .done = options_.done + finished_,
                    .failed = failed_,
                    .running = {},
                    .failures = failures_};
    for (const Running& each : running_) runs.running.push_back(folder_name(jobs_[each.job]));
    console_.report_runs(std::move(runs));
  }

  static std::string folder_name(const RunJob& job) { return job.folder.filename().string(); }

  // Ctrl-Z reaches only this process: the children, in groups of their own, are suspended and resumed with it.
  void pause() {
    suspend_requested = false;
    own_.signal(SIGSTOP);
    others_.signal(SIGSTOP);
    raise(SIGSTOP);
    own_.signal(SIGCONT);
    others_.signal(SIGCONT);
  }

  const std::vector<RunJob>& jobs_;
  const RunnerOptions& options_;
  Console& console_;
  std::vector<RunOutcome> outcomes_;
  ChildRuns own_;
  RemoteRuns others_;
  std::vector<WorkerCapacity> capacity_;  // [rank] with the free threads
  std::vector<Running> running_;
  std::size_t next_ = 0, finished_ = 0, failed_ = 0;
  bool stopping_ = false;
  std::vector<std::pair<std::string, std::string>> failures_;
  sigset_t child_signal_{}, earlier_mask_{};
  struct sigaction earlier_suspend_ {};
};

}  // namespace

std::vector<RunOutcome> run_jobs(const std::vector<RunJob>& jobs, const RunnerOptions& options, Ranks& ranks,
                                 Console& console) {
  return Runner(jobs, options, ranks, console).run();
}

}  // namespace inforelay
