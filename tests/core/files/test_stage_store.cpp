// The files of a stage: its result and its intermediate results.
#include <fmt/format.h>

#include <cstdlib>

#include "core/error.hpp"
#include "tests/stage_scene.hpp"

namespace inforelay {
namespace {

using namespace test;
using Catch::Contains;
namespace fs = std::filesystem;

const FileStamp stamp{.run = "run", .input_digest = "input_digest"};

double seconds_in(const fs::path& path) { return verify_checksummed(path, stamp).seconds; }

}  // namespace

TEST_CASE("A stage's result is read back, once it is written", "[stages]") {
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

TEST_CASE("A stage's file that cannot be used is ignored with a warning that names it", "[stages]") {
  Scene scene;
  std::int64_t value = 0;
  scene.files().save(number(7));
  scene.files("other").save(number(8));
  const fs::path path = scene.folder.path() / "stage.h5";
  const auto ignored = [&](const std::string& why, const FileStamp& expected = stamp) {
    scene.warnings.clear();
    CHECK(!scene.files("stage", expected).load(into(value)));
    REQUIRE(scene.warnings.size() == 1);
    CHECK_THAT(scene.warnings[0], Catch::StartsWith(fmt::format("ignoring file '{}': ", path.string())) &&
                                      Contains(why) && Catch::EndsWith("; recomputing"));
  };
  ignored("it belongs to run run, expected another", {"another", "input_digest"});
  ignored("it was computed from other results", {"run", "new"});
  scene.damage("stage.h5");
  ignored("it is damaged: its content does not match its checksum");
  fs::resize_file(path, 1000);
  ignored("it is damaged: its content does not match its checksum");
  fs::resize_file(path, 0);
  ignored("it is damaged or from another version");
  fs::copy_file(scene.folder.path() / "other.h5", path, fs::copy_options::overwrite_existing);
  ignored("it was written as 'other.h5'");
  scene.files().save([](Hdf5Writer& file) { file.attribute("", "another", std::int64_t{7}); });
  ignored(path.string() + ": /@number does not exist");
  CHECK(value == 0);
  scene.files().save(number(9));  // in its place
  CHECK(scene.files().load(into(value)));
  CHECK(value == 9);
}

TEST_CASE("A folder with the name of a stage's file is ignored with a warning and replaced", "[stages]") {
  Scene scene;
  const std::string name = GENERATE("stage.h5", "stage.state.h5", "stage.chunks-1.h5");
  const bool is_empty = GENERATE(true, false);
  fs::create_directory(scene.folder.path() / name);
  if (!is_empty) std::ofstream(scene.folder.path() / name / "file") << "text";
  std::int64_t value = 0;
  StageStore files = scene.files();
  CHECK(!files.load(into(value)));
  CHECK(!files.load_state(into(value)));
  files.load_chunks(into(value));
  REQUIRE(scene.warnings.size() == 1);
  CHECK_THAT(scene.warnings[0], Contains("ignoring file") && Contains(name + "': ") && Contains("Is a directory"));
  CHECK(value == 0);
  files.save_state(number(1));
  files.save_chunks(number(2));
  files.save(number(3));
  CHECK(scene.files().load(into(value)));
  CHECK(value == 3);
  CHECK(scene.names() == std::vector<std::string>{"stage.h5"});
}

TEST_CASE("The seconds of a stage are those of all its starts", "[stages]") {
  Scene scene;
  std::int64_t value = 0;
  const auto leave = [&](const std::string& name, double seconds) {
    write_checksummed(scene.folder.path() / name, stamp, seconds, number(1));
  };
  leave(GENERATE("stage.state.h5", "stage.chunks-1.h5"), 1000);
  {  // an interrupted start adds its own time
    StageStore files = scene.files();
    files.load_state(into(value));
    files.load_chunks(into(value));
    files.save_state(number(1));
    CHECK(seconds_in(scene.folder.path() / "stage.state.h5") >= 1000);
  }
  leave("stage.chunks-2.h5", 3000);  // includes the time of the first one
  StageStore files = scene.files();
  files.load_state(into(value));
  files.load_chunks(into(value));
  files.save(number(2));
  CHECK(files.content().seconds >= 3000);
  CHECK(files.content().seconds < 4000);
  CHECK(seconds_in(scene.folder.path() / "stage.h5") == files.content().seconds);
}

TEST_CASE("Intermediate results are removed once there is a result", "[stages]") {
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
  scene.files("stage.chunks").save_state(number(5));  // of another stage, whatever it is called
  CHECK(scene.names() ==
        std::vector<std::string>{"stage.chunks-1.h5", "stage.chunks-2.h5", "stage.chunks.state.h5", "stage.state.h5"});
  CHECK(scene.files().load_state(into(value)));
  CHECK(value == 2);
  std::vector<std::int64_t> chunks;
  StageStore files = scene.files();
  files.load_chunks([&](const Hdf5Reader& file) { chunks.push_back(file.attribute<std::int64_t>("", "number")); });
  std::sort(chunks.begin(), chunks.end());
  CHECK(chunks == std::vector<std::int64_t>{3, 4});
  files.save_chunks(number(6));  // besides the others
  CHECK(fs::exists(scene.folder.path() / "stage.chunks-3.h5"));

  files.save(number(7));
  CHECK(scene.names() == std::vector<std::string>{"stage.chunks.state.h5", "stage.h5"});
  leave_unfinished();  // as a kill just after the result leaves them
  CHECK(scene.files().load(into(value)));
  CHECK(scene.names() == std::vector<std::string>{"stage.chunks.state.h5", "stage.h5"});
  CHECK(scene.warnings.empty());
}

TEST_CASE("The time between saves comes from the environment in tests only", "[stages]") {
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

}  // namespace inforelay
