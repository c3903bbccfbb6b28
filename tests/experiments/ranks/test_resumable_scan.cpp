// The files of a stage: results, states and blocks, and scans that go on from them.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "core/error.hpp"
#include "core/files/stage_store.hpp"
#include "core/parallel.hpp"
#include "experiments/ranks/resumable_scan.hpp"
#include "tests/catch2.hpp"
#include "tests/set_scans.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

using Catch::Contains;
using test::StopAfter;
namespace fs = std::filesystem;

constexpr SaveInterval always{.seconds = 0}, never{.seconds = 1e9};

// One stage in a folder, and what was warned of.
struct Scene {
  explicit Scene(SaveInterval interval = always) : interval_(interval) {}

  StageStore files(const std::string& name = "stage", const FileStamp& seal = {"run", "input_digest"}) {
    return {folder.path(), name, seal, interval_, calls()};
  }
  StageStore::Calls calls() {
    return {.warn = [&](const std::string& text) { warnings.push_back(text); }};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder.path())) all.push_back(entry.path().filename());
    std::sort(all.begin(), all.end());
    return all;
  }
  void damage(const std::string& name) const {
    std::fstream file(folder.path() / name, std::ios::in | std::ios::out | std::ios::binary);
    REQUIRE(file);
    file.seekp(200);
    file.put('\x5a');
  }

  test::TemporaryFolder folder;
  std::vector<std::string> warnings;

 private:
  SaveInterval interval_;
};

StageStore::Write number(std::int64_t value) {
  return [value](Hdf5Writer& file) { file.attribute("", "number", value); };
}

StageStore::Read into(std::int64_t& value) {
  return [&value](const Hdf5Reader& file) { value = file.attribute<std::int64_t>("", "number"); };
}

// Values of three classes and 2^6 sets in parts of 8 sets; counts what is computed.
class CountingScan final : public SubsetScan {
 public:
  explicit CountingScan(std::string layout = "counting 1") : layout_(std::move(layout)), table(3, 64) {
    table.setConstant(-1);
  }
  static float value(int cls, std::uint32_t set) { return static_cast<float>(1000 * cls) + static_cast<float>(set); }

  std::size_t chunk_count() const override { return 24; }
  std::string layout() const override { return layout_; }
  void compute(std::span<const std::size_t> parts, const Take& take, Progress& progress) const override {
    parallel_blocks(
        parts.size(),
        [&](std::size_t i) {
          ++computed;
          const auto cls = static_cast<int>(parts[i] / 8);
          const auto first = static_cast<std::uint32_t>(parts[i] % 8 * 8);
          ScanChunk part{.first_class = cls,
                         .fixed = NeuronSet(first),
                         .free = NeuronSet::all(3),
                         .values = RowMatrix<float>(1, 8),
                         .exact = {static_cast<std::int64_t>(parts[i])}};
          for (std::uint32_t set = 0; set < 8; ++set) part.values(0, set) = value(cls, first + set);
          take(parts[i], std::move(part));
        },
        progress);
  }
  void add(std::size_t part, const ScanChunk& result) override {
    ++added;
    if (part >= 24 || result.exact != std::vector<std::int64_t>{static_cast<std::int64_t>(part)}) {
      throw DataError("not a part of this scan");
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

// A scan that stops after some parts; what it had is in blocks.
void leave_blocks(Scene& scene, int parts) {
  CountingScan scan;
  StopAfter soon(parts);
  StageStore files = scene.files();
  REQUIRE_THROWS_AS(run_resumable_scan(scan, files, soon), Interrupted);
  REQUIRE(!scan.complete());
}

}  // namespace

TEST_CASE("A part that two blocks hold is given to the scan once", "[stage_files]") {
  Scene scene;
  const fs::path block = scene.folder.path() / "stage.block-1.h5", aside = scene.folder.path() / "aside";
  leave_blocks(scene, 12);
  fs::rename(block, aside);
  leave_blocks(scene, 3);  // what was in that block comes first
  REQUIRE(!fs::exists(block));
  fs::rename(aside, block);

  CountingScan scan;
  StageStore files = scene.files();
  run_resumable_scan(scan, files, Progress::none());
  CHECK(scan.complete());
  CHECK(scan.added == 24);
  CHECK(scan.computed < 12);
}

TEST_CASE("A stage's result is read back, once it is written", "[stage_files]") {
  Scene scene;
  std::int64_t value = 0;
  CHECK(!scene.files().load(into(value)));
  StageStore written = scene.files();
  written.save(number(7));
  StageStore read = scene.files();
  REQUIRE(read.load(into(value)));
  CHECK(value == 7);
  CHECK(read.content().seconds == written.content().seconds);
  CHECK(read.content().seconds >= 0);
  CHECK(read.content().digest == written.content().digest);
  CHECK(scene.warnings.empty());
}

TEST_CASE("A stage's file that is of no use is warned of by name and passed over", "[stage_files]") {
  Scene scene;
  std::int64_t value = 0;
  scene.files().save(number(7));
  scene.files("other").save(number(8));
  const fs::path path = scene.folder.path() / "stage.h5";
  const auto passed_over = [&](const std::string& why, const FileStamp& seal = {"run", "input_digest"}) {
    scene.warnings.clear();
    CHECK(!scene.files("stage", seal).load(into(value)));
    REQUIRE(scene.warnings.size() == 1);
    CHECK(scene.warnings[0] == fmt::format("'{}' is of no use and its work is done again: {}", path.string(), why));
  };
  passed_over("it belongs to run run, expected another", {"another", "input_digest"});
  passed_over("it was computed from other results than those at hand", {"run", "new"});
  scene.damage("stage.h5");
  passed_over("it is damaged: its checksum is not that of its content");
  fs::resize_file(path, 1000);
  passed_over("it is cut short, or from an older version");
  fs::copy_file(scene.folder.path() / "other.h5", path, fs::copy_options::overwrite_existing);
  passed_over("it was written as 'other.h5'");
  scene.files().save([](Hdf5Writer& file) { file.attribute("", "another", std::int64_t{7}); });
  passed_over(path.string() + ": /@number does not exist");
  CHECK(value == 0);
  scene.files().save(number(9));  // in its place
  CHECK(scene.files().load(into(value)));
  CHECK(value == 9);
}

TEST_CASE("A folder in the place of a stage's file is warned of and replaced", "[stage_files]") {
  Scene scene;
  const std::string name = GENERATE("stage.h5", "stage.state.h5", "stage.block-1.h5");
  const bool is_empty = GENERATE(true, false);
  fs::create_directory(scene.folder.path() / name);
  if (!is_empty) std::ofstream(scene.folder.path() / name / "file") << "text";
  std::int64_t value = 0;
  StageStore files = scene.files();
  CHECK(!files.load(into(value)));
  CHECK(!files.load_state(into(value)));
  files.load_chunks(into(value));
  REQUIRE(scene.warnings.size() == 1);
  CHECK_THAT(scene.warnings[0], Contains(name + "' is of no use") && Contains("it is no regular file"));
  CHECK(value == 0);
  files.save_state(number(1));
  files.save_chunks(number(2));
  files.save(number(3));
  CHECK(scene.files().load(into(value)));
  CHECK(value == 3);
  CHECK(scene.names() == std::vector<std::string>{"stage.h5"});
}

TEST_CASE("The seconds of a stage are those of all its starts", "[stage_files]") {
  Scene scene;
  std::int64_t value = 0;
  const auto leave = [&](const std::string& name, double seconds) {
    write_checksummed(scene.folder.path() / name, {"run", "input_digest"}, seconds, number(1));
  };
  leave(GENERATE("stage.state.h5", "stage.block-1.h5"), 1000);
  {  // an interrupted start adds its own
    StageStore files = scene.files();
    files.load_state(into(value));
    files.load_chunks(into(value));
    files.save_state(number(1));
    CHECK(verify_checksummed(scene.folder.path() / "stage.state.h5", {"run", "input_digest"}).seconds >= 1000);
  }
  leave("stage.block-2.h5", 3000);  // it holds the time of the first one's start too
  StageStore files = scene.files();
  files.load_state(into(value));
  files.load_chunks(into(value));
  files.save(number(2));
  CHECK(files.content().seconds >= 3000);
  CHECK(files.content().seconds < 4000);
  CHECK(verify_checksummed(scene.folder.path() / "stage.h5", {"run", "input_digest"}).seconds ==
        files.content().seconds);
}

TEST_CASE("What an unfinished stage keeps goes when its result is there", "[stage_files]") {
  Scene scene;
  std::int64_t value = 0;
  const auto leave_unfinished = [&] {
    StageStore files = scene.files();
    files.save_state(number(1));
    files.save_state(number(2));
    files.save_chunks(number(3));
    files.save_chunks(number(4));
  };
  leave_unfinished();
  scene.files("stage.block").save_state(number(5));  // of another stage, whatever it is called
  CHECK(scene.names() ==
        std::vector<std::string>{"stage.block-1.h5", "stage.block-2.h5", "stage.block.state.h5", "stage.state.h5"});
  CHECK(scene.files().load_state(into(value)));
  CHECK(value == 2);
  std::vector<std::int64_t> blocks;
  StageStore files = scene.files();
  files.load_chunks([&](const Hdf5Reader& file) { blocks.push_back(file.attribute<std::int64_t>("", "number")); });
  std::sort(blocks.begin(), blocks.end());
  CHECK(blocks == std::vector<std::int64_t>{3, 4});
  files.save_chunks(number(6));  // beside the others
  CHECK(fs::exists(scene.folder.path() / "stage.block-3.h5"));

  files.save(number(7));
  CHECK(scene.names() == std::vector<std::string>{"stage.block.state.h5", "stage.h5"});
  leave_unfinished();  // as a kill just after the result leaves them
  CHECK(scene.files().load(into(value)));
  CHECK(scene.names() == std::vector<std::string>{"stage.block.state.h5", "stage.h5"});
  CHECK(scene.warnings.empty());
}

TEST_CASE("The time between saves comes from the environment in tests only", "[stage_files]") {
  const auto with = [](const char* text) {
    setenv("INFORELAY_SAVE_SECONDS", text, 1);
    return SaveInterval::from_environment().seconds;
  };
  CHECK(with("") == 15);
  CHECK(with("0") == 0);
  CHECK(with("2.5") == 2.5);
  for (const char* wrong : {"-1", "x", "1x", "nan", "inf"}) {
    CHECK_THROWS_WITH(with(wrong),
                      fmt::format("INFORELAY_SAVE_SECONDS is '{}', expected a number of seconds, at least 0", wrong));
  }
  unsetenv("INFORELAY_SAVE_SECONDS");
  CHECK(SaveInterval::from_environment().seconds == 15);
  Scene rarely(never), often(always);
  CHECK(!rarely.files().should_save());
  CHECK(often.files().should_save());
}

TEST_CASE("An interrupted scan goes on from its blocks", "[stage_files]") {
  set_thread_count(GENERATE(1, 3));
  Scene scene(GENERATE(always, never));
  leave_blocks(scene, 5);
  leave_blocks(scene, 9);
  CountingScan scan;
  StageStore files = scene.files();
  run_resumable_scan(scan, files, Progress::none());
  CHECK(scan.complete());
  CHECK(scan.computed <= 24 - 14);
  CHECK(scan.computed > 0);
  CHECK(scene.warnings.empty());
}

TEST_CASE("A scan saves as often as it is told, and not at all when it is short", "[stage_files]") {
  set_thread_count(1);
  Scene often(always), rarely(never);
  CountingScan one, two;
  StageStore many = often.files(), none = rarely.files();
  run_resumable_scan(one, many, Progress::none());
  run_resumable_scan(two, none, Progress::none());
  CHECK(often.names().size() == 24);
  CHECK(rarely.names().empty());
}

TEST_CASE("A scan is interrupted while it reads its blocks", "[stage_files]") {
  set_thread_count(1);
  Scene scene;
  leave_blocks(scene, 6);
  const auto before = scene.names();
  CountingScan scan;
  StageStore files = scene.files();
  StopAfter at_once(0);
  CHECK_THROWS_AS(run_resumable_scan(scan, files, at_once), Interrupted);
  CHECK(scan.added == 0);
  CHECK(scene.names() == before);
}

TEST_CASE("Parts that wait for a slow disk are bounded", "[stage_files]") {
  set_thread_count(3);
  // 16 parts of 8 MiB.
  struct LargeScan final : SubsetScan {
    std::size_t chunk_count() const override { return 16; }
    std::string layout() const override { return "large 1"; }
    void compute(std::span<const std::size_t> parts, const Take& take, Progress& progress) const override {
      parallel_blocks(
          parts.size(),
          [&](std::size_t i) {
            ++computed;
            take(parts[i], {.first_class = 0,
                            .fixed = NeuronSet(),
                            .free = NeuronSet(),
                            .values = {},
                            .exact = std::vector<std::int64_t>(std::size_t{1} << 20)});
          },
          progress);
    }
    void add(std::size_t, const ScanChunk&) override {}
    mutable std::atomic<int> computed = 0;
  } scan;
  Scene scene;
  StageStore::Calls calls = scene.calls();
  int computed_meanwhile = 0;
  // A disk so slow that all could be computed meanwhile, and full in the end: those who wait must learn of that.
  calls.before_write = [&] {
    for (int i = 0; i < 30 && scan.computed < 16; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (computed_meanwhile == 0) computed_meanwhile = scan.computed;
    throw IoError("disk full");
  };
  StageStore files(scene.folder.path(), "stage", {"run", "input_digest"}, always, calls);
  CHECK_THROWS_WITH(run_resumable_scan(scan, files, Progress::none()), "disk full");
  CHECK(computed_meanwhile <= 1 + 4 + 2);  // being saved, 32 MiB that wait, in the hands of two threads
}

TEST_CASE("Damaged and foreign blocks are computed again", "[stage_files]") {
  set_thread_count(1);
  Scene scene;
  leave_blocks(scene, 6);
  REQUIRE(scene.names().size() == 6);
  scene.damage("stage.block-2.h5");
  std::ofstream(scene.folder.path() / "stage.block-4.h5", std::ios::trunc);
  const auto start = [&](CountingScan& scan, const FileStamp& seal) {
    StageStore files = scene.files("stage", seal);
    run_resumable_scan(scan, files, Progress::none());
    CHECK(scan.complete());
  };
  CountingScan scan;
  start(scan, {"run", "input_digest"});
  CHECK(scan.computed == 24 - 4);
  REQUIRE(scene.warnings.size() == 2);
  CHECK_THAT(scene.warnings[0] + scene.warnings[1],
             Contains("stage.block-2.h5' is of no use") && Contains("it is damaged") &&
                 Contains("stage.block-4.h5' is of no use") && Contains("it is empty"));

  scene.warnings.clear();
  CountingScan other_layout("counting 2");  // all 24 are there, cut in another way
  start(other_layout, {"run", "input_digest"});
  CHECK(other_layout.computed == 24);
  REQUIRE(scene.warnings.size() == 24);
  CHECK_THAT(scene.warnings[0], Contains("it holds parts of 'counting 1' in 24 parts, expected 'counting 2' in 24"));

  scene.warnings.clear();
  CountingScan other_basis("counting 2");  // from another network, say
  start(other_basis, {"run", "other input_digest"});
  CHECK(other_basis.computed == 24);
  CHECK(scene.warnings.size() == 24);
}

}  // namespace inforelay
