#include "core/files/stage_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

constexpr const char* result_ending = ".h5";
constexpr const char* state_ending = ".state.h5";

// The number of the block `file` of stage `name`; none where it is something else.
std::optional<std::size_t> block_number(std::string_view file, const std::string& name) {
  const std::string beginning = name + ".block-";
  if (!file.starts_with(beginning) || !file.ends_with(result_ending)) return {};
  file.remove_prefix(beginning.size());
  file.remove_suffix(std::string_view(result_ending).size());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), number);
  if (error != std::errc() || end != file.data() + file.size()) return {};
  return number;
}

// Blocks of stage `name`: number and path.
std::vector<std::pair<std::size_t, fs::path>> blocks_in(const fs::path& folder, const std::string& name) {
  std::vector<std::pair<std::size_t, fs::path>> blocks;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (const auto number = block_number(entry.path().filename().string(), name)) {
      blocks.emplace_back(*number, entry.path());
    }
  }
  return blocks;
}

}  // namespace

SaveInterval SaveInterval::from_environment() {
  constexpr const char* variable = "INFORELAY_SAVE_SECONDS";
  const char* text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return {};
  char* end = nullptr;
  const double seconds = std::strtod(text, &end);
  if (*end != '\0' || !(seconds >= 0) || !std::isfinite(seconds)) {
    throw UsageError(fmt::format("{} is '{}', expected a number of seconds, at least 0", variable, text));
  }
  return {.seconds = seconds};
}

StageStore::StageStore(fs::path folder, std::string name, FileStamp seal, SaveInterval interval, Calls calls)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      seal_(std::move(seal)),
      interval_(interval),
      calls_(std::move(calls)) {}

std::optional<FileContent> StageStore::read_sound(const fs::path& path, const Read& read) const {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(path, ignored))) return {};
  try {
    const FileContent found = verify_checksummed(path, seal_);
    read(Hdf5Reader(path));
    return found;
  } catch (const DataError& error) {
    calls_.warn(fmt::format("'{}' is of no use and its work is done again: {}", path.string(), error.what()));
    return {};
  }
}

bool StageStore::read_unfinished(const fs::path& path, const Read& read) {
  const auto found = read_sound(path, read);
  if (found) earlier_seconds_ = std::max(earlier_seconds_, found->seconds);
  return found.has_value();
}

FileContent StageStore::write_file(const fs::path& path, const Write& write) const {
  calls_.before_write();
  // No file can take the place of a folder.
  std::error_code ignored;
  if (fs::is_directory(fs::symlink_status(path, ignored))) fs::remove_all(path, ignored);
  const double seconds = earlier_seconds_ + std::chrono::duration<double>(Clock::now() - begin_).count();
  return write_checksummed(path, seal_, seconds, write);
}

bool StageStore::load(const Read& read) {
  const auto found = read_sound(path(result_ending), read);
  if (!found) return false;
  content_ = *found;
  remove_unfinished();  // a kill may have come between the result and this
  return true;
}

void StageStore::save(const Write& write) {
  content_ = write_file(path(result_ending), write);
  remove_unfinished();
}

bool StageStore::should_save() const {
  return std::chrono::duration<double>(Clock::now() - last_save_).count() >= interval_.seconds;
}

bool StageStore::load_state(const Read& read) { return read_unfinished(path(state_ending), read); }

void StageStore::save_state(const Write& write) { write_unfinished(path(state_ending), write); }

void StageStore::load_chunks(const Read& read) {
  for (const auto& [number, path] : blocks_in(folder_, name_)) {
    next_chunk_file_ = std::max(next_chunk_file_, number + 1);
    std::error_code ignored;
    // What is of no use must not be warned of at every start.
    if (!read_unfinished(path, read)) fs::remove_all(path, ignored);
  }
}

void StageStore::save_chunks(const Write& write) {
  write_unfinished(path(fmt::format(".block-{}{}", next_chunk_file_, result_ending)), write);
  ++next_chunk_file_;
}

void StageStore::write_unfinished(const fs::path& path, const Write& write) {
  write_file(path, write);
  last_save_ = Clock::now();
}

void StageStore::remove_unfinished() const {
  std::error_code ignored;
  fs::remove(path(state_ending), ignored);
  for (const auto& [number, path] : blocks_in(folder_, name_)) fs::remove(path, ignored);
}

}  // namespace inforelay
