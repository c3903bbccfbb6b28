#include "core/process/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "core/text/number_text.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();

// The number in a control group's file; unbounded if it is "max" or there is no file.
std::uint64_t bound_in(const fs::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return number_from<std::uint64_t>(word).value_or(unbounded);
}

// The tightest bound of a group and its ancestors. In a container the group's path may be that of the host, while
// its files stand at the top: missing files are skipped.
std::uint64_t tightest_bound(const fs::path& top, fs::path group, const char* file) {
  std::uint64_t bound = bound_in(top / file);
  for (group = group.relative_path(); !group.empty(); group = group.parent_path()) {
    bound = std::min(bound, bound_in(top / group / file));
  }
  return bound;
}

std::uint64_t control_group_bound(const fs::path& root) {
  std::uint64_t bound = unbounded;
  std::ifstream groups(root / "proc/self/cgroup");
  // "0::/user.slice" of version 2, "7:memory:/docker/1234" of version 1.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const fs::path group = line.substr(second + 1);
    if (controllers == ",,") {
      bound = std::min(bound, tightest_bound(root / "sys/fs/cgroup", group, "memory.max"));
    } else if (controllers.find(",memory,") != std::string::npos) {
      bound = std::min(bound, tightest_bound(root / "sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
    }
  }
  return bound;
}

}  // namespace

std::uint64_t machine_memory(const fs::path& root) {
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  return std::min(pages * static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE)), control_group_bound(root));
}

}  // namespace inforelay
