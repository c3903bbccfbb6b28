#include "core/process/stop_signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <initializer_list>

namespace inforelay {
namespace {

// Set in whichever thread the signal interrupts, and read by all.
std::atomic<int> received_signal = 0;
static_assert(decltype(received_signal)::is_always_lock_free);  // as signal handlers need it

extern "C" void on_stop_signal(int signal) {
  const int meant = signal == SIGINT ? SIGINT : SIGTERM;
  const bool is_first = received_signal.exchange(meant) == 0;
  // Once the limit of CPU time is reached, the kernel sends SIGXCPU every second until the hard limit.
  if (!is_first && signal != SIGXCPU) _exit(128 + meant);
}

extern "C" void on_ignored_signal(int) {}

void handle_stop_signals(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU}) sigaction(signal, &action, nullptr);
}

}  // namespace

void reserve_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    // This is the lowest free descriptor. It has the wrong direction, so that its use fails as before.
    if (open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

void install_stop_signals() {
  handle_stop_signals(on_stop_signal);
  // The reader of our messages may end before the run does. Writing results to stdout then fails with an error.
  std::signal(SIGPIPE, SIG_IGN);
}

// A handler, unlike SIG_IGN, is not inherited by child processes.
void ignore_stop_signals() { handle_stop_signals(on_ignored_signal); }

int stop_signal() { return received_signal; }

}  // namespace inforelay
