// Configurations by name: those in configs/ of the working directory, and those that are installed with the program.
#pragma once

#include <filesystem>
#include <vector>

namespace inforelay {

/// `config` if there is such a file; else the configuration of that name, with or without "configs/" and ".yaml"
/// ("quick", "sweeps/seeds.yaml"), in configs/, installed, or in configs/ beside or above the program; else `config`.
/// Throws UsageError that says what to type: with the names of similar ones if there are any, of those in a folder, for
/// the folder of a run, and for a file that is HDF5.
std::filesystem::path find_config(const std::filesystem::path& config);

/// The files that find_config() knows by name, those in configs/ first, then by name.
std::vector<std::filesystem::path> known_configs();

}  // namespace inforelay
