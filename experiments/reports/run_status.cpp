#include "experiments/reports/run_status.hpp"

#include <fmt/format.h>

#include <string_view>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/json_values.hpp"
#include "core/named.hpp"
#include "core/text/unit_text.hpp"

namespace inforelay {
namespace {

using nlohmann::json;
using State = RunStatus::State;

constexpr std::uint64_t most_bytes = 1u << 20;
constexpr std::string_view format_name = "inforelay-status";
constexpr WordTable<State, 4> state_names{{{State::running, "running"},
                                           {State::interrupted, "interrupted"},
                                           {State::failed, "failed"},
                                           {State::complete, "complete"}}};

json json_of(const StageStatus& stage) {
  json object = {{"index", stage.index}, {"count", stage.count}, {"label", stage.label},     {"note", stage.note},
                 {"done", stage.done},   {"total", stage.total}, {"seconds", stage.seconds}, {"rate", stage.rate}};
  if (stage.may_end_early) object["may_end_early"] = true;
  if (stage.usual_seconds > 0) object["usual_seconds"] = stage.usual_seconds;
  if (stage.later_seconds) object["later_seconds"] = *stage.later_seconds;
  if (const auto left = seconds_left(stage)) object["seconds_left"] = *left;
  if (const auto left = run_seconds_left(stage)) object["run_seconds_left"] = *left;
  return object;
}

json json_of(const RunsStatus& runs) {
  json failures = json::array();
  for (const auto& [folder, message] : runs.failures) failures.push_back({{"folder", folder}, {"message", message}});
  return {{"total", runs.total},
          {"done", runs.done},
          {"failed", runs.failed},
          {"running", runs.running},
          {"failures", std::move(failures)}};
}

std::uint64_t count_at(const json& object, const char* key) {
  const std::int64_t value = integer_at(object, key);
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

int number_of_stage(const json& object, const char* key) {
  const std::int64_t value = integer_at(object, key);
  return value >= 0 && value < 1'000'000 ? static_cast<int>(value) : 0;
}

StageStatus stage_from(const json& object) {
  const bool knows_later = member(object, "later_seconds").is_number();
  return {.index = number_of_stage(object, "index"),
          .count = number_of_stage(object, "count"),
          .label = text_at(object, "label"),
          .note = text_at(object, "note"),
          .done = count_at(object, "done"),
          .total = count_at(object, "total"),
          .seconds = positive_at(object, "seconds"),
          .rate = positive_at(object, "rate"),
          .may_end_early = member(object, "may_end_early") == true,
          .usual_seconds = positive_at(object, "usual_seconds"),
          .later_seconds = knows_later ? std::optional(positive_at(object, "later_seconds")) : std::nullopt};
}

std::vector<std::string> texts_from(const json& array) {
  std::vector<std::string> texts;
  for (const json& each : array) {
    if (each.is_string()) texts.push_back(each.get<std::string>());
  }
  return texts;
}

RunsStatus runs_from(const json& object) {
  RunsStatus runs{.total = count_at(object, "total"),
                  .done = count_at(object, "done"),
                  .failed = count_at(object, "failed"),
                  .running = texts_from(member(object, "running")),
                  .failures = {}};
  for (const json& failure : member(object, "failures")) {
    runs.failures.emplace_back(text_at(failure, "folder"), text_at(failure, "message"));
  }
  return runs;
}

}  // namespace

std::optional<double> seconds_left(const StageStatus& stage) {
  const double usual = stage.usual_seconds - stage.seconds;
  const bool rated = stage.total > 0 && stage.done > 0 && stage.done <= stage.total && stage.rate > 0;
  if (usual > 0 && (!rated || stage.may_end_early)) return usual;
  if (!rated) return std::nullopt;
  return static_cast<double>(stage.total - stage.done) / stage.rate;
}

std::optional<double> run_seconds_left(const StageStatus& stage) {
  const auto left = seconds_left(stage);
  if (!left || !stage.later_seconds) return std::nullopt;
  return *left + *stage.later_seconds;
}

std::string title_of(const StageStatus& stage) {
  return fmt::format("[{:>2}/{}] {}", stage.index, stage.count, stage.label);
}

std::string progress_numbers(const StageStatus& stage) {
  const bool counted = stage.total > 0 && stage.done > 0;
  const double part = counted ? static_cast<double>(stage.done) / static_cast<double>(stage.total) : 0;
  std::string text = counted && !stage.may_end_early ? fmt::format("{:.0f} %", 100 * part) : duration(stage.seconds);
  if (counted && stage.rate > 0) text += ", " + rate_text(stage.rate);
  if (const auto left = seconds_left(stage)) {
    const bool usual = stage.usual_seconds > stage.seconds;
    text += fmt::format(", {}{} left", stage.may_end_early && !usual ? "at most " : "", duration(*left));
  }
  if (const auto left = run_seconds_left(stage); left && *stage.later_seconds > 0)
    text += fmt::format(" (run: {})", duration(*left));
  return text;
}

std::string progress_text(const StageStatus& stage) {
  return progress_numbers(stage) + (stage.note.empty() ? "" : "  " + stage.note);
}

std::string end_text(const StageStatus& stage, double seconds) {
  return duration(seconds) + (stage.note.empty() ? "" : fmt::format("  ({})", stage.note));
}

void StageClock::report(StageStatus& stage, std::uint64_t done, std::uint64_t total) {
  if (total != stage.total) {  // another kind of work begins, or results of an earlier start were loaded
    const bool from_nothing = stage.total == 0 && done <= 1;
    first_done_ = from_nothing ? 0 : done;
    since_first_report_ = from_nothing ? since_begin_ : Stopwatch();
    stage.rate = 0;
  }
  stage.done = done;
  stage.total = total;
  const double seconds = since_first_report_.seconds();
  if (done > first_done_ && seconds > 0) stage.rate = static_cast<double>(done - first_done_) / seconds;
  set_seconds(stage);
}

std::filesystem::path status_file(const std::filesystem::path& folder) { return folder / "status.json"; }

std::string to_json(const RunStatus& status) {
  json ended = json::array();
  for (const EndedStage& stage : status.ended) {
    ended.push_back({{"index", stage.index},
                     {"label", stage.label},
                     {"seconds", stage.seconds},
                     {"kept", stage.kept},
                     {"work", stage.work}});
  }
  json object = {{"format", format_name},
                 {"state", word_of(state_names, status.state)},
                 {"name", status.name},
                 {"command", status.command},
                 {"error", status.error},
                 {"updated", status.updated},
                 {"stages_ended", std::move(ended)},
                 {"figures", status.figures}};
  object.update(to_json(status.process));
  if (status.stage) object["stage"] = json_of(*status.stage);
  if (status.runs) object["runs"] = json_of(*status.runs);
  // Messages quote files, which may hold invalid UTF-8.
  return object.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<RunStatus> read_status(const std::filesystem::path& folder) {
  json object;
  try {
    const auto bytes = read_file(status_file(folder), most_bytes);
    object = parse_json({bytes.begin(), bytes.end()});
  } catch (const DataError&) {
    return std::nullopt;
  }
  if (text_at(object, "format") != format_name) return std::nullopt;
  RunStatus status;
  for (const auto& [state, word] : state_names) {
    if (word == text_at(object, "state")) status.state = state;
  }
  status.name = text_at(object, "name");
  status.command = text_at(object, "command");
  status.error = text_at(object, "error");
  status.updated = text_at(object, "updated");
  status.process = process_from(object);
  if (const json& stage = member(object, "stage"); stage.is_object()) status.stage = stage_from(stage);
  for (const json& stage : member(object, "stages_ended")) {
    status.ended.push_back({.index = number_of_stage(stage, "index"),
                            .label = text_at(stage, "label"),
                            .seconds = positive_at(stage, "seconds"),
                            .kept = member(stage, "kept") == true,
                            .work = text_at(stage, "work")});
  }
  status.figures = texts_from(member(object, "figures"));
  if (const json& runs = member(object, "runs"); runs.is_object()) status.runs = runs_from(runs);
  return status;
}

void StatusFile::write(RunStatus& status, bool now) {
  constexpr std::chrono::seconds interval{1};
  const auto time = std::chrono::steady_clock::now();
  if (folder_.empty() || (!now && time - last_write_ < interval)) return;
  last_write_ = time;
  status.updated = utc_now();
  try {
    replace_file(status_file(folder_), to_json(status));
  } catch (const IoError&) {
  }
}

}  // namespace inforelay
