#include <atomic>
#include <vector>

#include "core/parallel.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

TEST_CASE("parallel_blocks runs every block once", "[parallel]") {
  for (const int threads : {1, 2, 5}) {
    set_thread_count(threads);
    std::vector<std::atomic<int>> runs(1000);
    parallel_blocks(runs.size(), [&](std::size_t block) { ++runs[block]; });
    for (const auto& count : runs) REQUIRE(count == 1);
    parallel_blocks(0, [&](std::size_t) { FAIL("no block to run"); });
  }
}

TEST_CASE("parallel_blocks rethrows the first exception and skips what is left", "[parallel]") {
  set_thread_count(2);
  std::atomic<int> begun = 0;
  CHECK_THROWS_AS(parallel_blocks(100000,
                                  [&](std::size_t block) {
                                    ++begun;
                                    if (block == 3) throw DataError("block 3");
                                  }),
                  DataError);
  CHECK(begun < 100000);
}

TEST_CASE("parallel_blocks stops when asked", "[parallel]") {
  struct StopAfterFive : Progress {
    std::atomic<std::uint64_t> done = 0;
    void report(std::uint64_t n, std::uint64_t) override { done = n; }
    bool stop_requested() const override { return done >= 5; }
  } progress;
  CHECK_THROWS_AS(parallel_blocks(
                      1000, [](std::size_t) {}, progress),
                  Interrupted);
  CHECK(progress.done < 1000);
}
