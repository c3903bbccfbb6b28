// Parallel loops. No other code computes in several threads.
//
// Work is cut into blocks whose number and bounds depend on the problem only, never on the number of threads; their
// results are combined in block order. So a result is the same to the last bit for 1 and for 64 threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <mutex>

#include "core/progress.hpp"

namespace inforelay {

/// Number of threads that parallel_blocks uses; n >= 1. Default: all cores.
void set_thread_count(int n);
int thread_count();

/// Makes threads that wait for work sleep, unless OMP_WAIT_POLICY is set: spinning would take the cores from other
/// processes of a shared machine. OpenMP reads that variable before main(), so the program is restarted.
void let_idle_threads_sleep(char** argv);

namespace detail {
/// Runs call(context, block) for every block in [0,count), dynamically scheduled.
void run_blocks(std::size_t count, void* context, void (*call)(void*, std::size_t));
}  // namespace detail

/// Calls body(block) once for each block in [0,count), on up to thread_count() threads, in no particular order.
/// Nested calls run on the calling thread. The first exception thrown is rethrown here after the running blocks have
/// ended; blocks not yet begun are then skipped. If `progress` requests a stop, the rest is skipped and Interrupted
/// thrown; it receives a report (blocks done, count) after each block.
template <class Body>
void parallel_blocks(std::size_t count, Body&& body, Progress& progress = Progress::none()) {
  struct Context {
    Body& body;
    Progress& progress;
    std::size_t count;
    std::size_t done = 0;
    std::exception_ptr error{};
    bool failed = false;
    std::mutex mutex{};
  } context{body, progress, count};
  detail::run_blocks(count, &context, [](void* opaque, std::size_t block) {
    auto& c = *static_cast<Context*>(opaque);
    {
      const std::lock_guard lock(c.mutex);
      if (c.failed) return;
    }
    try {
      c.progress.check();
      c.body(block);
      const std::lock_guard lock(c.mutex);
      c.progress.report(++c.done, c.count);
    } catch (...) {
      const std::lock_guard lock(c.mutex);
      if (!c.failed) c.error = std::current_exception();
      c.failed = true;
    }
  });
  if (context.error) std::rethrow_exception(context.error);
}

/// Half-open range [begin,end) of the items of block `block` when `n` items are cut into blocks of `size`.
struct BlockRange {
  std::size_t begin, end;
  BlockRange(std::size_t block, std::size_t size, std::size_t n)
      : begin(std::min(block * size, n)), end(std::min(begin + size, n)) {}
  std::size_t size() const { return end - begin; }
  static std::size_t count(std::size_t size, std::size_t n) { return (n + size - 1) / size; }
};

}  // namespace inforelay
