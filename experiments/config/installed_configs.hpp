// Configurations by name: those in configs/ of the working directory, and those that are installed with the program.
#pragma once

#include <filesystem>

namespace inforelay {

/// `config` if there is such a file; else the configuration of that name, with or without "configs/" and ".yaml"
/// ("quick", "sweeps/seeds.yaml"), in configs/ or installed; else `config`. Throws UsageError with a suggestion if
/// there is none but one of a similar name.
std::filesystem::path find_config(const std::filesystem::path& config);

}  // namespace inforelay
