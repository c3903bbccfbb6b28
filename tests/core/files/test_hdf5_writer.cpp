// Files that cannot be written, or are not to be.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "core/error.hpp"
#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/core/files/hdf5_samples.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

/// What `work` prints in a child process whose files may hold at most `limit` bytes; "killed" where the child crashed.
template <class Work>
std::string with_file_size_limit(rlim_t limit, Work&& work) {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limits{limit, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limits);
    std::string message;
    try {
      work();
      message = "no error";
    } catch (const IoError& error) {
      message = error.what();
    } catch (...) {
      message = "another error";
    }
    const bool told = ::write(pipe_ends[1], message.data(), message.size()) == static_cast<ssize_t>(message.size());
    ::_exit(told ? 0 : 1);
  }
  ::close(pipe_ends[1]);
  std::string message(4096, '\0');
  const ssize_t n = ::read(pipe_ends[0], message.data(), message.size());
  ::close(pipe_ends[0]);
  message.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? message : "killed";
}

}  // namespace

TEST_CASE("A writer destroyed without commit leaves nothing", "[hdf5]") {
  const TemporaryFolder folder;
  {
    Hdf5Writer writer(folder / "x.h5");
    writer.dataset("values", std::vector<double>(100000), plain);
    CHECK(entries_in(folder.path()) == 1);
    CHECK_FALSE(fs::exists(folder / "x.h5"));
  }
  CHECK(entries_in(folder.path()) == 0);
}

TEST_CASE("commit replaces an older file", "[hdf5]") {
  const TemporaryFolder folder;
  write_bytes(folder / "x.h5", "older");
  write_sample(folder / "x.h5");
  CHECK(Hdf5Reader(folder / "x.h5").exists("networks/full"));
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("Writing to an unwritable place or twice is an error", "[hdf5]") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(Hdf5Writer(folder / "no/such/x.h5"), Contains("x.h5: No such file or directory"));
  Hdf5Writer writer(folder / "x.h5");
  writer.dataset("a", 1.0, scalar);
  CHECK_THROWS_WITH(writer.dataset("a", 1.0, scalar), Contains("cannot write /a in ") && Contains("x.h5: "));
  CHECK_THROWS_AS(writer.dataset("a/below", 1.0, scalar), IoError);
}

TEST_CASE("A full disk is an error that names the file and leaves nothing", "[hdf5]") {
  const TemporaryFolder folder;
  const auto write = [&] {
    Hdf5Writer writer(folder / "x.h5");
    for (const char* name : {"a", "b", "c", "d"}) {
      writer.dataset(name, RowMatrix<double>(RowMatrix<double>::Constant(10, 1000, 0.5)), table);
      writer.attribute(name, "remark", std::string(5000, 'x'));
    }
    writer.commit();
  };
  // Limits that strike in a dataset, in the structures around it, and in the last flush.
  for (rlim_t limit = 0; limit < 345000; limit += limit < 4000 ? 100 : 7000) {
    INFO("limit " << limit);
    REQUIRE(with_file_size_limit(limit, write) == "cannot write " + (folder / "x.h5").string() + ": File too large");
    REQUIRE(entries_in(folder.path()) == 0);
  }
  CHECK(with_file_size_limit(1000000, write) == "no error");
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("Another file can be written after a full disk", "[hdf5]") {
  const TemporaryFolder folder;
  const auto write_both = [&] {
    try {
      Hdf5Writer writer(folder / "large.h5");
      writer.dataset("values", std::vector<double>(100000, 1), plain);
      writer.commit();
    } catch (const IoError&) {
      write_sample(folder / "small.h5");
      return;
    }
    throw std::logic_error("the large file fitted");
  };
  CHECK(with_file_size_limit(100000, write_both) == "no error");
  CHECK(Hdf5Reader(folder / "small.h5").exists("networks/full"));
  CHECK(entries_in(folder.path()) == 1);
}
