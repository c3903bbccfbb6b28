// The lock of a folder: one process at a time, however many start at once; stale locks are taken over, and a lock that
// is lost is noticed.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/files/directory_lock.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

using nlohmann::json;
using test::content;
using test::TemporaryFolder;
namespace fs = std::filesystem;

const fs::path first_lock = "lock.1.json";

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

// A lock as some process would have left it.
void leave_lock(const fs::path& file, const ProcessIdentity& process) {
  std::ofstream(file) << json{{"format", "inforelay-lock"},
                              {"pid", process.pid},
                              {"start", process.start},
                              {"host", process.host},
                              {"machine", process.machine},
                              {"since", "2026-01-02T03:04:05Z"},
                              {"token", "left"}};
}

ProcessIdentity elsewhere() { return {.pid = 17, .start = 1, .host = "node3", .machine = "another boot"}; }

LockOptions impatient() {
  LockOptions options;
  options.heartbeat_seconds = 0.02;
  options.patience_seconds = 0.3;
  options.dying_seconds = 20;
  return options;
}

// A process of the same machine that has ended.
ProcessIdentity dead_process() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  ProcessIdentity dead = this_process();
  dead.pid = child;
  return dead;
}

// Runs `work` in a process of its own; its exit code.
template <class Work>
pid_t in_child(Work&& work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(work());
  return child;
}

int exit_code_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void wait_for(const fs::path& file) {
  while (!fs::exists(file)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

TEST_CASE("A folder is locked by one process at a time, which errors name", "[lock]") {
  const TemporaryFolder folder;
  {
    const DirectoryLock lock(folder.path());
    const auto holder = lock_holder(folder.path());
    REQUIRE(holder);
    CHECK(holder->process == this_process());
    CHECK(state_of(holder->process) == ProcessState::running);
    CHECK_THROWS_WITH(DirectoryLock(folder.path()), Catch::Contains(fmt::format("process {} on {} since {}", getpid(),
                                                                                holder->process.host, holder->since)));
    CHECK_THROWS_AS(DirectoryLock(folder.path()), DirectoryLocked);
    CHECK(files_in(folder.path()) == 1);
  }
  CHECK(files_in(folder.path()) == 0);
  CHECK(!lock_holder(folder.path()));
  const DirectoryLock again(folder.path());
}

TEST_CASE("The lock of a process that has ended is taken over with a message", "[lock]") {
  const TemporaryFolder folder;
  ProcessIdentity left = this_process();
  SECTION("no such process") { left = dead_process(); }
  SECTION("its pid belongs to another process now") { ++left.start; }
  leave_lock(folder.path() / first_lock, left);
  LockOptions options;
  std::string message;
  options.report = [&](const std::string& text) { message += text; };
  const DirectoryLock lock(folder.path(), options);
  CHECK_THAT(message, Catch::Contains(fmt::format("taking over the lock of process {} on", left.pid)) &&
                          Catch::Contains("since 2026-01-02T03:04:05Z"));
  CHECK(!fs::exists(folder.path() / first_lock));
  CHECK(lock_holder(folder.path())->process == this_process());
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("A killed process leaves a stale lock, even while it is a zombie", "[lock]") {
  const TemporaryFolder folder;
  const pid_t child = in_child([&] {
    const DirectoryLock lock(folder.path());
    std::ofstream(folder.path() / "ready");
    while (true) pause();
    return 0;
  });
  wait_for(folder.path() / "ready");
  CHECK_THROWS_AS(DirectoryLock(folder.path()), DirectoryLocked);
  kill(child, SIGKILL);
  siginfo_t info;
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  { const DirectoryLock lock(folder.path()); }
  CHECK(exit_code_of(child) == 128 + SIGKILL);
}

TEST_CASE("A lock of another machine is checked by its heartbeat", "[lock]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / first_lock;
  leave_lock(file, elsewhere());
  SECTION("none comes: stale") {
    const DirectoryLock lock(folder.path(), impatient());
    CHECK(!fs::exists(file));
  }
  SECTION("it comes: in use") {
    LockOptions patient = impatient();
    patient.patience_seconds = 600;  // the heartbeat ends the wait
    std::atomic<bool> end = false;
    std::thread heart([&] {
      while (!end) {
        fs::last_write_time(file, fs::file_time_type::clock::now());
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    CHECK_THROWS_WITH(DirectoryLock(folder.path(), patient), Catch::Contains("in use by process 17 on node3 since"));
    end = true;
    heart.join();
  }
  SECTION("a clock far ahead does not matter") {
    fs::last_write_time(file, fs::file_time_type::clock::now() + std::chrono::hours(1000));
    const DirectoryLock lock(folder.path(), impatient());
    CHECK(!fs::exists(file));
  }
  SECTION("half a file: stale if it does not change") {
    std::ofstream(file) << "{\"format\": \"inforel";
    const DirectoryLock lock(folder.path(), impatient());
    CHECK(!fs::exists(file));
  }
}

TEST_CASE("The wait for a heartbeat can be interrupted", "[lock]") {
  const TemporaryFolder folder;
  leave_lock(folder.path() / first_lock, elsewhere());
  struct Stop : Progress {
    bool stop_requested() const override { return ++asked > 2; }
    mutable int asked = 0;
  } stop;
  LockOptions patient;
  patient.patience_seconds = 600;
  CHECK_THROWS_AS(DirectoryLock(folder.path(), patient, stop), Interrupted);
  CHECK(fs::exists(folder.path() / first_lock));
}

TEST_CASE("A lock has a heartbeat, and its loss is noticed", "[lock]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / first_lock;
  LockOptions options = impatient();
  std::atomic<int> beats = 0;
  options.on_heartbeat = [&] { ++beats; };
  DirectoryLock lock(folder.path(), options);
  const auto before = fs::last_write_time(file);
  while (beats < 5) std::this_thread::yield();
  CHECK(fs::last_write_time(file) != before);
  lock.check();
  SECTION("removed") { fs::remove(file); }
  SECTION("replaced") {
    leave_lock(folder.path() / "new", elsewhere());
    fs::rename(folder.path() / "new", file);
  }
  SECTION("replaced by a folder") {
    fs::remove(file);
    fs::create_directory(file);
  }
  SECTION("the folder replaced by a file") {
    fs::remove_all(folder.path());
    std::ofstream(folder.path()) << "in its place";
  }
  CHECK_THROWS_AS(lock.verify(), LockLost);
  CHECK_THROWS_WITH(lock.check(), Catch::Contains("lost the lock: lock.1.json was removed or replaced"));
}

TEST_CASE("A heartbeat notices the loss by itself, and the lock of another process stays", "[lock]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / first_lock;
  leave_lock(folder.path() / "new", elsewhere());
  const std::string others = content(folder.path() / "new");
  {
    std::atomic<int> beats = 0;
    LockOptions options = impatient();
    options.on_heartbeat = [&] { ++beats; };
    const DirectoryLock lock(folder.path(), options);
    fs::rename(folder.path() / "new", file);
    const int now = beats;
    while (beats < now + 2) std::this_thread::yield();
    CHECK_THROWS_AS(lock.check(), LockLost);
  }
  CHECK(content(file) == others);
}

TEST_CASE("A process whose parent has ended is given time to end", "[lock]") {
  const TemporaryFolder folder;
  const pid_t holder = in_child([&] {
    while (true) pause();
    return 0;
  });
  ProcessIdentity identity = this_process();
  identity.pid = holder;
  identity.start = 0;
  const ProcessIdentity parent = dead_process();
  const auto as_json = [](const ProcessIdentity& process) {
    return json{{"pid", process.pid}, {"start", process.start}, {"host", process.host}, {"machine", process.machine}};
  };
  json lock = as_json(identity);
  lock.update({{"format", "inforelay-lock"}, {"since", "then"}, {"token", "left"}, {"parent", as_json(parent)}});
  std::ofstream(folder.path() / first_lock) << lock;
  LockOptions short_patience;
  short_patience.dying_seconds = 0.05;
  CHECK_THROWS_AS(DirectoryLock(folder.path(), short_patience), DirectoryLocked);
  std::thread end([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    kill(holder, SIGKILL);
  });
  { const DirectoryLock taken(folder.path(), impatient()); }
  end.join();
  CHECK(exit_code_of(holder) == 128 + SIGKILL);
}

TEST_CASE("Of processes that start simultaneously exactly one locks the folder", "[lock]") {
  const bool stale = GENERATE(false, true);
  constexpr int repetitions = 40, processes = 4;
  enum Answer { works = 0, refused = 2, broken = 3 };
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const TemporaryFolder folder, signs;
    if (stale) leave_lock(folder.path() / first_lock, dead_process());
    int gate[2];
    REQUIRE(pipe(gate) == 0);
    std::vector<pid_t> children;
    for (int p = 0; p < processes; ++p) {
      children.push_back(in_child([&] {
        close(gate[1]);
        char nothing;
        if (read(gate[0], &nothing, 1) != 0) return +broken;
        try {
          const DirectoryLock lock(folder.path());
          // Nobody else may come until all have tried.
          const fs::path sign = signs.path() / fmt::format("{}", getpid());
          std::ofstream(sign.string());
          while (files_in(signs.path()) < processes) std::this_thread::sleep_for(std::chrono::milliseconds(1));
          lock.check();
          return +works;
        } catch (const DirectoryLocked&) {
          std::ofstream((signs.path() / fmt::format("{}", getpid())).string());
          return +refused;
        } catch (...) {
          return +broken;
        }
      }));
    }
    close(gate[0]);
    close(gate[1]);  // off they go
    int working = 0, others = 0;
    for (const pid_t child : children) {
      const int code = exit_code_of(child);
      working += code == works;
      others += code == refused;
    }
    REQUIRE(working == 1);
    REQUIRE(others == processes - 1);
    CHECK(files_in(folder.path()) == 0);
  }
}

}  // namespace inforelay
