// The memory that this process may use.
#pragma once

#include <cstdint>
#include <filesystem>

namespace inforelay {

/// Bytes of memory that this process may use at most: the memory of the machine, or the tightest limit of the enclosing
/// control groups (version 1 or 2) if that is less. Limits that cannot be read are ignored. `root`: the folder with
/// /proc and /sys, for tests.
std::uint64_t machine_memory(const std::filesystem::path& root = "/");

}  // namespace inforelay
