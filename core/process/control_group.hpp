// The control groups (cgroups) that this process is in: containers, batch jobs, system services.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace inforelay {

/// A control group's folder of the files of one controller.
struct ControlGroup {
  int version = 2;
  std::filesystem::path folder;
};

/// The groups that bound what `controller` ("memory", "cpu") gives this process: its own and all those around it, of
/// version 1 and 2. Not each of the folders need exist: in a container the group's path may be that of the host, while
/// its files stand at the top. `root`: the folder with /proc and /sys.
std::vector<ControlGroup> control_groups(std::string_view controller, const std::filesystem::path& root = "/");

}  // namespace inforelay
