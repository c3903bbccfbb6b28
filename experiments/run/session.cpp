#include "experiments/run/session.hpp"

#include <fmt/format.h>

#include <new>

#include "core/files/files.hpp"
#include "core/parallel.hpp"
#include "core/ranks/ranks.hpp"

namespace inforelay {
namespace {

LockOptions lock_options(Console& console) {
  LockOptions options;
  options.on_heartbeat = [&console] { console.tick(); };
  options.report = [&console](const std::string& text) { console.info(text); };
  return options;
}

}  // namespace

std::filesystem::path folder_for(const ExperimentConfig& config, const CommandLine& line, const std::string& identity) {
  namespace fs = std::filesystem;
  if (!line.output.empty()) return line.output;
  fs::path folder = fs::path("runs") / fmt::format("{}-{}", config.name, identity);
  std::error_code error;  // what cannot be read counts as missing
  if (line.fresh || fs::exists(folder, error)) return folder;
  fs::path same;
  for (fs::directory_iterator entry("runs", error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_symlink(error) || !entry->path().filename().string().ends_with("-" + identity)) continue;
    if (holds_complete_run(entry->path(), identity) && (same.empty() || entry->path() < same)) same = entry->path();
  }
  return same.empty() ? folder : same;
}

RunDirectory open_folder(const ExperimentConfig& config, const CommandLine& line, const std::string& identity,
                         Console& console) {
  RunDirectory directory(folder_for(config, line, identity),
                         {.identity = identity,
                          .resolved_config = print_experiment_config(config),
                          .fresh = line.fresh,
                          .lock = lock_options(console)},
                         console);
  if (!directory.moved_aside().empty())
    console.info(fmt::format("the earlier folder is now '{}'", directory.moved_aside().string()));
  return directory;
}

std::string read_summary(const RunDirectory& directory) {
  constexpr std::uint64_t largest_summary = 64u << 20;  // as many classes as there may be, in several tables
  const auto bytes = read_file(directory.summary(), largest_summary);
  return {bytes.begin(), bytes.end()};
}

RunProvenance provenance_of(const ExperimentConfig& config, const CommandLine& line, const DataPlan& data) {
  RunProvenance from;
  static_cast<Provenance&>(from) = line.provenance;
  from.threads = thread_count();
  from.config = print_experiment_config(config);
  from.seed = config.seed;
  from.data_name = data.name();
  from.data_origin = data.origin();
  from.data_sha256 = data.sha256();
  from.fallback_reason = data.fallback_reason;
  return from;
}

DataPlan fetch_as_stage(const DataPlan& data, int later_stages, Console& console) {
  if (!data.needs_download()) {
    console.expect_stages(1, later_stages);
    return data;
  }
  console.expect_stages(1, later_stages + 1);
  console.begin_stage(fmt::format("download of {}", data.source->title));
  const Stopwatch watch;
  DataPlan fetched = fetch_data(data, console);
  console.end_stage(watch.seconds());
  return fetched;
}

std::string threads_text(int threads) {
  const std::string text = fmt::format("{} {}", threads, threads == 1 ? "thread" : "threads");
  return ranks().size() == 1 ? text : fmt::format("{} ranks, the first with {}", ranks().size(), text);
}

RunReport in_open_folder(const RunDirectory& directory, const std::string& name, Console& console,
                         const std::function<RunReport()>& work) {
  using State = RunStatus::State;
  console.open(directory.folder(), directory.log(), name, directory.held_lock());
  // If the lock is lost, nothing may be written to the folder, however the work ends.
  const auto last_status = [&](State state, const std::string& error) {
    try {
      directory.verify_lock();
      console.close(state, error);
    } catch (const LockLost&) {
      console.close(std::nullopt);
    }
  };
  try {
    RunReport report = work();
    last_status(report.failure.empty() ? State::complete : State::failed, report.failure);
    return report;
  } catch (const Interrupted&) {
    last_status(State::interrupted, "");
    throw;
  } catch (const std::bad_alloc&) {
    last_status(State::failed, "out of memory");
    throw;
  } catch (const std::exception& error) {
    constexpr std::string_view mark = "error: ";  // of errors without a place in a file
    std::string_view text = error.what();
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    last_status(State::failed, std::string(text));
    throw;
  }
}

}  // namespace inforelay
