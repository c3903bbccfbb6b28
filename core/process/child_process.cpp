#include "core/process/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <limits>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.hpp"

namespace inforelay {
namespace {

// The first byte of what the child sends.
constexpr std::uint8_t has_result = 1, has_error = 2;

/// How long a wish to stop may go unnoticed.
constexpr int patience_ms = 100;

#ifdef INFORELAY_SANITIZED
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

[[noreturn]] void fail_system(std::string_view file, std::string_view what) {
  throw IoError(fmt::format("{}: {}: {}", file, what, std::generic_category().message(errno)));
}

/// Both ends of a pipe; closed at the end.
class Pipe {
 public:
  explicit Pipe(std::string_view file) {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) fail_system(file, "cannot make a pipe");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(0);
    close(1);
  }
  int get(std::size_t end) const { return ends_[end]; }
  void close(std::size_t end) {
    if (ends_[end] >= 0) ::close(std::exchange(ends_[end], -1));
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// The child, seen by its parent: killed, if it is still there, and buried.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (id_ < 0) return;
    ::kill(id_, SIGKILL);
    wait();
  }
  /// The wait status; 0 where the parent does not collect its children.
  int wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    return status;
  }

 private:
  pid_t id_;
};

void set_limit(__rlimit_resource resource, rlim_t value) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) return;
  if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max) value = limit.rlim_max;
  limit.rlim_cur = value;
  ::setrlimit(resource, &limit);
}

/// Bytes of address space of this process; 0 where the system does not say.
std::uint64_t address_space() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void confine(const ChildLimits& limits) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A crash shall end this process, whatever the program does about signals. A key pressed to interrupt the program
  // reaches the child too; the parent decides.
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGALRM, SIGPIPE}) {
    std::signal(signal, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_CPU, limits.cpu_seconds);
  // Sanitizers take terabytes of address space for their own use.
  if (!is_sanitized) set_limit(RLIMIT_AS, address_space() + limits.memory_bytes);
  ::alarm(limits.wall_seconds);
  // The C library has words of its own on a damaged heap; the parent says what there is to say. A sanitizer is heard.
  const int nowhere = is_sanitized ? -1 : ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
}

bool send(int descriptor, std::uint8_t kind, std::span<const std::uint8_t> bytes) {
  const auto write_all = [&](std::span<const std::uint8_t> rest) {
    while (!rest.empty()) {
      const ssize_t n = ::write(descriptor, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return false;
      rest = rest.subspan(static_cast<std::size_t>(n));
    }
    return true;
  };
  return write_all({&kind, 1}) && write_all(bytes);
}

/// The child's life. It ends without the parent's exit handlers, which may flush files that are not the child's.
[[noreturn]] void live(const std::function<std::vector<std::uint8_t>()>& work, int descriptor, std::string_view file,
                       const ChildLimits& limits) {
  const auto send_error = [&](std::string_view text) {
    return send(descriptor, has_error, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  bool sent = false;
  try {
    confine(limits);
    sent = send(descriptor, has_result, work());
  } catch (const DataError& error) {
    sent = send_error(error.what());
  } catch (const std::exception& error) {
    std::array<char, 512> text{};  // memory may be short
    std::snprintf(text.data(), text.size(), "%.*s: cannot be read: %.200s",
                  static_cast<int>(std::min<std::size_t>(file.size(), 250)), file.data(), error.what());
    sent = send_error(text.data());
  }
  ::_exit(sent ? 0 : 1);
}

/// Is there something to read, or the end? False where it took longer, or a signal came.
bool wait_for(int descriptor, std::string_view file) {
  pollfd waiting{descriptor, POLLIN, 0};
  const int ready = ::poll(&waiting, 1, patience_ms);
  if (ready < 0 && errno != EINTR) fail_system(file, "cannot wait for the process that reads it");
  return ready > 0;
}

std::vector<std::uint8_t> receive(int descriptor, std::string_view file, std::uint64_t limit,
                                  const Progress& progress) {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> buffer(1 << 16);
  while (true) {
    progress.check();
    if (!wait_for(descriptor, file)) continue;
    const ssize_t n = ::read(descriptor, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_system(file, "cannot hear from the process that reads it");
    if (n == 0) return bytes;
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + n);
    if (bytes.size() > limit) {
      throw DataError(fmt::format("{}: damaged: more than {} bytes of weights, expected less", file, limit));
    }
  }
}

}  // namespace

std::vector<std::uint8_t> run_in_child(const std::function<std::vector<std::uint8_t>()>& work, std::string_view file,
                                       const ChildLimits& limits, const Progress& progress) {
  Pipe pipe(file);
  const pid_t id = ::fork();
  if (id < 0) fail_system(file, "cannot start a process to read it");
  if (id == 0) live(work, pipe.get(1), file, limits);
  Child child(id);
  pipe.close(1);
  std::vector<std::uint8_t> bytes = receive(pipe.get(0), file, limits.memory_bytes, progress);
  const int status = child.wait();
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGXCPU || signal == SIGALRM) {
      throw DataError(fmt::format("{}: damaged: reading it did not end within {} s of CPU and {} s of wall time", file,
                                  limits.cpu_seconds, limits.wall_seconds));
    }
    throw DataError(fmt::format("{}: damaged: the process that read it ended by signal {} ({}), expected it to finish",
                                file, signal, ::strsignal(signal)));
  }
  if (!bytes.empty() && bytes.front() == has_error) {
    std::string text(bytes.begin() + 1, bytes.end());
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    throw DataError(text);
  }
  if (status != 0 || bytes.empty() || bytes.front() != has_result) {
    throw DataError(fmt::format("{}: damaged: the process that read it ended with status {}, expected 0", file,
                                WEXITSTATUS(status)));
  }
  bytes.erase(bytes.begin());
  return bytes;
}

}  // namespace inforelay
