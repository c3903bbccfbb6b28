#include "experiments/run/stage_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/parallel.hpp"
#include "core/ranks/ranks.hpp"
#include "experiments/measures/each_time.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

using StageTimes = std::map<std::pair<std::string, std::string>, double>;  // of label and work

// The folders with a status.json among `folder` and those beside it, the newest first.
std::vector<fs::path> newest_runs(const fs::path& folder) {
  constexpr int most_looked_at = 2000;
  constexpr std::size_t most_read = 20;
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;  // what cannot be read counts as missing
  const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  int looked_at = 0;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    if (++looked_at > most_looked_at) break;
    std::error_code none;
    if (entry->is_symlink(none) || !entry->is_directory(none)) continue;
    const auto time = fs::last_write_time(status_file(entry->path()), none);
    if (!none) found.emplace_back(time, entry->path());
  }
  const auto last = found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), most_read));
  std::partial_sort(found.begin(), last, found.end(), std::greater<>());
  std::vector<fs::path> folders;
  for (auto each = found.begin(); each != last; ++each) folders.push_back(std::move(each->second));
  return folders;
}

StageTimes earlier_times(const fs::path& folder) {
  StageTimes times;
  for (const fs::path& run : newest_runs(folder)) {
    const auto status = read_status(run);
    if (!status) continue;
    for (const EndedStage& stage : status->ended) {
      if (!stage.work.empty()) times.emplace(std::pair(stage.label, stage.work), stage.seconds);  // the first stays
    }
  }
  return times;
}

// What a training may at most do: its time grows with this, its memory does not. "" of other stages.
std::string epochs_of(const Stage& stage) {
  const NetworkConfig& network = stage.place.network;
  const bool is_training = stage.measure->name == "training" || stage.measure->name == "recurrent_training";
  if (!is_training || network.from_files()) return "";
  if (network.recurrent && network.recurrent->train)
    return fmt::format(", {} epochs", network.recurrent->train->max_epochs);
  if (network.detectors) return fmt::format(", {} epochs", network.detectors->max_epochs);
  return network.train ? fmt::format(", {} epochs", network.train->max_epochs) : "";
}

// A training whose stop rule may be met before its last epoch.
bool may_end_early(const Stage& stage) {
  const NetworkConfig& network = stage.place.network;
  if (network.from_files()) return false;
  if (stage.measure->name == "recurrent_training")
    return network.recurrent->train && network.recurrent->train->accuracy;
  if (stage.measure->name != "training") return false;
  return network.train && (network.train->stop.accuracy || network.train->stop.balanced_accuracy);
}

}  // namespace

std::vector<ExpectedStage> expected_stages(const ResolvedExperiment& run, const fs::path& folder) {
  // A stage of a moment is recorded as one of 0 seconds, but is known.
  constexpr double least_seconds = 1e-3;
  const StageTimes times = earlier_times(folder);
  std::vector<ExpectedStage> expected;
  const auto add = [&](const std::string& label, double bytes, const std::string& epochs, bool early) {
    const std::string work =
        fmt::format("{:.0f} bytes{}, {} x {} threads", bytes, epochs, ranks().size(), thread_count());
    const auto found = times.find({label, work});
    expected.push_back({label, work, found == times.end() ? 0 : std::max(found->second, least_seconds), early});
  };
  double all = 0;
  for (const Stage& stage : run.stages()) {
    const MemoryNeed need = memory_of(*stage.measure, stage.place, run.tables());
    add(stage.label, need.kept + need.working, epochs_of(stage), may_end_early(stage));
    all += need.kept + need.working;
  }
  if (run.config().figures) add("figures", all, "", false);
  return expected;
}

}  // namespace inforelay
