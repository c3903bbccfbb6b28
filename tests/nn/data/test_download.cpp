#include <chrono>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/sha256.hpp"
#include "nn/data/download.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/data/http_server.hpp"
#include "tests/nn/data/idx_writer.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

/// Two small files in MNIST's place, as content, as packed, and as the list that says what is expected.
struct SmallFiles {
  Bytes first = idx({300}, Bytes(300, 7)), second = idx({3}, {1, 2, 3});
  Bytes first_packed = gzipped(first), second_packed = gzipped(second);
  std::string first_sha256 = sha256_hex(first), second_sha256 = sha256_hex(second);
  std::vector<PublishedFile> list{{"first", first.size(), first_sha256}, {"second", second.size(), second_sha256}};
};

DownloadOptions from(std::vector<std::string> mirrors) {
  DownloadOptions options;
  options.mirrors = std::move(mirrors);
  options.connect_timeout = std::chrono::seconds(5);
  options.stall_timeout = std::chrono::seconds(1);
  return options;
}

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator{}));
}

/// Expects the download of `first` from a server with this one answer to fail, to say why, and to leave nothing.
void check_refused(const SmallFiles& files, const Answer& answer, const std::string& reason) {
  const HttpServer server({{"/first.gz", answer}});
  const TemporaryFolder folder;
  const std::string mirror = server.url("/");
  CHECK_THROWS_AS(download_files(folder.path(), files.list, from({mirror}), Progress::none()), DataError);
  CHECK_THROWS_WITH(download_files(folder.path(), files.list, from({mirror}), Progress::none()),
                    Contains("cannot download first: ") && Contains(mirror + "first.gz: ") && Contains(reason));
  CHECK(entries(folder.path()) == 0);
}

}  // namespace

TEST_CASE("Missing files are downloaded and those in place are kept", "[download]") {
  const SmallFiles files;
  const HttpServer server({{"/mnist/first.gz", {files.first_packed}}, {"/mnist/second.gz", {files.second_packed}}});
  const TemporaryFolder folder;
  struct Reports : Progress {
    std::vector<std::uint64_t> done;
    std::uint64_t of = 0;
    std::string notes;
    void report(std::uint64_t n, std::uint64_t total) override { done.push_back(n), of = total; }
    void note(std::string_view text) override { notes += std::string(text) + "\n"; }
  } progress;
  download_files(folder / "deep" / "mnist", files.list, from({server.url("/mnist/")}), progress);
  CHECK(read_file(folder / "deep" / "mnist" / "first.gz", 10000) == files.first_packed);
  CHECK(read_file(folder / "deep" / "mnist" / "second.gz", 10000) == files.second_packed);
  CHECK(entries(folder / "deep" / "mnist") == 2);
  CHECK(progress.of == files.first.size() + files.second.size());
  CHECK(std::is_sorted(progress.done.begin(), progress.done.end()));
  CHECK(progress.done.back() == progress.of);
  CHECK(progress.notes == "downloading first.gz\ndownloading second.gz\n");

  CHECK(server.requests() == 2);
  std::filesystem::remove(folder / "deep" / "mnist" / "second.gz");
  download_files(folder / "deep" / "mnist", files.list, from({server.url("/mnist/")}), Progress::none());
  CHECK(server.requests() == 3);
}

TEST_CASE("A download without a length or after a redirection works", "[download]") {
  const SmallFiles files;
  Answer open_end{files.first_packed};
  open_end.announces_length = false;
  const HttpServer there({{"/moved/first.gz", open_end}});
  Answer redirection{{}, 302, there.url("/moved/first.gz")};
  const HttpServer here({{"/first.gz", redirection}, {"/second.gz", {files.second_packed}}});
  const TemporaryFolder folder;
  download_files(folder.path(), files.list, from({here.url("/")}), Progress::none());
  CHECK(entries(folder.path()) == 2);
}

TEST_CASE("A bad download names mirror and reason and leaves nothing", "[download]") {
  const SmallFiles files;
  check_refused(files, {{}, 404}, "404");
  check_refused(files, {{}, 500}, "500");
  Answer truncated{files.first_packed};
  truncated.held_back = 10;
  check_refused(files, truncated, "10 bytes");
  Answer cut{files.first_packed};
  cut.body.erase(cut.body.end() - 4, cut.body.end());
  check_refused(files, cut, "cut off");
  check_refused(files, {files.second_packed}, files.first_sha256);
  Bytes corrupted = files.first;
  corrupted[100] ^= 1;
  check_refused(files, {gzipped(corrupted)}, sha256_hex(corrupted));
  const std::string page = "<html>Please log in to this network</html>";
  check_refused(files, {Bytes(page.begin(), page.end())}, "expected 308 bytes");
  check_refused(files, {Bytes(200000, 0)}, "sends more than");
}

TEST_CASE("Redirects to URLs other than HTTP are rejected", "[download]") {
  const SmallFiles files;
  const TemporaryFolder elsewhere;
  write_file_atomically(elsewhere / "first.gz", files.first_packed);
  const std::string local = "file://" + (elsewhere / "first.gz").string();
  check_refused(files, {{}, 302, local}, "file");
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(
      download_files(folder.path(), files.list, from({"file://" + elsewhere.path().string() + "/"}), Progress::none()),
      Contains("cannot download"));
  // A redirection in a circle ends.
  const HttpServer circle({{"/first.gz", {{}, 302, "/first.gz"}}});
  CHECK_THROWS_WITH(download_files(folder.path(), files.list, from({circle.url("/")}), Progress::none()),
                    Contains("redirects"));
}

TEST_CASE("Mirrors are tried in turn", "[download]") {
  const SmallFiles files;
  Bytes corrupted = files.first_packed;
  corrupted[corrupted.size() - 8] ^= 1;
  const HttpServer bad({{"/first.gz", {corrupted}}, {"/second.gz", {files.second_packed}}});
  const HttpServer good({{"/first.gz", {files.first_packed}}});
  std::string nobody;  // a port that was free a moment ago
  {
    const HttpServer gone({});
    nobody = gone.url("/");
  }
  const TemporaryFolder folder;
  download_files(folder.path(), files.list, from({nobody, bad.url("/"), good.url("/")}), Progress::none());
  CHECK(read_file(folder / "first.gz", 10000) == files.first_packed);
  CHECK((bad.requests() == 2 && good.requests() == 1));

  // All fail: each is named once, in one line.
  const TemporaryFolder other;
  std::string message;
  try {
    download_files(other.path(), files.list, from({nobody, bad.url("/")}), Progress::none());
  } catch (const DataError& error) {
    message = error.what();
  }
  CHECK_THAT(message, Contains(nobody + "first.gz: ") && Contains("; " + bad.url("/") + "first.gz: ") &&
                          Contains("incorrect data check"));
  CHECK(message.find('\n') == std::string::npos);
  CHECK_THROWS_WITH(download_files(other.path(), files.list, from({}), Progress::none()), Contains("no mirror given"));
}

TEST_CASE("A stalled mirror is abandoned", "[download]") {
  const SmallFiles files;
  Answer stalled{{0x1f, 0x8b}};
  stalled.held_back = 100;
  stalled.stalls = true;
  const HttpServer slow({{"/first.gz", stalled}});
  const HttpServer good({{"/first.gz", {files.first_packed}}, {"/second.gz", {files.second_packed}}});
  const TemporaryFolder folder;
  download_files(folder.path(), files.list, from({slow.url("/"), good.url("/")}), Progress::none());
  CHECK(slow.requests() == 2);  // asked for each file, once
  CHECK(entries(folder.path()) == 2);
}

TEST_CASE("A stop request ends a download even if no data arrive", "[download]") {
  const SmallFiles files;
  Answer stalled{{0x1f, 0x8b}};
  stalled.held_back = 100;
  stalled.stalls = true;
  const HttpServer slow({{"/first.gz", stalled}});
  struct StopOnceAsked : Progress {
    const HttpServer& server;
    explicit StopOnceAsked(const HttpServer& s) : server(s) {}
    bool stop_requested() const override { return server.requests() > 0; }
  } progress(slow);
  const TemporaryFolder folder;
  DownloadOptions options = from({slow.url("/")});
  options.stall_timeout = std::chrono::seconds(600);
  CHECK_THROWS_AS(download_files(folder.path(), files.list, options, progress), Interrupted);
  CHECK(entries(folder.path()) == 0);
}

TEST_CASE("A folder that cannot be made is named", "[download]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  const SmallFiles files;
  CHECK_THROWS_AS(download_files(folder / "file" / "mnist", files.list, from({})), IoError);
  CHECK_THROWS_WITH(download_files(folder / "file" / "mnist", files.list, from({})),
                    Contains((folder / "file/mnist").string()));
}
