#include "nn/data/download.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <exception>
#include <memory>
#include <optional>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

struct CleanUp {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CleanUp>;

/// How much longer than its content a gzip file may be.
constexpr std::size_t gzip_overhead = 65536;

/// What curl's callbacks see of one transfer.
struct Transfer {
  std::size_t limit;          ///< most bytes that are accepted
  std::uint64_t done, total;  ///< content bytes of the files before this one, and of all
  std::uint64_t content;      ///< content bytes of this one
  Progress& progress;
  std::vector<std::uint8_t> bytes{};
  bool too_long = false, stopped = false;
  std::exception_ptr error{};  ///< what a callback threw
};

// The callbacks run inside of C code, so nothing may be thrown through them.
std::size_t receive(char* data, std::size_t, std::size_t size, void* opaque) noexcept {
  auto& transfer = *static_cast<Transfer*>(opaque);
  transfer.too_long = size > transfer.limit - transfer.bytes.size();
  if (transfer.too_long) return 0;
  try {
    transfer.bytes.insert(transfer.bytes.end(), data, data + size);
  } catch (...) {
    transfer.error = std::current_exception();
    return 0;
  }
  return size;
}

// Called at least once a second, even if nothing arrives.
int watch(void* opaque, curl_off_t expected, curl_off_t received, curl_off_t, curl_off_t) noexcept {
  auto& transfer = *static_cast<Transfer*>(opaque);
  try {
    if (0 < received && received <= expected) {
      const double part = static_cast<double>(received) / static_cast<double>(expected);
      transfer.progress.report(transfer.done + static_cast<std::uint64_t>(part * static_cast<double>(transfer.content)),
                               transfer.total);
    }
    transfer.stopped = transfer.progress.stop_requested();
  } catch (...) {
    transfer.error = std::current_exception();
  }
  return transfer.stopped || transfer.error ? 1 : 0;
}

void start_curl() {
  // Once in a process, and never undone: curl_global_cleanup is only for programs that unload the library.
  static const CURLcode status = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (status != CURLE_OK) throw ComputeError("libcurl cannot start: {}", curl_easy_strerror(status));
}

/// Fetches `url` into transfer.bytes; the reason if that fails. Throws Interrupted.
std::optional<std::string> fetch(const std::string& url, const DownloadOptions& options, Transfer& transfer) {
  start_curl();
  const Handle handle(curl_easy_init());
  if (!handle) throw ComputeError("libcurl cannot start: out of memory");
  CURL* curl = handle.get();
  char message[CURL_ERROR_SIZE] = "";
  constexpr const char* web = "http,https";
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, web);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, web);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1000L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "inforelay");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  const CURLcode status = curl_easy_perform(curl);
  if (transfer.error) std::rethrow_exception(transfer.error);
  if (transfer.stopped) throw Interrupted{};
  if (transfer.too_long) return fmt::format("sends more than {} bytes", transfer.limit);
  if (status == CURLE_OK) return std::nullopt;
  return one_line(message[0] != '\0' ? message : curl_easy_strerror(status));  // may quote a server
}

/// Fetches and verifies one file from the first mirror that has it, and puts it in place.
void fetch_file(const std::filesystem::path& folder, const PublishedFile& file, const DownloadOptions& options,
                std::uint64_t done, std::uint64_t total, Progress& progress) {
  std::string reasons;
  for (const std::string& mirror : options.mirrors) {
    progress.check();
    const std::string url = fmt::format("{}{}.gz", mirror, file.name);
    Transfer transfer{file.bytes + gzip_overhead, done, total, file.bytes, progress};
    std::optional<std::string> reason = fetch(url, options, transfer);
    if (!reason) {
      try {
        verified_content(transfer.bytes, file, url);
        write_file_atomically(folder / fmt::format("{}.gz", file.name), transfer.bytes);
        return;
      } catch (const DataError& error) {
        reason = error.what();
      }
    }
    reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", url, *reason);
  }
  throw DataError("cannot download {}: {}", file.name, reasons.empty() ? "no mirror given" : reasons);
}

}  // namespace

void download_files(const std::filesystem::path& folder, std::span<const PublishedFile> files,
                    const DownloadOptions& options, Progress& progress) {
  const std::vector<PublishedFile> missing = missing_files(folder, files);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw IoError("cannot create {}: {}", folder.string(), error.message());
  // Progress is counted in bytes of content: how long the packed files are, only the servers know.
  std::uint64_t done = 0, total = 0;
  for (const PublishedFile& file : missing) total += file.bytes;
  for (const PublishedFile& file : missing) {
    progress.note(fmt::format("downloading {}.gz", file.name));
    fetch_file(folder, file, options, done, total, progress);
    progress.report(done += file.bytes, total);
  }
}

}  // namespace inforelay
