// The memory that this process may use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/named.hpp"

namespace inforelay {

/// What bounds the memory.
enum class MemorySource { asked, machine, control_group, address_space, data };

/// Bytes that this process may use, and what bounds them.
struct MemoryLimit {
  std::uint64_t bytes = 0;
  MemorySource source = MemorySource::machine;
};

/// What the limits of address space and of data (`ulimit -v`, `ulimit -d`) leave, the lesser of them: the limit less
/// what is mapped but not in use now, so that it can be compared with resident memory; 2^64 - 1 without limits.
MemoryLimit process_limit();

/// The memory that this process may use: the least of
///   * `asked`, or the memory of the machine if nothing was asked for;
///   * the limits of all enclosing control groups, of version 1 or 2;
///   * process_limit() at the first call, so that all calls agree.
/// Limits that cannot be read are ignored. `root`: the folder with /proc and /sys, for tests.
MemoryLimit memory_limit(std::optional<std::uint64_t> asked, const std::filesystem::path& root = "/");

/// Address space that each further thread takes in addition to what it uses: its stack where `ulimit -v` or
/// `ulimit -d` count it, otherwise 0.
std::uint64_t thread_stack_bytes();

/// To be called before threads are made: where `ulimit -v` limits address space, all threads allocate from one arena;
/// arenas of their own reserve 64 MiB each.
void save_address_space();

}  // namespace inforelay
