#include "core/process/process_identity.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "core/provenance.hpp"

namespace inforelay {
namespace {

struct ProcessStat {
  char state = '?';
  std::uint64_t start = 0;
};

// Of /proc/PID/stat, proc(5): "pid (name) state ppid ...", the start time being field 22. The name may hold anything.
std::optional<ProcessStat> stat_of(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  ProcessStat stat;
  fields >> stat.state;
  constexpr int between = 18;  // fields 4 to 21
  std::string ignored;
  for (int i = 0; i < between; ++i) fields >> ignored;
  if (!(fields >> stat.start)) return std::nullopt;
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

Life life_of(const ProcessIdentity& process) {
  if (process.machine.empty() || process.machine != this_machine()) return Life::unknown;
  if (process.pid <= 0 || process.pid > std::numeric_limits<pid_t>::max()) return Life::gone;
  // Where /proc hides the processes of others, kill() still tells.
  if (kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH) return Life::gone;
  const auto stat = stat_of(process.pid);
  if (!stat) return Life::alive;
  const bool ended = stat->state == 'Z' || stat->state == 'X';
  const bool other = process.start != 0 && stat->start != process.start;
  return ended || other ? Life::gone : Life::alive;
}

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace inforelay
