#include "core/process/control_group.hpp"

#include <fstream>
#include <string>

namespace inforelay {
namespace fs = std::filesystem;
namespace {

void add_with_ancestors(int version, const fs::path& top, fs::path group, std::vector<ControlGroup>& groups) {
  for (group = group.relative_path(); !group.empty(); group = group.parent_path()) {
    groups.push_back({version, top / group});
  }
  groups.push_back({version, top});
}

}  // namespace

std::vector<ControlGroup> control_groups(std::string_view controller, const fs::path& root) {
  std::vector<ControlGroup> groups;
  std::ifstream file(root / "proc/self/cgroup");
  // "0::/user.slice" of version 2, "7:memory:/docker/1234" or "4:cpu,cpuacct:/" of version 1.
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const fs::path group = line.substr(second + 1);
    if (controllers == ",,") {
      add_with_ancestors(2, root / "sys/fs/cgroup", group, groups);
    } else if (controllers.find("," + std::string(controller) + ",") != std::string::npos) {
      add_with_ancestors(1, root / "sys/fs/cgroup" / controller, group, groups);
    }
  }
  return groups;
}

}  // namespace inforelay
