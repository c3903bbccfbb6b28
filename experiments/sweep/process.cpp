#include "experiments/sweep/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

#include "core/error.hpp"

namespace inforelay {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

// Our environment without what mpirun (or srun) has put there for its ranks: a child is none of them.
std::vector<char*> environment_of_child() {
  constexpr std::array<std::string_view, 4> of_launchers{"OMPI_", "PMIX_", "PMI_", "PRTE_"};
  std::vector<char*> variables;
  for (char** each = environ; *each; ++each) {
    const std::string_view variable(*each);
    const bool of_launcher = std::any_of(of_launchers.begin(), of_launchers.end(),
                                         [&](std::string_view beginning) { return variable.starts_with(beginning); });
    if (!of_launcher) variables.push_back(*each);
  }
  variables.push_back(nullptr);
  return variables;
}

// Between fork and exec only async-signal-safe functions may be called.
[[noreturn]] void become(char* const* arguments, char* const* environment, int messages, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it died before that took hold
  setpgid(0, 0);
  const int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0) {
    constexpr char first_to_go[] = "500";
    // Where this is refused the child is as likely to be chosen as its parent.
    if (write(score, first_to_go, sizeof first_to_go - 1) < 0) errno = 0;
    close(score);
  }
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 ||
      dup2(messages, STDERR_FILENO) < 0) {
    _exit(1);
  }
  // The parent's handlers would swallow a signal to stop that comes before the program has its own.
  for (const int stop : {SIGINT, SIGTERM, SIGUSR1, SIGTSTP}) signal(stop, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve("/proc/self/exe", arguments, environment);
  _exit(127);
}

}  // namespace

pid_t start_child(const std::vector<std::string>& arguments, const std::filesystem::path& messages) {
  std::string program = "run_experiment";
  std::vector<std::string> copies = arguments;
  std::vector<char*> argv{program.data()};
  for (std::string& each : copies) argv.push_back(each.data());
  argv.push_back(nullptr);
  const std::vector<char*> environment = environment_of_child();
  const int file = open(messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) throw IoError(fmt::format("cannot write {}: {}", messages.string(), reason(errno)));
  const pid_t parent = getpid();
  sigset_t all, earlier;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &earlier);
  const pid_t child = fork();
  if (child == 0) become(argv.data(), environment.data(), file, parent);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &earlier, nullptr);
  close(file);
  if (child < 0) throw IoError(fmt::format("cannot start a process: {}", reason(error)));
  return child;
}

}  // namespace inforelay
