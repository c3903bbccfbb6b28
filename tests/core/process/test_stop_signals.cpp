#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "core/process/stop_signals.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

// The exit code of a child process that handles stop signals and does this; 128 + signal if one killed it.
int exit_code_of(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    install_stop_signals();
    _exit(work());
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("Signals of batch systems and of the CPU limit request a stop like SIGTERM", "[signals]") {
  for (const int signal : {SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU}) {
    INFO(signal);
    CHECK(exit_code_of([&] {
            std::raise(signal);
            return stop_signal();
          }) == SIGTERM);
    CHECK(exit_code_of([&] {
            std::raise(signal);
            std::raise(SIGTERM);
            return 0;
          }) == 143);
  }
  CHECK(exit_code_of([] {
          std::raise(SIGINT);
          return stop_signal();
        }) == SIGINT);
}

TEST_CASE("Repeated signals of the CPU limit leave the time to save", "[signals]") {
  CHECK(exit_code_of([] {
          for (int second = 0; second < 5; ++second) std::raise(SIGXCPU);
          return stop_signal();
        }) == SIGTERM);
}
