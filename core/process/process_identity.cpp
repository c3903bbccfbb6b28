#include "core/process/process_identity.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>

#include "core/provenance.hpp"

namespace inforelay {
namespace {

struct ProcessStat {
  char state = '?';
  std::uint64_t start = 0;
};

// From /proc/PID/stat, proc(5): "pid (name) state ppid ...", the start time being field 22. The name may hold anything.
std::optional<ProcessStat> stat_of(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const auto name_end = line.rfind(')');
  ProcessStat stat;
  const char* fields = ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64;
  if (name_end == std::string::npos || std::sscanf(&line[name_end], fields, &stat.state, &stat.start) != 2) return {};
  return stat;
}

// Machines may share a name, and containers a machine's boot: pids mean the same only in one pid namespace of one boot.
std::string this_machine() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string boot;
  std::error_code error;
  const auto space = std::filesystem::read_symlink("/proc/self/ns/pid", error);
  if (!std::getline(file, boot) || boot.empty() || error) return "";
  return boot + " " + space.string();
}

ProcessIdentity identity_of(std::int64_t pid) {
  const auto stat = stat_of(pid);
  return {.pid = pid, .start = stat ? stat->start : 0, .host = host_name(), .machine = this_machine()};
}

}  // namespace

ProcessIdentity this_process() { return identity_of(getpid()); }

std::optional<ProcessIdentity> parent_to_die_with() {
  int signal = 0;
  if (prctl(PR_GET_PDEATHSIG, &signal) != 0 || signal == 0) return std::nullopt;
  return identity_of(getppid());
}

ProcessState state_of(const ProcessIdentity& process) {
  using enum ProcessState;
  if (process.machine.empty() || process.machine != this_machine()) return unknown;
  if (process.pid <= 0 || process.pid > std::numeric_limits<pid_t>::max()) return ended;
  // kill() works even if /proc hides the processes of other users.
  if (kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH) return ended;
  const auto stat = stat_of(process.pid);
  if (!stat) return running;
  const bool is_zombie = stat->state == 'Z' || stat->state == 'X';
  const bool is_another = process.start != 0 && stat->start != process.start;
  return is_zombie || is_another ? ended : running;
}

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace inforelay
