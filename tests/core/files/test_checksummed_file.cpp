// Files of intermediate results: whole ones are read back, and damaged, foreign and outdated ones are noticed before
// HDF5 opens them.
#include <fmt/format.h>
#include <sys/stat.h>

#include "core/error.hpp"
#include "core/files/checksummed_file.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

using Catch::Contains;
namespace fs = std::filesystem;

const FileStamp this_run{.run = "12345678", .input_digest = "abc"};

FileContent write_values(const fs::path& path, const FileStamp& whose = this_run, double seconds = 1.5,
                         double last = 3) {
  return write_checksummed(path, whose, seconds, [&](Hdf5Writer& file) {
    file.dataset("values", std::vector<double>{1, 2, last}, {.units = "1", .long_name = "values", .dims = {"n"}});
    file.attribute("values", "number", std::int64_t{7});
  });
}

void put(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace

TEST_CASE("A checksummed file is read back and is HDF5", "[checksums]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "stage.h5";
  const FileContent written = write_values(path), found = verify_checksummed(path, this_run);
  CHECK(written.digest.size() == 64);
  CHECK(found.digest == written.digest);
  CHECK(found.seconds == 1.5);
  CHECK(Hdf5Reader(path).vector<double>("values") == std::vector<double>{1, 2, 3});
  CHECK(Hdf5Reader(path).attribute<std::int64_t>("values", "number") == 7);
  CHECK_THAT(test::content(path), Catch::StartsWith(R"({"format":"inforelay stage file 2","input_digest":"abc",)") &&
                                      Contains(fmt::format("\"sha256\":\"{}\"}}\n\n", written.digest)));
}

TEST_CASE("Equal content has an equal digest, independent of run and time", "[checksums]") {
  const test::TemporaryFolder folder;
  const std::string first = write_values(folder.path() / "first.h5").digest;
  CHECK(write_values(folder.path() / "second.h5", {"other", "input"}, 7).digest == first);
  CHECK(write_values(folder.path() / "third.h5", this_run, 1.5, 4).digest != first);
}

TEST_CASE("A changed or missing byte of a checksummed file is detected", "[checksums]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "stage.h5";
  write_values(path);
  const std::string whole = test::content(path);
  const std::size_t header = whole.find('\n');
  for (std::size_t i = 0; i < whole.size(); i += 211) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
    put(path, bytes);
    INFO("byte " << i << " of " << whole.size());
    if (i < header || i >= 1024) REQUIRE_THROWS_AS(verify_checksummed(path, this_run), DataError);
    put(path, whole.substr(0, i));
    REQUIRE_THROWS_AS(verify_checksummed(path, this_run), DataError);
  }
  put(path, whole + "x");
  CHECK_THROWS_AS(verify_checksummed(path, this_run), DataError);
  put(path, whole);
  CHECK_NOTHROW(verify_checksummed(path, this_run));
}

TEST_CASE("The reason for which a checksummed file is refused is given", "[checksums]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "stage.h5";
  write_values(path);
  const std::string whole = test::content(path);
  const auto refused = [&](const std::string& what, const FileStamp& whose = this_run) {
    CHECK_THROWS_WITH(verify_checksummed(path, whose), what);
  };
  refused("it belongs to run 12345678, expected 9", {.run = "9", .input_digest = "abc"});
  refused("it was computed from other results", {.run = "12345678", .input_digest = "abd"});
  for (const std::string& bytes : {std::string(), std::string("not HDF5"), whole.substr(1), whole.substr(0, 100)}) {
    put(path, bytes);
    refused("it is damaged or from another version");
  }
  put(path, whole.substr(0, whole.size() - 1));
  refused("it is damaged: its content does not match its checksum");
  fs::rename(path, folder.path() / "another.h5");
  CHECK_THROWS_WITH(verify_checksummed(folder.path() / "another.h5", this_run), "it was written as 'stage.h5'");
  {  // without a user block
    Hdf5Writer file(path);
    file.attribute("", "seconds", 1.0);
    file.commit();
  }
  refused("it is damaged or from another version");
  fs::remove(path);
  mkfifo(path.c_str(), 0600);
  refused(fmt::format("cannot read {}: not a regular file", path.string()));
  fs::remove(path);
  fs::create_directory(path);
  refused(fmt::format("cannot read {}: Is a directory", path.string()));
}

}  // namespace inforelay
