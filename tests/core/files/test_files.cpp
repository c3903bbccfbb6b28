#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using Catch::Contains;
using test::TemporaryFolder;

namespace {

std::string text_of(const std::filesystem::path& path) {
  const auto bytes = read_file(path, 1 << 20);
  return {bytes.begin(), bytes.end()};
}

std::size_t entries(const TemporaryFolder& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator{}));
}

/// While it lives, writing beyond `bytes` of any file fails, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit old_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("A file written atomically reads back and replaces the old one", "[files]") {
  const TemporaryFolder folder;
  const std::string with_zero("b\0c", 3);
  for (const std::string& text : {std::string("first"), std::string(300000, 'x'), std::string(), with_zero}) {
    write_file_atomically(folder / "a.txt", text);
    CHECK(text_of(folder / "a.txt") == text);
  }
  CHECK(entries(folder) == 1);
}

TEST_CASE("A failed write leaves the old file and no temporary and says why", "[files]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a.txt", "old");
  {
    const FileSizeLimit limit(1000);
    CHECK_THROWS_WITH(write_file_atomically(folder / "a.txt", std::string(5000, 'x')),
                      Contains((folder / "a.txt").string()) && Contains("File too large"));
  }
  CHECK(text_of(folder / "a.txt") == "old");
  CHECK(entries(folder) == 1);

  CHECK_THROWS_AS(write_file_atomically(folder / "missing" / "a.txt", "x"), IoError);
  CHECK_THROWS_WITH(write_file_atomically(folder / "missing" / "a.txt", "x"), Contains("No such file or directory"));

  std::filesystem::create_directories(folder / "taken" / "inside");
  CHECK_THROWS_WITH(write_file_atomically(folder / "taken", "x"), Contains("Is a directory"));
  CHECK(entries(folder) == 2);
}

TEST_CASE("A temporary file appears under its name only at commit", "[files]") {
  const TemporaryFolder folder;
  {
    TemporaryFile abandoned(folder / "result");
    std::ofstream(abandoned.path()) << "half";
  }
  CHECK(entries(folder) == 0);
  {
    TemporaryFile first(folder / "result"), second(folder / "result");
    CHECK(first.path() != second.path());
    CHECK(first.path().parent_path() == folder.path());
    std::ofstream(first.path()) << "whole";
    CHECK_FALSE(std::filesystem::exists(folder / "result"));
    first.commit();
    CHECK(text_of(folder / "result") == "whole");
  }
  CHECK(entries(folder) == 1);
}

TEST_CASE("A file is replaced without a flush, and no temporary is left", "[files]") {
  const TemporaryFolder folder;
  for (const char* text : {"old", "new"}) {
    replace_file(folder.path() / "file", text);
    CHECK(text_of(folder.path() / "file") == text);
  }
  CHECK(entries(folder) == 1);
  CHECK_THROWS_AS(replace_file(folder.path() / "absent/file", "text"), IoError);
}

TEST_CASE("Names of temporary files are recognised", "[files]") {
  const TemporaryFolder folder;
  const TemporaryFile temporary(folder.path() / "results.h5");
  CHECK(is_temporary_name(temporary.path().filename().string()));
  for (const char* name : {"results.h5", ".1-2.tmp", "a.tmp", "a.1-.tmp", "a.-1.tmp", "a.1-2.tmp~", "a1-2.tmp"})
    CHECK(!is_temporary_name(name));
}

TEST_CASE("The start of a file is read, or all of a short one", "[files]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", "abcdef");
  CHECK(read_file_start(folder / "a", 4) == std::vector<std::uint8_t>{'a', 'b', 'c', 'd'});
  CHECK(read_file_start(folder / "a", 7).size() == 6);
  CHECK_THROWS_WITH(read_file_start(folder / "b", 1), Contains("cannot read") && Contains("No such file"));
}

TEST_CASE("Reading names the file and the reason", "[files]") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_file(folder / "none", 10), DataError);
  CHECK_THROWS_WITH(read_file(folder / "none", 10),
                    Contains((folder / "none").string()) && Contains("No such file or directory"));
  CHECK_THROWS_WITH(read_file(folder.path(), 10), Contains("Is a directory"));
  write_file_atomically(folder / "eleven", "12345678901");
  CHECK_THROWS_WITH(read_file(folder / "eleven", 10), Contains("holds 11 bytes, expected at most 10"));
  CHECK(read_file(folder / "eleven", 11).size() == 11);
  ::mkfifo((folder / "pipe").c_str(), 0600);
  CHECK_THROWS_WITH(read_file(folder / "pipe", 10), Contains("not a regular file"));
}

TEST_CASE("The first bytes of a temporary file can be replaced before it is put in place", "[files]") {
  const TemporaryFolder folder;
  TemporaryFile file(folder / "target");
  std::ofstream(file.path()) << "one two";
  file.write_start("ONE");
  file.commit();
  const auto bytes = read_file(folder / "target", 100);
  CHECK(std::string(bytes.begin(), bytes.end()) == "ONE two");
}
