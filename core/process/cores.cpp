#include "core/process/cores.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "core/process/control_group.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

// The positive integer that a variable begins with, before a comma.
std::optional<int> threads_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const std::string_view list(text);
  const auto number = number_from<int>(trimmed(list.substr(0, list.find(','))));
  return number && *number > 0 ? number : std::nullopt;
}

// Cores of one group; none if it has no quota: "max 100000", or -1 in version 1.
std::optional<std::int64_t> quota_of(const ControlGroup& group) {
  std::string quota_word, period_word;
  if (group.version == 2) {
    std::ifstream(group.folder / "cpu.max") >> quota_word >> period_word;
  } else {
    std::ifstream(group.folder / "cpu.cfs_quota_us") >> quota_word;
    std::ifstream(group.folder / "cpu.cfs_period_us") >> period_word;
  }
  const auto quota = number_from<std::int64_t>(quota_word), period = number_from<std::int64_t>(period_word);
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return *quota / *period + (*quota % *period != 0 ? 1 : 0);
}

}  // namespace

int cpu_quota(const fs::path& root) {
  std::int64_t cores = std::numeric_limits<int>::max();
  for (const ControlGroup& group : control_groups("cpu", root))
    cores = std::min(cores, quota_of(group).value_or(cores));
  return static_cast<int>(cores);
}

ThreadChoice default_threads(int cores, const fs::path& root) {
  ThreadChoice choice{std::max(1, cores), "all cores that this process may use"};
  const auto at_most = [&](std::optional<int> threads, std::string_view source) {
    if (threads && *threads < choice.threads) choice = {*threads, source};
  };
  at_most(threads_in("OMP_NUM_THREADS"), "OMP_NUM_THREADS");
  at_most(threads_in("SLURM_CPUS_PER_TASK"), "SLURM_CPUS_PER_TASK");
  at_most(cpu_quota(root), "the CPU quota of the control group");
  return choice;
}

}  // namespace inforelay
