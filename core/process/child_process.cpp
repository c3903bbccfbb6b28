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
#include <span>
#include <system_error>
#include <utility>

#include "core/error.hpp"
#include "core/write_all.hpp"

namespace inforelay {
namespace {

// The first byte sent by the child of run_in_child().
constexpr std::uint8_t has_result = 1, has_error = 2;

constexpr int poll_ms = 100;  // between two looks at whether a stop was requested

#ifdef INFORELAY_SANITIZED
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

[[noreturn]] void fail(std::string_view what, int error) {
  throw IoError("{}: {}", what, std::generic_category().message(error));
}

/// Both ends of a pipe, closed by the destructor.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) fail("cannot make a pipe", errno);
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

/// No signal reaches this thread while it lives. errno stays as it is.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &earlier_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() {
    const int error = errno;
    ::pthread_sigmask(SIG_SETMASK, &earlier_, nullptr);
    errno = error;
  }

 private:
  sigset_t earlier_{};
};

/// First in a child, whose signals are blocked: it is killed with `parent`, has a process group of its own, and the
/// default action for every signal. Only async-signal-safe functions may be called in it.
void begin_child(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it ended before that took effect
  ::setpgid(0, 0);
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

std::vector<std::string> environment_of(const ProgramStart& start) {
  std::vector<std::string> variables = start.environment;
  for (char** each = environ; *each; ++each) {
    const std::string_view variable(*each);
    const auto begins = [&](const std::string& name) { return variable.starts_with(name); };
    const auto replaces = [&](const std::string& set) { return begins(set.substr(0, set.find('=') + 1)); };
    if (std::none_of(start.withheld.begin(), start.withheld.end(), begins) &&
        std::none_of(start.environment.begin(), start.environment.end(), replaces)) {
      variables.emplace_back(variable);
    }
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// In the child of start_program(): becomes the program, or sends errno to `report`.
[[noreturn]] void become(const ProgramStart& start, char* const* arguments, char* const* environment, int messages,
                         int report) {
  if (start.killed_first) {
    constexpr char score[] = "500";
    const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    // Failure is harmless: the OOM killer then does not prefer the child.
    if (file >= 0 && ::write(file, score, sizeof score - 1) < 0) errno = 0;
  }
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const bool is_ready = nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(nothing, STDOUT_FILENO) >= 0 &&
                        ::dup2(messages, STDERR_FILENO) >= 0 &&
                        (start.folder.empty() || ::chdir(start.folder.c_str()) == 0);
  ::close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
  if (is_ready) ::execvpe(start.program.c_str(), arguments, environment);
  const int error = errno;
  if (::write(report, &error, sizeof error) < 0) ::_exit(126);
  ::_exit(127);
}

/// The child of run_in_child(), as its parent sees it: killed and waited for by the destructor.
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
  int wait() { return wait_for_end(std::exchange(id_, -1)); }

 private:
  pid_t id_;
};

void set_limit(__rlimit_resource resource, rlim_t value) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) return;
  limit.rlim_cur = std::min(value, limit.rlim_max);
  ::setrlimit(resource, &limit);
}

/// Bytes of address space of this process; 0 if the system does not say.
std::uint64_t address_space() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void confine(const ChildLimits& limits) {
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_CPU, limits.cpu_seconds);
  // Sanitizers take terabytes of address space for their own use.
  if (!is_sanitized) set_limit(RLIMIT_AS, address_space() + limits.memory_bytes);
  ::alarm(limits.wall_seconds);
  // The C library prints messages about a damaged heap; the parent reports the failure. Sanitizers may print.
  const int nowhere = is_sanitized ? -1 : ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
}

/// The child of run_in_child(). It ends without the parent's exit handlers, which may flush files that are not its own.
[[noreturn]] void live(const std::function<std::vector<std::uint8_t>()>& work, int descriptor, std::string_view file,
                       const ChildLimits& limits) {
  const auto send = [&](std::uint8_t kind, std::span<const std::uint8_t> bytes) {
    return write_all(descriptor, {&kind, 1}) && write_all(descriptor, bytes);
  };
  const auto send_error = [&](std::string_view text) {
    return send(has_error, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  bool sent = false;
  try {
    confine(limits);
    sent = send(has_result, work());
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

std::vector<std::uint8_t> receive(int descriptor, std::string_view file, std::uint64_t limit,
                                  const Progress& progress) {
  std::vector<std::uint8_t> bytes, buffer(1 << 16);
  while (true) {
    progress.check();
    pollfd waiting{descriptor, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, poll_ms);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t n = ::read(descriptor, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(fmt::format("{}: cannot receive from the process that reads it", file), errno);
    if (n == 0) return bytes;
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + n);
    if (bytes.size() > limit)
      throw DataError("{}: damaged: more than {} bytes of content, expected at most {}", file, limit, limit);
  }
}

}  // namespace

pid_t start_program(const ProgramStart& start) {
  std::vector<std::string> arguments = start.arguments, environment = environment_of(start);
  const std::vector<char*> argv = pointers(arguments), envp = pointers(environment);
  Pipe pipe;
  const int messages = ::open(start.messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (messages < 0) fail(fmt::format("cannot write {}", start.messages.string()), errno);
  const pid_t parent = ::getpid();
  pid_t child = 0;
  int fork_error = 0;
  {
    const SignalsBlocked blocked;
    // Not fork(): copying the page tables of this process takes as long as a small figure. The child has the memory of
    // this process, and this thread waits, until the program begins.
    child = ::vfork();
    if (child == 0) {
      begin_child(parent);
      become(start, argv.data(), envp.data(), messages, pipe.get(1));
    }
    fork_error = errno;
  }
  ::close(messages);
  if (child < 0) fail("cannot start a process", fork_error);
  pipe.close(1);
  int error = 0;
  ssize_t n = 0;
  while ((n = ::read(pipe.get(0), &error, sizeof error)) < 0 && errno == EINTR) continue;
  if (n != sizeof error) return child;  // the pipe was closed when the program began
  wait_for_end(child);
  fail(fmt::format("cannot run {}", start.program), error);
}

int wait_for_end(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return 0;
  }
  return status;
}

std::string end_text(int wait_status) {
  if (!WIFSIGNALED(wait_status)) return fmt::format("exit code {}", WEXITSTATUS(wait_status));
  return fmt::format("signal {} ({})", WTERMSIG(wait_status), ::strsignal(WTERMSIG(wait_status)));
}

std::vector<std::uint8_t> run_in_child(const std::function<std::vector<std::uint8_t>()>& work, std::string_view file,
                                       const ChildLimits& limits, const Progress& progress) {
  Pipe pipe;
  const pid_t parent = ::getpid();
  pid_t id = 0;
  {
    const SignalsBlocked blocked;
    id = ::fork();
    if (id == 0) {
      begin_child(parent);
      live(work, pipe.get(1), file, limits);
    }
  }
  if (id < 0) fail(fmt::format("{}: cannot start a process to read it", file), errno);
  Child child(id);
  pipe.close(1);
  std::vector<std::uint8_t> bytes = receive(pipe.get(0), file, limits.memory_bytes, progress);
  const int status = child.wait();
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGALRM)) {
    throw DataError("{}: damaged: reading it did not end within {} s of CPU and {} s of wall time", file,
                    limits.cpu_seconds, limits.wall_seconds);
  }
  if (status == 0 && !bytes.empty() && bytes.front() == has_error) {
    std::string text(bytes.begin() + 1, bytes.end());
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    throw DataError(text);
  }
  if (status != 0 || bytes.empty() || bytes.front() != has_result) {
    throw DataError("{}: damaged: the process that read it ended with {}, expected a result", file, end_text(status));
  }
  bytes.erase(bytes.begin());
  return bytes;
}

}  // namespace inforelay
