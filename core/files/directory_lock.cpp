#include "core/files/directory_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <random>
#include <system_error>

#include "core/files/files.hpp"
#include "core/files/json_values.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

// A hold as found in the folder.
struct DirectoryLock::Entry {
  std::uint64_t generation = 0;
  std::string content;               // as it stands; "" where it cannot be read
  std::int64_t changed = 0;          // time of its last change, in the disk's own clock: only compared with itself
  std::optional<LockHolder> holder;  // where it can be understood
  std::string token;

  // The same hold, perhaps at another beat.
  bool same_hold(const Entry& other) const {
    return generation == other.generation && (holder ? token == other.token : content == other.content);
  }
};

namespace {

constexpr std::uint64_t most_bytes = 4096;
constexpr std::string_view prefix = "lock.", suffix = ".json";
constexpr int beat_digits = 10;

std::string reason(int error) { return std::generic_category().message(error); }

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

void nap(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

std::string name_of(std::uint64_t generation) { return fmt::format("{}{}{}", prefix, generation, suffix); }

std::optional<std::uint64_t> generation_of(const std::string& name) {
  if (!name.starts_with(prefix)) return std::nullopt;
  std::uint64_t generation = 0;
  std::from_chars(name.data() + prefix.size(), name.data() + name.size(), generation);
  return generation > 0 && name == name_of(generation) ? std::optional(generation) : std::nullopt;
}

std::optional<LockHolder> holder_from(const json& object) {
  if (text_at(object, "format") != "inforelay-lock" || integer_at(object, "pid") <= 0) return std::nullopt;
  LockHolder holder{.process = process_from(object), .since = text_at(object, "since"), .parent = {}};
  if (const json& parent = member(object, "parent"); !parent.is_null()) holder.parent = process_from(parent);
  return holder;
}

std::string new_token() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

// What a file holds at this moment; "" where it cannot be read, and `gone` where it is not there.
std::string text_of(const fs::path& path, bool& gone) {
  gone = false;
  try {
    const auto bytes = read_file(path, most_bytes);
    return {bytes.begin(), bytes.end()};
  } catch (const DataError&) {
    struct stat status {};
    gone = lstat(path.c_str(), &status) != 0 && errno == ENOENT;
    return "";
  }
}

}  // namespace

std::string to_string(const LockHolder& holder) {
  return one_line(fmt::format("process {} on {} since {}", holder.process.pid, holder.process.host, holder.since));
}

fs::path DirectoryLock::file_of(const fs::path& folder, std::uint64_t generation) {
  return folder / name_of(generation);
}

std::vector<DirectoryLock::Entry> DirectoryLock::entries(const fs::path& folder) {
  std::vector<Entry> found;
  std::error_code error;
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    const auto generation = generation_of(file->path().filename().string());
    if (!generation) continue;
    Entry entry;
    entry.generation = *generation;
    bool gone = false;
    entry.content = text_of(file->path(), gone);
    if (gone) continue;
    struct stat status {};
    if (lstat(file->path().c_str(), &status) == 0) {
      entry.changed = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    }
    const json object = parse_json(entry.content);
    entry.holder = holder_from(object);
    if (entry.holder) entry.token = text_at(object, "token");
    found.push_back(std::move(entry));
  }
  if (error) throw IoError(fmt::format("cannot read {}: {}", folder.string(), error.message()));
  std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) { return a.generation < b.generation; });
  return found;
}

std::optional<LockHolder> lock_holder(const fs::path& folder) {
  // Of several the highest counts: the others are about to go.
  std::optional<std::uint64_t> highest;
  std::error_code error;
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    highest = std::max(highest, generation_of(file->path().filename().string()));
  }
  if (!highest) return std::nullopt;
  bool gone = false;
  return holder_from(parse_json(text_of(folder / name_of(*highest), gone)));
}

DirectoryLock::DirectoryLock(fs::path folder, LockOptions options, Progress& progress)
    : folder_(std::move(folder)),
      options_(std::move(options)),
      self_{.process = this_process(), .since = utc_now(), .parent = parent_to_die_with()},
      token_(new_token()) {
  acquire(progress);
  // Signals are for the threads that work: this one would take a child's end from who waits for it.
  sigset_t all, earlier;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &earlier);
  heartbeat_ = std::thread([this] { heartbeat_until_end(); });
  pthread_sigmask(SIG_SETMASK, &earlier, nullptr);
}

DirectoryLock::~DirectoryLock() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  end_.notify_all();
  heartbeat_.join();
  withdraw();
}

void DirectoryLock::acquire(Progress& progress) {
  std::minstd_rand random(std::random_device{}());
  while (true) {
    progress.check();
    const std::vector<Entry> seen = entries(folder_);
    const bool stale = std::all_of(seen.begin(), seen.end(),
                                   [&](const Entry& entry) { return judge(entry, progress) == Verdict::stale; });
    if (!stale || !create(seen.empty() ? 1 : seen.back().generation + 1)) continue;
    const std::vector<Entry> now = entries(folder_);
    const bool alone = std::all_of(now.begin(), now.end(), [&](const Entry& entry) {
      return entry.token == token_ ||
             std::any_of(seen.begin(), seen.end(), [&](const Entry& old) { return old.same_hold(entry); });
    });
    if (!alone) {
      withdraw();
      nap(0.001 * std::uniform_int_distribution<int>(1, 50)(random));
      continue;
    }
    for (const Entry& old : seen) {
      ::unlink(file_of(folder_, old.generation).c_str());
      options_.say(old.holder ? fmt::format("'{}' was left by {}, which is gone: taken over", folder_.string(),
                                            to_string(*old.holder))
                              : fmt::format("'{}' was left by a process that is gone: taken over", folder_.string()));
    }
    return;
  }
}

void DirectoryLock::refuse(const Entry& entry) const {
  throw DirectoryLocked(
      fmt::format("output folder '{}': {} works there; wait for it or stop it (--status says how far it is)",
                  folder_.string(), entry.holder ? to_string(*entry.holder) : "another process"));
}

DirectoryLock::Verdict DirectoryLock::judge(const Entry& entry, Progress& progress) const {
  switch (entry.holder ? life_of(entry.holder->process) : Life::unknown) {
    case Life::gone:
      return Verdict::stale;
    case Life::unknown:
      return wait_for_sign(entry, progress);
    case Life::alive:
      break;
  }
  const auto& parent = entry.holder->parent;
  if (!parent || life_of(*parent) != Life::gone) refuse(entry);
  return wait_for_end(entry, progress);
}

DirectoryLock::Verdict DirectoryLock::wait_for_end(const Entry& entry, Progress& progress) const {
  const auto begin = Clock::now();
  while (life_of(entry.holder->process) == Life::alive) {
    progress.check();
    if (seconds_since(begin) > options_.dying_seconds) refuse(entry);
    nap(0.01);
  }
  return Verdict::stale;
}

DirectoryLock::Verdict DirectoryLock::wait_for_sign(const Entry& entry, Progress& progress) const {
  options_.say(fmt::format(
      "'{}' is held by {}, which cannot be asked from here: waiting up to {:.0f} s for a sign of life",
      folder_.string(), entry.holder ? to_string(*entry.holder) : "an unknown process", options_.patience_seconds));
  const auto begin = Clock::now();
  while (true) {
    progress.check();
    const std::vector<Entry> now = entries(folder_);
    const auto same =
        std::find_if(now.begin(), now.end(), [&](const Entry& each) { return each.generation == entry.generation; });
    if (same == now.end()) return Verdict::changed;
    if (same->holder && entry.holder && same->token == entry.token && same->content != entry.content) refuse(*same);
    if (same->content != entry.content) return Verdict::changed;
    if (same->changed != entry.changed) refuse(entry);
    if (seconds_since(begin) > options_.patience_seconds) return Verdict::stale;
    nap(std::min(0.25, options_.patience_seconds / 10));
  }
}

std::string DirectoryLock::content() const {
  json object = to_json(self_.process);
  object["format"] = "inforelay-lock";
  object["since"] = self_.since;
  object["token"] = token_;
  if (self_.parent) object["parent"] = to_json(*self_.parent);
  // Always as long: a beat is written in place, and whoever reads meanwhile finds a whole text.
  object["beat"] = fmt::format("{:0{}}", beats_, beat_digits);
  return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

bool DirectoryLock::create(std::uint64_t generation) {
  const fs::path target = file_of(folder_, generation);
  constexpr std::uint64_t most = 1'000'000'000;  // no folder is ever taken over so often
  if (generation > most) throw IoError(fmt::format("cannot make {}: the number is too high", target.string()));
  const TemporaryFile temporary(target);
  const auto fail = [&](int error) {
    throw IoError(fmt::format("cannot write {}: {}", target.string(), reason(error)));
  };
  const auto write_to = [&](int descriptor) {
    int error = write_all(descriptor, content()) ? 0 : errno;
    if (::close(descriptor) != 0 && error == 0) error = errno;
    if (error != 0) fail(error);
  };
  const int aside = ::open(temporary.path().c_str(), O_WRONLY | O_CLOEXEC);
  // A holder that has just come tidies up, and may take this for a left-over: then there is one to be seen.
  if (aside < 0 && errno == ENOENT) return false;
  if (aside < 0) fail(errno);
  write_to(aside);
  bool made = ::link(temporary.path().c_str(), target.c_str()) == 0;
  if (!made) {
    const int error = errno;
    struct stat status {};
    // A network may lose the answer and ask again: then the file is there, and it is ours.
    made = error == EEXIST && ::stat(temporary.path().c_str(), &status) == 0 && status.st_nlink == 2;
    if (!made && (error == EEXIST || error == ENOENT)) return false;
    if (!made) {  // a disk without links
      const int descriptor = ::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (descriptor < 0 && errno == EEXIST) return false;
      if (descriptor < 0) fail(errno);
      write_to(descriptor);
      made = true;
    }
  }
  if (made) generation_ = generation;
  return made;
}

void DirectoryLock::withdraw() {
  bool gone = false;
  const fs::path path = file_of(folder_, generation_);
  if (text_at(parse_json(text_of(path, gone)), "token") == token_) ::unlink(path.c_str());
}

void DirectoryLock::beat() {
  const std::lock_guard lock(mutex_);
  const int file = ::open(file_of(folder_, generation_).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) {
    // Gone, or something else in its place. Else it cannot be asked at this moment, which says nothing.
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EISDIR) lost_ = true;
    return;
  }
  // Read and written through one descriptor: the file of another that has come meanwhile is never touched.
  std::string text(most_bytes, '\0');
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  if (size >= 0) {
    text.resize(static_cast<std::size_t>(size));
    if (text_at(parse_json(text), "token") != token_) {
      lost_ = true;
    } else {
      ++beats_;
      const std::string next = content();
      // Where this fails the next beat comes in time.
      if (::pwrite(file, next.data(), next.size(), 0) < 0) errno = 0;
    }
  }
  ::close(file);
}

void DirectoryLock::heartbeat_until_end() {
  const auto interval = std::chrono::duration<double>(options_.heartbeat_seconds);
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (end_.wait_for(lock, interval, [&] { return ending_; })) return;
    }
    beat();
    options_.on_heartbeat();
  }
}

void DirectoryLock::check() const {
  if (!lost_) return;
  throw LockLost(fmt::format(
      "output folder '{}': this process no longer holds it: {} was removed or replaced; it stops before it writes more",
      folder_.string(), file_of(folder_, generation_).filename().string()));
}

void DirectoryLock::verify() {
  beat();
  check();
}

void DirectoryLock::moved_to(const fs::path& folder) {
  const std::lock_guard lock(mutex_);
  folder_ = folder;
}

}  // namespace inforelay
