#include "core/files/stage_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

constexpr const char *result_ending = ".h5", *state_ending = ".state.h5", *part_mark = ".part-";

}  // namespace

SaveInterval SaveInterval::from_environment() {
  constexpr const char* variable = "INFORELAY_SAVE_SECONDS";
  const char* text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return {};
  const auto seconds = number_from<double>(text);
  if (!seconds || !(*seconds >= 0) || !std::isfinite(*seconds)) {
    throw UsageError("{} is '{}', expected a number of seconds, at least 0", variable, text);
  }
  return {.seconds = *seconds};
}

StageStore::StageStore(fs::path folder, std::string name, FileStamp stamp, SaveInterval interval, Calls calls)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      stamp_(std::move(stamp)),
      interval_(interval),
      calls_(std::move(calls)) {}

std::map<std::size_t, fs::path> StageStore::chunk_files() const {
  const std::string beginning = name_ + ".chunks-";
  std::map<std::size_t, fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with(beginning) || entry.path().extension() != ".h5") continue;
    const std::string number = entry.path().stem().string().substr(beginning.size());
    if (const auto n = number_from<std::size_t>(number)) files.emplace(*n, entry.path());
  }
  return files;
}

std::optional<FileContent> StageStore::read_file(const fs::path& path, const Read& read) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(path, ignored))) return {};
  try {
    const FileContent content = verify_checksummed(path, stamp_);
    read(Hdf5Reader(path));
    return content;
  } catch (const DataError& error) {
    calls_.warn(fmt::format("ignoring file '{}': {}; recomputing", path.string(), error.what()));
    return {};
  }
}

bool StageStore::read_intermediate(const fs::path& path, const Read& read) {
  const auto found = read_file(path, read);
  if (found) earlier_seconds_ = std::max(earlier_seconds_, found->seconds);
  return found.has_value();
}

FileContent StageStore::write_file(const fs::path& path, const Write& write) {
  calls_.before_write();
  // A file cannot replace a folder.
  std::error_code ignored;
  if (fs::is_directory(fs::symlink_status(path, ignored))) fs::remove_all(path, ignored);
  const FileContent content = write_checksummed(path, stamp_, earlier_seconds_ + since_begin_.seconds(), write);
  since_save_ = {};
  return content;
}

StageStore StageStore::part(std::size_t number) const {
  return {folder_, fmt::format("{}{}{}", name_, part_mark, number), stamp_, interval_, calls_};
}

bool StageStore::load(const Read& read) {
  const auto found = read_file(path(result_ending), read);
  if (!found) return false;
  content_ = *found;
  remove_intermediate();  // the process may have been killed between writing the result and this
  return true;
}

void StageStore::save(const Write& write) {
  content_ = write_file(path(result_ending), write);
  remove_intermediate();
}

bool StageStore::should_save() const { return since_save_.seconds() >= interval_.seconds; }

bool StageStore::load_state(const Read& read) { return read_intermediate(path(state_ending), read); }

void StageStore::save_state(const Write& write) { write_file(path(state_ending), write); }

void StageStore::load_chunks(const Read& read) {
  for (const auto& [number, path] : chunk_files()) {
    next_chunk_file_ = number + 1;
    std::error_code ignored;
    if (!read_intermediate(path, read)) fs::remove_all(path, ignored);  // else each start would warn about it
  }
}

void StageStore::save_chunks(const Write& write) {
  write_file(path(fmt::format(".chunks-{}{}", next_chunk_file_, result_ending)), write);
  ++next_chunk_file_;
}

void StageStore::remove_intermediate() const {
  std::error_code ignored;
  fs::remove(path(state_ending), ignored);
  for (const auto& [number, path] : chunk_files()) fs::remove(path, ignored);
  std::vector<fs::path> of_parts;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().starts_with(name_ + part_mark)) of_parts.push_back(entry->path());
  }
  for (const fs::path& path : of_parts) fs::remove(path, ignored);
}

}  // namespace inforelay
