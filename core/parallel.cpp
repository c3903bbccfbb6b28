#include "core/parallel.hpp"

#include <omp.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cstdlib>

namespace inforelay {
namespace {
std::atomic<int> configured_threads{0};  // 0: not set, use all cores
}

void set_thread_count(int n) {
  assert(n >= 1);
  configured_threads = n;
}

int thread_count() {
  const int n = configured_threads;
  return n > 0 ? n : omp_get_num_procs();
}

void let_idle_threads_sleep(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") || setenv("OMP_WAIT_POLICY", "passive", 0) != 0) return;
  execv("/proc/self/exe", argv);  // if that fails they spin, and results are the same
}

void detail::run_blocks(std::size_t count, void* context, void (*call)(void*, std::size_t)) {
  const int threads = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(thread_count()), count));
  if (threads <= 1 || omp_in_parallel()) {
    for (std::size_t block = 0; block < count; ++block) call(context, block);
    return;
  }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (std::size_t block = 0; block < count; ++block) call(context, block);
}

}  // namespace inforelay
