// Files of stages: what was written is found whole, and anything else is noticed before HDF5 sees it.
#include <sys/stat.h>

#include <fmt/format.h>

#include <fstream>

#include "core/error.hpp"
#include "core/files/checksummed_file.hpp"
#include "core/files/sha256.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

using Catch::Contains;
namespace fs = std::filesystem;

const FileStamp seal{.run = "12345678", .input_digest = "abc"};

FileContent write_values(const fs::path& path, const FileStamp& whose = seal, double seconds = 1.5) {
  return write_checksummed(path, whose, seconds, [](Hdf5Writer& file) {
    file.dataset("values", std::vector<double>{1, 2, 3}, {.units = "1", .long_name = "values", .dims = {"n"}});
  });
}

void put(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace

TEST_CASE("A sealed file is found whole and is HDF5", "[sealed]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "stage.h5";
  const FileContent written = write_values(path);
  const FileContent found = verify_checksummed(path, seal);
  CHECK(found.digest == written.digest);
  CHECK(found.digest.size() == 64);
  CHECK(found.seconds == 1.5);
  CHECK(Hdf5Reader(path).vector<double>("values") == std::vector<double>{1, 2, 3});
  const std::string text = test::content(path);
  CHECK_THAT(text, Contains("inforelay stage file 1\nrun 12345678\nname stage.h5\nbasis abc\nseconds 1.5\nseal "));

  // Equal content has an equal digest, whoever wrote it, whenever and how slowly.
  CHECK(write_values(folder.path() / "other.h5", {"other", "input_digest"}, 7).digest == written.digest);
  const auto different = write_checksummed(folder.path() / "third.h5", seal, 1.5, [](Hdf5Writer& file) {
    file.dataset("values", std::vector<double>{1, 2, 4}, {.units = "1", .long_name = "values", .dims = {"n"}});
  });
  CHECK(different.digest != written.digest);
}

TEST_CASE("No changed or missing byte of a sealed file goes unnoticed", "[sealed]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "stage.h5";
  write_values(path);
  const std::string whole = test::content(path);
  for (std::size_t i = 0; i < whole.size(); i += i + 300 < whole.size() ? 211 : 1) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
    put(path, bytes);
    INFO("byte " << i << " of " << whole.size());
    REQUIRE_THROWS_AS(verify_checksummed(path, seal), DataError);
    put(path, whole.substr(0, i));
    REQUIRE_THROWS_AS(verify_checksummed(path, seal), DataError);
  }
  put(path, whole + "x");
  CHECK_THROWS_AS(verify_checksummed(path, seal), DataError);
  put(path, whole + whole);
  CHECK_THROWS_AS(verify_checksummed(path, seal), DataError);
  put(path, whole);
  CHECK_NOTHROW(verify_checksummed(path, seal));
}

TEST_CASE("What is wrong with a sealed file is said", "[sealed]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "stage.h5";
  write_values(path);
  const std::string whole = test::content(path);
  const auto says = [&](const std::string& what, const FileStamp& whose = seal) {
    CHECK_THROWS_WITH(verify_checksummed(path, whose), what);
  };
  says("it belongs to run 12345678, expected 9", {.run = "9", .input_digest = "abc"});
  says("it was computed from other results than those at hand", {.run = "12345678", .input_digest = "abd"});

  put(path, "");
  says("it is empty");
  put(path, "not HDF5");
  says("it is cut short, or from an older version");
  put(path, whole.substr(0, whole.size() - 1));
  says("it is cut short, or from an older version");
  std::string flipped = whole;
  flipped[100] = static_cast<char>(flipped[100] ^ 1);
  put(path, flipped);
  says("it is damaged: its checksum is not that of its content");
  for (const double seconds : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    write_checksummed(path, seal, seconds, [](Hdf5Writer& file) { file.attribute("", "number", 1.0); });
    says(fmt::format("its work took '{}' seconds, expected a number", seconds));
  }
  fs::rename(path, folder.path() / "another.h5");
  put(folder.path() / "another.h5", whole);
  CHECK_THROWS_WITH(verify_checksummed(folder.path() / "another.h5", seal), "it was written as 'stage.h5'");

  {  // a file of HDF5 as earlier versions wrote it
    Hdf5Writer file(path);
    file.attribute("", "seconds", 1.0);
    file.commit();
  }
  says("it is cut short, or from an older version");
  fs::remove(path);
  mkfifo(path.c_str(), 0600);
  says("it is no regular file");
  fs::remove(path);
  fs::create_directory(path);
  says("it is no regular file");
}

TEST_CASE("A sealed file of another format version is not read", "[sealed]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "stage.h5";
  write_values(path);
  // As a later version would write it: the lines differ, the seal is right.
  Hdf5Writer file(path);
  file.commit([](const fs::path& closed) {
    const std::string lines = "inforelay stage file 2\n";
    return lines + fmt::format("seal {} {:08}\n", sha256_hex(test::content(closed) + lines), lines.size());
  });
  CHECK_THROWS_WITH(verify_checksummed(path, seal), "it is of format 2, expected 1");
}

}  // namespace inforelay
