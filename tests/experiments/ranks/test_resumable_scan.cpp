// Interrupted scans over all sets resume from their saved chunks.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "experiments/ranks/resumable_scan.hpp"
#include "tests/set_scans.hpp"
#include "tests/stage_scene.hpp"

namespace inforelay {
namespace {

using namespace test;
using Catch::Contains;
namespace fs = std::filesystem;

// A scan of three classes and 2^6 sets in chunks of 8 sets, which counts the chunks computed and added.
class CountingScan final : public SubsetScan {
 public:
  explicit CountingScan(std::string layout = "counting 1") : layout_(std::move(layout)), table(3, 64) {
    table.setConstant(-1);
  }
  static float value(int cls, std::uint32_t set) { return static_cast<float>(1000 * cls) + static_cast<float>(set); }

  std::size_t chunk_count() const override { return 24; }
  std::string format_id() const override { return layout_; }
  void compute(std::span<const std::size_t> chunks, const OnChunk& take, Progress& progress) const override {
    parallel_blocks(
        chunks.size(),
        [&](std::size_t i) {
          ++computed;
          const auto cls = static_cast<int>(chunks[i] / 8);
          const auto first = static_cast<std::uint32_t>(chunks[i] % 8 * 8);
          ScanChunk chunk{.first_class = cls,
                          .fixed = NeuronSet(first),
                          .free = NeuronSet::all(3),
                          .values = RowMatrix<float>(1, 8),
                          .exact_totals = {static_cast<std::int64_t>(chunks[i])}};
          for (std::uint32_t set = 0; set < 8; ++set) chunk.values(0, set) = value(cls, first + set);
          take(chunks[i], std::move(chunk));
        },
        progress);
  }
  void add(std::size_t chunk, const ScanChunk& result) override {
    ++added;
    if (chunk >= 24 || result.exact_totals != std::vector<std::int64_t>{static_cast<std::int64_t>(chunk)}) {
      throw DataError("not a chunk of this scan");
    }
    put_chunk(result, table);
  }
  bool complete() const {
    for (int c = 0; c < 3; ++c) {
      for (std::uint32_t set = 0; set < 64; ++set) {
        if (table(c, set) != value(c, set)) return false;
      }
    }
    return true;
  }

  mutable std::atomic<int> computed = 0;
  std::atomic<int> added = 0;

 private:
  std::string layout_;

 public:
  RowMatrix<float> table;
};

// Leaves the files of a scan that was stopped after some chunks.
void leave_chunks(Scene& scene, int chunks) {
  CountingScan scan;
  StopAfter soon(chunks);
  StageStore files = scene.files();
  REQUIRE_THROWS_AS(run_resumable_scan(scan, files, soon), Interrupted);
  REQUIRE(!scan.complete());
}

}  // namespace

TEST_CASE("A chunk that two files hold is added to the scan once", "[stages]") {
  Scene scene;
  const fs::path file = scene.folder.path() / "stage.chunks-1.h5", aside = scene.folder.path() / "aside";
  leave_chunks(scene, 12);
  fs::rename(file, aside);
  leave_chunks(scene, 3);  // the chunks of that file are computed first
  REQUIRE(!fs::exists(file));
  fs::rename(aside, file);

  CountingScan scan;
  StageStore files = scene.files();
  run_resumable_scan(scan, files, Progress::none());
  CHECK(scan.complete());
  CHECK(scan.added == 24);
  CHECK(scan.computed < 12);
}

TEST_CASE("An interrupted scan resumes from its saved chunks", "[stages]") {
  set_thread_count(GENERATE(1, 3));
  Scene scene(GENERATE(always, never));
  leave_chunks(scene, 5);
  leave_chunks(scene, 9);
  CountingScan scan;
  StageStore files = scene.files();
  run_resumable_scan(scan, files, Progress::none());
  CHECK(scan.complete());
  CHECK(scan.computed <= 24 - 14);
  CHECK(scan.computed > 0);
  CHECK(scene.warnings.empty());
}

TEST_CASE("A scan saves at each interval and nothing if it ends before the first", "[stages]") {
  set_thread_count(1);
  Scene often(always), rarely(never);
  CountingScan one, two;
  StageStore many = often.files(), none = rarely.files();
  run_resumable_scan(one, many, Progress::none());
  run_resumable_scan(two, none, Progress::none());
  CHECK(often.names().size() == 24);
  CHECK(rarely.names().empty());
}

TEST_CASE("A scan can be interrupted while it reads saved chunks", "[stages]") {
  set_thread_count(1);
  Scene scene;
  leave_chunks(scene, 6);
  const auto before = scene.names();
  CountingScan scan;
  StageStore files = scene.files();
  StopAfter at_once(0);
  CHECK_THROWS_AS(run_resumable_scan(scan, files, at_once), Interrupted);
  CHECK(scan.added == 0);
  CHECK(scene.names() == before);
}

TEST_CASE("The memory of chunks that wait for a slow disk is bounded", "[stages]") {
  set_thread_count(3);
  // 16 chunks of 8 MiB.
  struct LargeScan final : SubsetScan {
    std::size_t chunk_count() const override { return 16; }
    std::string format_id() const override { return "large 1"; }
    void compute(std::span<const std::size_t> chunks, const OnChunk& take, Progress& progress) const override {
      parallel_blocks(
          chunks.size(),
          [&](std::size_t i) {
            ++computed;
            take(chunks[i], {.first_class = 0,
                             .fixed = NeuronSet(),
                             .free = NeuronSet(),
                             .values = {},
                             .exact_totals = std::vector<std::int64_t>(std::size_t{1} << 20)});
          },
          progress);
    }
    void add(std::size_t, const ScanChunk&) override {}
    mutable std::atomic<int> computed = 0;
  } scan;
  Scene scene;
  StageStore::Calls calls = scene.calls();
  int computed_meanwhile = 0;
  // A disk so slow that all chunks could be computed meanwhile, and full at the end: the waiting threads must get the
  // error.
  calls.before_write = [&] {
    for (int i = 0; i < 30 && scan.computed < 16; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (computed_meanwhile == 0) computed_meanwhile = scan.computed;
    throw IoError("disk full");
  };
  StageStore files(scene.folder.path(), "stage", {"run", "input_digest"}, always, calls);
  CHECK_THROWS_WITH(run_resumable_scan(scan, files, Progress::none()), "disk full");
  CHECK(computed_meanwhile <= 1 + 4 + 2);  // one being saved, 32 MiB waiting, one in each of two threads
}

TEST_CASE("Damaged and foreign chunks are computed again", "[stages]") {
  set_thread_count(1);
  Scene scene;
  leave_chunks(scene, 6);
  REQUIRE(scene.names().size() == 6);
  scene.damage("stage.chunks-2.h5");
  std::ofstream(scene.folder.path() / "stage.chunks-4.h5", std::ios::trunc);
  const auto start = [&](CountingScan& scan, const FileStamp& stamp) {
    StageStore files = scene.files("stage", stamp);
    run_resumable_scan(scan, files, Progress::none());
    CHECK(scan.complete());
  };
  CountingScan scan;
  start(scan, {"run", "input_digest"});
  CHECK(scan.computed == 24 - 4);
  REQUIRE(scene.warnings.size() == 2);
  CHECK_THAT(scene.warnings[0] + scene.warnings[1],
             Contains("stage.chunks-2.h5': it is damaged") && Contains("stage.chunks-4.h5': it is damaged"));

  scene.warnings.clear();
  CountingScan other_format("counting 2");  // the files have all 24 chunks in another format
  start(other_format, {"run", "input_digest"});
  CHECK(other_format.computed == 24);
  REQUIRE(scene.warnings.size() == 24);
  CHECK_THAT(scene.warnings[0], Contains("it has 24 chunks of format 'counting 1', expected 24 of 'counting 2'"));

  scene.warnings.clear();
  CountingScan other_input("counting 2");  // from another network, say
  start(other_input, {"run", "other input_digest"});
  CHECK(other_input.computed == 24);
  CHECK(scene.warnings.size() == 24);
}

}  // namespace inforelay
