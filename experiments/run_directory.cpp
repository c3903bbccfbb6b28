#include "experiments/run_directory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/sha256.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

// The first line of config.yaml in a run's folder says whose folder it is.
std::string owner_line(const std::string& identity) { return fmt::format("# inforelay run {}", identity); }

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

fs::path free_name_beside(const fs::path& folder) {
  for (int n = 1;; ++n) {
    fs::path name = folder;
    name += fmt::format(".{}", n);
    if (!fs::exists(fs::symlink_status(name))) return name;
  }
}

}  // namespace

std::string run_hash(const std::string& resolved_config, const std::string& data_sha256) {
  return sha256_hex(fmt::format("inforelay run 1\n{}\n{}", data_sha256, resolved_config)).substr(0, 8);
}

RunDirectory::RunDirectory(fs::path folder, const std::string& identity, const std::string& resolved_config, bool fresh)
    : folder_(std::move(folder)) {
  const auto fail = [&](std::string_view what, std::string_view why, int code = 0) {
    const std::string message = fmt::format("output folder '{}': {}: {}", folder_.string(), what, why);
    if (code == ENOSPC || code == EDQUOT || code == EIO) throw IoError(message);  // not for want of another name
    throw UsageError(message);
  };
  if (!folder_.has_filename()) folder_ = folder_.parent_path();
  std::error_code error;
  if (fresh && fs::exists(folder_, error)) {
    moved_aside_ = free_name_beside(folder_);
    fs::rename(folder_, moved_aside_, error);
    if (error) fail("cannot be moved aside", error.message(), error.value());
  }
  if (!complete()) {  // a complete run is only read
    fs::create_directories(folder_ / "stages", error);
    if (error) fail("cannot be created", error.message(), error.value());
    if (access(folder_.c_str(), W_OK | X_OK) != 0) fail("cannot be written", std::strerror(errno));
  }
  const fs::path config = folder_ / "config.yaml";
  if (!fs::exists(config)) {
    if (fs::exists(results()) || fs::exists(summary()))
      fail("holds results of something else", "choose another, or --fresh");
    write_file_atomically(config, std::string_view(owner_line(identity) + "\n" + resolved_config));
  } else if (first_line(config) != owner_line(identity)) {
    fail("holds another run", "its config.yaml or data differ from what is asked for; choose another, or --fresh");
  }
}

bool holds_complete_run(const fs::path& folder, const std::string& identity) {
  std::error_code error;  // what cannot be looked at is not there
  return fs::exists(folder / "summary.txt", error) && fs::exists(folder / "results.h5", error) &&
         first_line(folder / "config.yaml") == owner_line(identity);
}

bool RunDirectory::complete() const {
  std::error_code error;  // what cannot be looked at is not there
  return fs::exists(summary(), error) && fs::exists(results(), error);
}

void RunDirectory::remove_stages() const {
  std::error_code ignored;  // what stays behind does no harm
  fs::remove_all(folder_ / "stages", ignored);
}

}  // namespace inforelay
