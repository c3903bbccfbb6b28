// The configurations that are installed with the program, found by name from any folder.
#pragma once

#include <filesystem>

namespace inforelay {

/// `config` if there is such a file; else the installed one of that name ("quick.yaml", "configs/quick.yaml"), if there
/// is one; else `config`.
std::filesystem::path find_config(const std::filesystem::path& config);

}  // namespace inforelay
