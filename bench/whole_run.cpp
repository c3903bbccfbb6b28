#include "bench/whole_run.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

#include "tests/temporary_folder.hpp"

namespace inforelay::bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

WholeRun run_mnist_relay() {
  const test::TemporaryFolder folder;
  std::string program = INFORELAY_PROGRAM, config = INFORELAY_CONFIGS "/mnist_relay.yaml", option = "-o",
              out = (folder / "run").string(), progress = "--progress", off = "off";
  std::array<char*, 7> arguments{program.data(),  config.data(), option.data(), out.data(),
                                 progress.data(), off.data(),    nullptr};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);  // the table of stages
  pid_t child = -1;
  const int error = posix_spawn(&child, program.c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::system_error(error, std::generic_category(), program);
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "wait4");
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error(program + " " + config + " ended with status " + std::to_string(status));
  }
  return {.peak_bytes = 1024.0 * static_cast<double>(usage.ru_maxrss),
          .cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

}  // namespace inforelay::bench
