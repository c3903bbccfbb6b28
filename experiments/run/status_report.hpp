// `--status`: how far the run or sweep in a folder is, told from its files alone.
#pragma once

#include <filesystem>
#include <string>

namespace inforelay {

/// Lines for people, printable whatever the files hold. Only reads. Throws UsageError where `folder` is not one of a
/// run or a sweep.
std::string describe_status(const std::filesystem::path& folder);

}  // namespace inforelay
