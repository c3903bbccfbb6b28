#include "core/files/directory_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <system_error>
#include <utility>

#include "core/files/files.hpp"
#include "core/files/json_values.hpp"
#include "core/provenance.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"
#include "core/write_all.hpp"

namespace inforelay {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Lock {
  std::string content{};  // "" if it cannot be read
  fs::file_time_type beat{};
  bool operator==(const Lock&) const = default;
};
using Locks = std::map<std::uint64_t, Lock>;  // by number

constexpr std::string_view prefix = "lock.";

void nap(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

fs::path lock_file(const fs::path& folder, std::uint64_t number) {
  return folder / fmt::format("lock.{}.json", number);
}

/// None if there is no such file.
std::optional<Lock> read_lock(const fs::path& path) {
  constexpr std::uint64_t most_bytes = 4096;
  Lock lock;
  std::error_code error;
  try {
    const auto bytes = read_file(path, most_bytes);
    lock.content.assign(bytes.begin(), bytes.end());
  } catch (const DataError&) {
    const fs::file_type type = fs::status(path, error).type();
    if (type == fs::file_type::not_found) return std::nullopt;
    if (type == fs::file_type::directory) lock.content = "a folder";
  }
  lock.beat = fs::last_write_time(path, error);
  return lock;
}

Locks read_locks(const fs::path& folder) {
  Locks locks;
  std::error_code error;
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    const std::string stem = file->path().stem().string();
    if (!stem.starts_with(prefix) || file->path().extension() != ".json") continue;
    const auto number = number_from<std::uint64_t>(stem.substr(prefix.size()));
    if (!number) continue;
    if (auto lock = read_lock(file->path())) locks.emplace(*number, std::move(*lock));
  }
  return locks;
}

std::string content_of(const LockHolder& holder) {
  json object = to_json(holder.process);
  object["format"] = "inforelay-lock";
  object["since"] = holder.since;
  object["token"] = std::random_device{}();  // since this process may lock the folder again
  if (holder.parent) object["parent"] = to_json(*holder.parent);
  return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<LockHolder> holder_of(const Lock& lock) {
  const json object = parse_json(lock.content);
  if (text_at(object, "format") != "inforelay-lock" || integer_at(object, "pid") <= 0) return std::nullopt;
  LockHolder holder{.process = process_from(object), .since = text_at(object, "since"), .parent = {}};
  if (const json& parent = member(object, "parent"); !parent.is_null()) holder.parent = process_from(parent);
  return holder;
}

std::string name_of(const Lock& lock) {
  const auto holder = holder_of(lock);
  return holder ? to_string(*holder) : "another process";
}

// True if the lock is stale, false if the file was replaced; waits until either is known. Throws DirectoryLocked if
// held.
bool is_stale(const fs::path& path, const Lock& lock, const LockOptions& options, Progress& progress) {
  const std::string folder = path.parent_path().string();
  const auto holder = holder_of(lock);
  const Stopwatch since_begin;
  bool reported = false;
  while (true) {
    progress.check();
    const double waited = since_begin.seconds();
    const ProcessState state = holder ? state_of(holder->process) : ProcessState::unknown;
    bool is_held = false;
    if (state == ProcessState::ended) return true;
    if (state == ProcessState::running) {
      const bool is_dying = holder->parent && state_of(*holder->parent) == ProcessState::ended;
      is_held = !is_dying || waited > options.dying_seconds;
    } else {
      const auto now = read_lock(path);
      if (!now || now->content != lock.content) return false;
      is_held = now->beat != lock.beat;
      if (waited > options.patience_seconds) return true;
      if (waited > 0.1 && !std::exchange(reported, true)) {
        options.report(
            fmt::format("'{}': locked by {}, which cannot be checked from this machine; waiting up to "
                        "{:.0f} s for its heartbeat",
                        folder, name_of(lock), options.patience_seconds));
      }
    }
    if (is_held) {
      throw DirectoryLocked("output folder '{}': in use by {}; wait for it or stop it (--status shows its progress)",
                            folder, name_of(lock));
    }
    nap(std::min(0.25, 0.01 + waited / 10));
  }
}

// False if another process was faster.
bool create(const fs::path& path, const std::string& content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0 && errno == EEXIST) return false;
  int error = file >= 0 && write_all(file, content) ? 0 : errno;
  if (file >= 0 && ::close(file) != 0 && error == 0) error = errno;
  if (error == 0) return true;
  if (file >= 0) ::unlink(path.c_str());
  throw IoError("cannot write {}: {}", path.string(), std::generic_category().message(error));
}

void remove_own(const fs::path& path, const std::string& content) {
  if (const auto lock = read_lock(path); lock && lock->content == content) ::unlink(path.c_str());
}

}  // namespace

std::string to_string(const LockHolder& holder) {
  return one_line(fmt::format("process {} on {} since {}", holder.process.pid, holder.process.host, holder.since));
}

std::optional<LockHolder> lock_holder(const fs::path& folder) {
  const Locks locks = read_locks(folder);
  return locks.empty() ? std::nullopt : holder_of(locks.rbegin()->second);
}

DirectoryLock::DirectoryLock(fs::path folder, LockOptions options, Progress& progress)
    : folder_(std::move(folder)),
      options_(std::move(options)),
      content_(content_of({.process = this_process(), .since = utc_now(), .parent = parent_to_die_with()})) {
  acquire(progress);
  // Signals are left to other threads: this one would receive the SIGCHLD that another thread waits for.
  sigset_t all, earlier;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &earlier);
  heartbeat_ = std::jthread([this](std::stop_token end) {
    const std::chrono::duration<double> interval(options_.heartbeat_seconds);
    std::mutex none;
    std::unique_lock lock(none);
    while (!wait_.wait_for(lock, end, interval, [&] { return end.stop_requested(); })) {
      beat();
      options_.on_heartbeat();
    }
  });
  pthread_sigmask(SIG_SETMASK, &earlier, nullptr);
}

DirectoryLock::~DirectoryLock() {
  heartbeat_.request_stop();
  heartbeat_.join();
  remove_own(lock_file(folder_, number_), content_);
}

void DirectoryLock::acquire(Progress& progress) {
  std::minstd_rand random(std::random_device{}());
  while (true) {
    progress.check();
    const Locks seen = read_locks(folder_);
    const bool all_stale = std::all_of(seen.begin(), seen.end(), [&](const auto& each) {
      return is_stale(lock_file(folder_, each.first), each.second, options_, progress);
    });
    number_ = seen.empty() ? 1 : seen.rbegin()->first + 1;
    if (!all_stale || !create(lock_file(folder_, number_), content_)) continue;
    Locks others = read_locks(folder_);
    others.erase(number_);
    if (others != seen) {
      remove_own(lock_file(folder_, number_), content_);
      nap(0.001 * std::uniform_int_distribution<int>(1, 50)(random));
      continue;
    }
    for (const auto& [number, lock] : seen) {
      ::unlink(lock_file(folder_, number).c_str());
      options_.report(
          fmt::format("'{}': taking over the lock of {}, which has ended", folder_.string(), name_of(lock)));
    }
    return;
  }
}

void DirectoryLock::beat() {
  const std::lock_guard guard(mutex_);
  const fs::path file = lock_file(folder_, number_);
  const auto lock = read_lock(file);
  if (lock && lock->content == content_) {
    ::utimensat(AT_FDCWD, file.c_str(), nullptr, 0);  // if this fails, the next heartbeat comes soon enough
  } else if (!lock || !lock->content.empty()) {
    lost_ = true;
  }
}

void DirectoryLock::check() const {
  if (!lost_) return;
  throw LockLost(
      "output folder '{}': lost the lock: lock.{}.json was removed or replaced; nothing more is "
      "written",
      folder_.string(), number_);
}

void DirectoryLock::verify() {
  beat();
  check();
}

void DirectoryLock::moved_to(const fs::path& folder) {
  const std::lock_guard guard(mutex_);
  folder_ = folder;
}

}  // namespace inforelay
