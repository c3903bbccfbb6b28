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
  std::vector<MnistFile> list{{"first", first.size(), first_sha256}, {"second", second.size(), second_sha256}};
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
  CHECK_THROWS_AS(download_mnist(folder.path(), from({mirror}), Progress::none(), files.list), DataError);
  CHECK_THROWS_WITH(download_mnist(folder.path(), from({mirror}), Progress::none(), files.list),
                    Contains("cannot download MNIST's first: ") && Contains(mirror + "first.gz: ") && Contains(reason));
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
  download_mnist(folder / "deep" / "mnist", from({server.url("/mnist/")}), progress, files.list);
  CHECK(read_file(folder / "deep" / "mnist" / "first.gz", 10000) == files.first_packed);
  CHECK(read_file(folder / "deep" / "mnist" / "second.gz", 10000) == files.second_packed);
  CHECK(entries(folder / "deep" / "mnist") == 2);
  CHECK(progress.of == files.first.size() + files.second.size());
  CHECK(std::is_sorted(progress.done.begin(), progress.done.end()));
  CHECK(progress.done.back() == progress.of);
  CHECK(progress.notes == "downloading first.gz\ndownloading second.gz\n");

  CHECK(server.requests() == 2);
  std::filesystem::remove(folder / "deep" / "mnist" / "second.gz");
  download_mnist(folder / "deep" / "mnist", from({server.url("/mnist/")}), Progress::none(), files.list);
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
  download_mnist(folder.path(), from({here.url("/")}), Progress::none(), files.list);
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

TEST_CASE("Only the web is followed", "[download]") {
  const SmallFiles files;
  const TemporaryFolder elsewhere;
  write_file_atomically(elsewhere / "first.gz", files.first_packed);
  const std::string local = "file://" + (elsewhere / "first.gz").string();
  check_refused(files, {{}, 302, local}, "file");
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(
      download_mnist(folder.path(), from({"file://" + elsewhere.path().string() + "/"}), Progress::none(), files.list),
      Contains("cannot download"));
  // A redirection in a circle ends.
  const HttpServer circle({{"/first.gz", {{}, 302, "/first.gz"}}});
  CHECK_THROWS_WITH(download_mnist(folder.path(), from({circle.url("/")}), Progress::none(), files.list),
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
  download_mnist(folder.path(), from({nobody, bad.url("/"), good.url("/")}), Progress::none(), files.list);
  CHECK(read_file(folder / "first.gz", 10000) == files.first_packed);
  CHECK((bad.requests() == 2 && good.requests() == 1));

  // All fail: each is named once, in one line.
  const TemporaryFolder other;
  std::string message;
  try {
    download_mnist(other.path(), from({nobody, bad.url("/")}), Progress::none(), files.list);
  } catch (const DataError& error) {
    message = error.what();
  }
  CHECK_THAT(message, Contains(nobody + "first.gz: ") && Contains("; " + bad.url("/") + "first.gz: ") &&
                          Contains("incorrect data check"));
  CHECK(message.find('\n') == std::string::npos);
  CHECK_THROWS_WITH(download_mnist(other.path(), from({}), Progress::none(), files.list), Contains("no mirror given"));
}

TEST_CASE("A mirror that stalls is given up", "[download]") {
  const SmallFiles files;
  Answer stalled{{0x1f, 0x8b}};
  stalled.held_back = 100;
  stalled.stalls = true;
  const HttpServer slow({{"/first.gz", stalled}});
  const HttpServer good({{"/first.gz", {files.first_packed}}, {"/second.gz", {files.second_packed}}});
  const TemporaryFolder folder;
  download_mnist(folder.path(), from({slow.url("/"), good.url("/")}), Progress::none(), files.list);
  CHECK(slow.requests() == 2);  // asked for each file, once
  CHECK(entries(folder.path()) == 2);
}

TEST_CASE("A download stops when asked also while nothing comes", "[download]") {
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
  CHECK_THROWS_AS(download_mnist(folder.path(), options, progress, files.list), Interrupted);
  CHECK(entries(folder.path()) == 0);
}

TEST_CASE("A folder that cannot be made is named", "[download]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  CHECK_THROWS_AS(download_mnist(folder / "file" / "mnist", from({})), IoError);
  CHECK_THROWS_WITH(download_mnist(folder / "file" / "mnist", from({})), Contains((folder / "file/mnist").string()));
}
