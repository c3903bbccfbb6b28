// How much memory there is.
#pragma once

#include <cstdint>
#include <filesystem>

namespace inforelay {

/// Bytes of memory that this process may use at most: those of the machine, or of the tightest control group (of either
/// version) that we live in, where that has fewer. What cannot be read sets no bound. `root`: where /proc and /sys are,
/// for tests.
std::uint64_t machine_memory(const std::filesystem::path& root = "/");

}  // namespace inforelay
