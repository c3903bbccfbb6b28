// The cores that this process may use.
#pragma once

#include <filesystem>
#include <string_view>

namespace inforelay {

/// A number of threads, and what it comes from: a word for people.
struct ThreadChoice {
  int threads = 1;
  std::string_view source;
};

/// The number of threads to use where none is asked for: the least of `cores` (those of the affinity of this process,
/// or its share of them among the ranks of a machine), OMP_NUM_THREADS (the first of a list), SLURM_CPUS_PER_TASK, and
/// cpu_quota(); at least 1. Variables that are not positive integers are ignored. `root`: the folder with /proc and
/// /sys, for tests.
ThreadChoice default_threads(int cores, const std::filesystem::path& root = "/");

/// The cores that the CPU quotas of the enclosing control groups (version 1 or 2) allow, the least of them: quota /
/// period, rounded up, since a part of a core is used by one more thread; a very large number if there is none.
int cpu_quota(const std::filesystem::path& root = "/");

}  // namespace inforelay
