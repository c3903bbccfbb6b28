// On which ranks the runs of a sweep start: never more at once on a machine than fit its memory. Rank 0 starts real
// processes, which end at once; the other ranks are threads that only record what they are asked to do.
#include <sys/wait.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/parallel.hpp"
#include "experiments/sweep/remote_runs.hpp"
#include "experiments/sweep/runner.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/ranks/thread_ranks.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double bound = 10;  // bytes for the runs of one machine

// True if rank 0 has a process that it has not waited for.
bool has_process() {
  siginfo_t nothing{};
  return waitid(P_ALL, 0, &nothing, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// Records which runs are in progress on ranks other than 0. Thread-safe.
class Watch {
 public:
  struct Machine {
    std::set<std::size_t> running;  // numbers of jobs
    std::size_t begun = 0, most_at_once = 0;
    bool is_exceeded = false;  // by several runs together
    bool is_shared = false;    // with a process of rank 0
  };

  explicit Watch(const std::vector<RunJob>& jobs) : jobs_(jobs) {}

  void begin(int machine, std::size_t job) {
    const std::lock_guard lock(mutex_);
    Machine& here = machines_[machine];
    here.running.insert(job);
    ++here.begun;
    here.most_at_once = std::max(here.most_at_once, here.running.size());
    double bytes = 0;
    for (const std::size_t each : here.running) bytes += jobs_[each].bytes;
    here.is_exceeded = here.is_exceeded || (here.running.size() > 1 && bytes > bound);
    here.is_shared = here.is_shared || has_process();
  }
  void end(int machine, std::size_t job) {
    const std::lock_guard lock(mutex_);
    machines_[machine].is_shared = machines_[machine].is_shared || has_process();
    machines_[machine].running.erase(job);
  }
  Machine machine(int number) {
    const std::lock_guard lock(mutex_);
    return machines_[number];
  }

 private:
  const std::vector<RunJob>& jobs_;
  std::mutex mutex_;
  std::map<int, Machine> machines_;
};

// A rank of `machine` with four threads, so that it is preferred to rank 0. Each run lasts until `may_end` is true, but
// at most some seconds.
void take_runs(Ranks& own, int machine, Watch& watch, const std::function<bool()>& may_end) {
  constexpr std::chrono::milliseconds least(10), most(20000);
  std::map<std::size_t, Clock::time_point> running;  // since when
  while (true) {
    std::erase_if(running, [&](const auto& run) {
      const auto age = Clock::now() - run.second;
      if (age < least || (age < most && !may_end())) return false;
      watch.end(machine, run.first);
      own.send(0, MessageKind::run_ended,
               MessageWriter().number(static_cast<std::uint64_t>(run.first)).text("").take());
      return true;
    });
    const auto message = own.receive();
    if (!message) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    MessageReader content(message->bytes);
    switch (message->kind) {
      case MessageKind::job:
        send_job(own, message->bytes);
        if (read_job(content) == JobKind::end) return;
        own.send(0, MessageKind::ready, MessageWriter().number(4).number(machine).number(bound).take());
        break;
      case MessageKind::begin_run: {
        const auto job = static_cast<std::size_t>(content.number<std::uint64_t>());
        watch.begin(machine, job);
        running.emplace(job, Clock::now());
        break;
      }
      default:
        own.send(0, MessageKind::ended, {});
    }
  }
}

// Runs that need these bytes.
std::vector<RunJob> jobs_of(const test::TemporaryFolder& folder, const std::vector<double>& bytes) {
  std::vector<RunJob> jobs;
  for (const double each : bytes) {
    const std::string name = "run " + std::to_string(jobs.size());
    jobs.push_back({.name = name, .arguments = {"--help"}, .folder = folder.path() / name, .bytes = each});
  }
  return jobs;
}

// Runs all jobs on ranks 0, 1, ... of `machines`; none may fail.
void run_on(
    const std::vector<int>& machines, const std::vector<RunJob>& jobs, Watch& watch,
    const std::function<bool()>& may_end = [] { return true; }) {
  test::ThreadJob ranks(static_cast<int>(machines.size()), [&](Ranks& own) {
    take_runs(own, machines[static_cast<std::size_t>(own.rank())], watch, may_end);
  });
  Console console(ProgressStyle::off, Verbosity::quiet);
  const auto outcomes = run_jobs(jobs, {.threads = 1, .bytes = bound, .max_memory = bound}, ranks.first(), console);
  REQUIRE(outcomes.size() == jobs.size());
  for (const RunOutcome& outcome : outcomes) {
    INFO(outcome.message);
    CHECK(outcome.status == RunOutcome::Status::finished);
  }
}

}  // namespace

TEST_CASE("Runs on the ranks of one machine together stay within its memory", "[ranks][sweep]") {
  const test::TemporaryFolder folder;
  SECTION("runs that need more than half of it run one at a time") {
    const auto jobs = jobs_of(folder, std::vector<double>(12, 6));
    Watch watch(jobs);
    run_on({0, 0, 0}, jobs, watch);
    CHECK(watch.machine(0).begun > 0);
    CHECK(watch.machine(0).most_at_once == 1);
    CHECK(!watch.machine(0).is_shared);
  }
  SECTION("as many smaller runs as fit run together") {
    const auto jobs = jobs_of(folder, std::vector<double>(12, 3));
    Watch watch(jobs);
    run_on({0, 0, 0}, jobs, watch, [&] { return watch.machine(0).most_at_once > 1; });
    CHECK(watch.machine(0).most_at_once > 1);
    CHECK(!watch.machine(0).is_exceeded);
  }
  SECTION("a run that needs more than all of it waits until there is no other") {
    const auto jobs = jobs_of(folder, {4, 4, 25, 4, 4, 25, 25, 4, 4, 4, 25, 4});
    Watch watch(jobs);
    run_on({0, 0, 0}, jobs, watch);
    CHECK(watch.machine(0).begun > 0);
    CHECK(!watch.machine(0).is_exceeded);
  }
}

TEST_CASE("A run larger than the memory of a machine has the machine to itself", "[ranks][sweep]") {
  const test::TemporaryFolder folder;
  const auto jobs = jobs_of(folder, std::vector<double>(12, 25));
  Watch watch(jobs);
  run_on({0, 0, 2, 2}, jobs, watch, [&] { return watch.machine(0).begun > 0 && watch.machine(2).begun > 0; });
  for (const int machine : {0, 2}) {
    CAPTURE(machine);
    CHECK(watch.machine(machine).begun > 0);
    CHECK(watch.machine(machine).most_at_once == 1);
  }
  CHECK(!watch.machine(0).is_shared);
}

TEST_CASE("A rank reports its threads, memory and machine", "[ranks][sweep]") {
  set_thread_count(3);
  test::ThreadJob ranks(3);
  std::map<int, WorkerCapacity> places;
  {
    RemoteRuns others(ranks.first(), 5e9);
    Backoff patience(std::chrono::milliseconds(1));
    while (places.size() < 2) {
      others.receive([&](int rank, const WorkerCapacity& place) { places[rank] = place; },
                     [](const ChildRuns::End&) {});
      patience.wait();
    }
  }
  for (const int rank : {1, 2}) {
    CAPTURE(rank);
    CHECK(places[rank].threads == 3);
    CHECK(places[rank].machine == ranks.first().machine());
    CHECK(places[rank].bytes == 5e9);
  }
}

}  // namespace inforelay
