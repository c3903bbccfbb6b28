#include "experiments/run/run_directory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/sha256.hpp"
#include "experiments/config/config_difference.hpp"
#include "experiments/reports/run_status.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

// The first line of config.yaml names the run that the folder belongs to.
constexpr std::string_view owner_mark = "# inforelay run ";
std::string owner_line(const std::string& identity) { return fmt::format("{}{}", owner_mark, identity); }

std::string first_line(const fs::path& path) {
  constexpr std::size_t most = 200;
  try {
    const auto start = read_file_start(path, most);
    return {start.begin(), std::find(start.begin(), start.end(), '\n')};
  } catch (const DataError&) {
    return "";
  }
}

// The configuration that a folder belongs to; "" if it cannot be read.
std::string config_in(const fs::path& folder) {
  constexpr std::uint64_t largest = 1u << 20;
  try {
    const auto bytes = read_file(folder / "config.yaml", largest);
    return {bytes.begin(), bytes.end()};
  } catch (const Error&) {
    return "";
  }
}

// The files in a folder that have this ending, without it.
std::vector<std::string> names_of(const fs::path& folder, const char* ending) {
  std::vector<std::string> names;
  std::error_code error;  // what cannot be read counts as missing
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    if (file->path().extension() == ending) names.push_back(file->path().stem().string());
  }
  return names;
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

bool is_run_folder(const fs::path& folder) { return first_line(folder / "config.yaml").starts_with(owner_mark); }

bool holds_complete_run(const fs::path& folder, const std::string& identity) {
  std::error_code error;  // what cannot be read counts as missing
  return fs::exists(folder / "summary.txt", error) && fs::exists(folder / "results.h5", error) &&
         first_line(folder / "config.yaml") == owner_line(identity);
}

bool holds_figures(const fs::path& folder, const std::vector<FigureFormat>& formats,
                   const std::string& resolved_config) {
  if (setting_in(config_in(folder), "figures") != setting_in(resolved_config, "figures")) return false;
  const fs::path figures = folder / "figures";
  std::error_code error;  // what cannot be read counts as missing
  std::vector<std::string> names;
  if (const auto status = read_status(folder)) names = status->figures;
  if (names.empty()) names = names_of(figures, ".csv");
  const auto is_there = [&](const std::string& name) {
    std::vector<std::string> endings{"csv", "gp"};
    for (const FigureFormat format : formats) endings.emplace_back(to_string(format));
    return std::all_of(endings.begin(), endings.end(), [&](const std::string& ending) {
      return fs::exists(figures / fmt::format("{}.{}", name, ending), error);
    });
  };
  return !names.empty() && std::all_of(names.begin(), names.end(), is_there);
}

std::vector<std::string> figures_in(const fs::path& figures) {
  std::vector<std::string> names = names_of(figures, ".csv");
  std::erase_if(names, [&](const std::string& name) {
    std::error_code error;
    return !fs::exists(figures / (name + ".gp"), error);
  });
  return names;
}

void remove_other_figures(const fs::path& figures, const std::vector<std::string>& before,
                          const std::vector<std::string>& now, const std::vector<FigureFormat>& formats) {
  const auto remove = [&](const std::string& name, std::string_view ending) {
    std::error_code ignored;  // what cannot be removed does no harm
    if (name.find('/') == std::string::npos) fs::remove(figures / fmt::format("{}.{}", name, ending), ignored);
  };
  for (const std::string& name : before) {
    const bool drawn = std::find(now.begin(), now.end(), name) != now.end();
    for (const auto& [format, word] : figure_format_names) {
      if (!drawn || std::find(formats.begin(), formats.end(), format) == formats.end()) remove(name, word);
    }
    if (!drawn) remove(name, "csv"), remove(name, "gp");
  }
}

std::vector<fs::path> leftovers_in(const fs::path& folder) {
  std::vector<fs::path> left;
  const fs::path figures = folder / "figures";
  for (const fs::path& place : {folder, folder / "stages", figures}) {
    std::error_code error;
    for (fs::directory_iterator file(place, error), end; !error && file != end; file.increment(error)) {
      const std::string name = file->path().filename().string();
      std::error_code unknown;
      const fs::file_type type = file->symlink_status(unknown).type();
      const bool scratch = place == figures && type == fs::file_type::directory && is_figure_scratch(name);
      if (scratch || (type == fs::file_type::regular && is_temporary_name(name))) left.push_back(file->path());
    }
  }
  return left;
}

RunDirectory::RunDirectory(fs::path folder, Opening opening, Progress& progress)
    : folder_(std::move(folder)), opening_(std::move(opening)) {
  if (!folder_.has_filename()) folder_ = folder_.parent_path();
  check_links();
  std::error_code error;
  if (fs::is_symlink(folder_, error))
    folder_ = fs::weakly_canonical(folder_, error);  // runs/NAME-latest: the run itself
  if (opening_.fresh && fs::exists(folder_, error)) move_aside(progress);
  check_owner();
  // A process that was killed while it wrote its last status leaves a complete run with a temporary file.
  const bool is_left = !leftovers_in(folder_).empty() && access(folder_.c_str(), W_OK | X_OK) == 0;
  if (!complete() || is_left) acquire_lock(progress);
  link_latest();
}

void RunDirectory::fail(std::string_view what, std::string_view why) const {
  throw UsageError(fmt::format("output folder '{}': {}: {}", folder_.string(), what, why));
}

void RunDirectory::fail(std::string_view what, const std::error_code& error) const {
  const int code = error.value();
  if (code != ENOSPC && code != EDQUOT && code != EIO) fail(what, error.message());
  // Another folder would not help, so this is not a usage error.
  throw IoError(fmt::format("output folder '{}': {}: {}", folder_.string(), what, error.message()));
}

void RunDirectory::check_links() const {
  fs::path way;
  for (const fs::path& part : folder_) {
    way /= part;
    std::error_code error;
    if (!fs::is_symlink(way, error) || fs::exists(way, error)) continue;
    const std::string why = error ? "cannot be followed: " + error.message() : std::string("is not there");
    throw UsageError(fmt::format("output folder '{}': '{}' is a link to '{}', which {}", folder_.string(), way.string(),
                                 fs::read_symlink(way, error).string(), why));
  }
}

void RunDirectory::check_owner() const {
  const fs::path config = folder_ / "config.yaml";
  std::error_code error;
  if (!fs::exists(config, error)) {
    if (fs::exists(results(), error) || fs::exists(summary(), error))
      fail("holds other results", "choose another folder, or use --fresh");
  } else if (first_line(config) != owner_line(opening_.identity)) {
    std::vector<SettingDifference> differences = config_differences(config_in(folder_), opening_.resolved_config);
    std::erase_if(differences, [](const SettingDifference& each) {  // these make no other run
      return each.path == "name" || each.path == "figures" || each.path.starts_with("figures.");
    });
    std::string why = differences_text(differences);
    if (why.empty()) why = "its data, or the files that it read, differ from this one's";
    fail("holds another run", why + "; choose another folder, or use --fresh");
  }
}

void RunDirectory::move_aside(Progress& progress) {
  std::error_code error;
  std::unique_ptr<DirectoryLock> unused;
  const bool folder = fs::is_directory(folder_, error);
  if (folder && !fs::is_empty(folder_, error) && !is_run_folder(folder_) && !fs::exists(results(), error) &&
      !fs::exists(summary(), error) && !fs::exists(folder_ / "runs", error) && !lock_holder(folder_)) {
    fail("holds files that are not of a run", "--fresh does not rename it; choose another folder");
  }
  if (folder && access(folder_.c_str(), W_OK | X_OK) == 0) {
    unused = std::make_unique<DirectoryLock>(folder_, opening_.lock, progress);
    // The runs of a killed sweep may take a moment to end, and write to their folders by name.
    for (fs::directory_iterator run(folder_ / "runs", error), end; !error && run != end; run.increment(error)) {
      if (lock_holder(run->path())) const DirectoryLock unused_run(run->path(), opening_.lock, progress);
    }
  }
  moved_aside_ = free_name_beside(folder_);
  fs::rename(folder_, moved_aside_, error);
  if (error) fail("cannot be renamed", error);
  if (unused) unused->moved_to(moved_aside_);
}

void RunDirectory::acquire_lock(Progress& progress) {
  if (lock_) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) fail("cannot be created", error);
  if (access(folder_.c_str(), W_OK | X_OK) != 0) fail("cannot be written", std::strerror(errno));
  lock_ = std::make_unique<DirectoryLock>(folder_, opening_.lock, progress);
  // Another process may have changed the folder before the lock was taken.
  check_owner();
  for (const fs::path& each : leftovers_in(folder_))
    fs::remove_all(each, error);  // what cannot be removed does no harm
  if (const fs::path config = folder_ / "config.yaml"; !fs::exists(config)) {
    write_file_atomically(config, std::string_view(owner_line(opening_.identity) + "\n" + opening_.resolved_config));
  }
  if (complete()) return;
  fs::create_directories(folder_ / "stages", error);
  if (error) fail("cannot be created", error);
}

void RunDirectory::verify_lock() const {
  if (lock_) lock_->verify();
}

// Failures are ignored, since the link is only a convenience.
void RunDirectory::link_latest() const {
  const std::string name = folder_.filename().string(), ending = "-" + opening_.identity;
  if (!name.ends_with(ending)) return;
  const fs::path link = folder_.parent_path() / (name.substr(0, name.size() - ending.size()) + "-latest");
  const fs::path temporary = link.string() + fmt::format(".{}-0.tmp", getpid());
  std::error_code error;
  fs::create_directory_symlink(name, temporary, error);
  if (!error) fs::rename(temporary, link, error);  // replaces an earlier link at once
  if (error) fs::remove(temporary, error);
}

bool RunDirectory::complete() const {
  std::error_code error;  // what cannot be read counts as missing
  return fs::exists(summary(), error) && fs::exists(results(), error);
}

void RunDirectory::update_config() const {
  const std::string text = owner_line(opening_.identity) + "\n" + opening_.resolved_config;
  if (config_in(folder_) == text) return;
  verify_lock();
  write_file_atomically(folder_ / "config.yaml", std::string_view(text));
}

void RunDirectory::remove_stages() const {
  std::error_code ignored;  // leftovers do no harm
  fs::remove_all(folder_ / "stages", ignored);
}

}  // namespace inforelay
