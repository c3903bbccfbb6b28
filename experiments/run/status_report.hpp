// `--status`: the progress of the run or sweep in a folder, read from its files.
#pragma once

#include <filesystem>
#include <string>

namespace inforelay {

/// Printable text, whatever the files hold. Writes nothing. Throws UsageError if `folder` is not that of a
/// run or a sweep.
std::string describe_status(const std::filesystem::path& folder);

}  // namespace inforelay
