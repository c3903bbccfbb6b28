#include "experiments/reports/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/files/directory_lock.hpp"
#include "core/process/stop_signals.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {

Console::Console(ProgressStyle style, Verbosity verbosity, ProgressIntervals intervals, std::string command)
    : verbosity_(verbosity), display_(style, verbosity == Verbosity::quiet, intervals.lines), log_(intervals.log) {
  status_.command = std::move(command);
}

void Console::open(const std::filesystem::path& folder, const std::filesystem::path& log, const std::string& name,
                   const DirectoryLock* directory_lock) {
  const std::lock_guard lock(mutex_);
  log_.open(log);
  status_file_.open(folder);
  lock_ = directory_lock;
  status_.name = name;
  status_.process = this_process();
  status_file_.write(status_, true);
}

void Console::close(std::optional<RunStatus::State> state, const std::string& error) {
  const std::lock_guard lock(mutex_);
  lock_ = nullptr;
  if (state) {
    status_.state = *state;
    status_.error = error;
    status_file_.write(status_, true);
  } else {
    log_.close();
  }
  status_file_.close();
}

bool Console::may_write() const { return !lock_ || !lock_->lost(); }

// Brings log and status up to date. The caller holds the mutex.
void Console::update(bool now) {
  if (status_.stage) clock_.set_seconds(*status_.stage);
  if (!may_write()) return;
  if (status_.stage) log_.update(*status_.stage);
  status_file_.write(status_, now);
}

void Console::tick() {
  const std::lock_guard lock(mutex_);
  update(false);
}

void Console::write(std::string_view label, std::string_view text, bool show) {
  const std::string line = fmt::format("{}{}", label, printable(text));
  const std::lock_guard lock(mutex_);
  if (show) display_.print(line);
  if (may_write()) log_.line(line);
}

void Console::detail(std::string_view text) { write("", text, verbosity_ == Verbosity::verbose); }
void Console::info(std::string_view text) { write("", text, verbosity_ != Verbosity::quiet); }
void Console::warning(std::string_view text) { write("warning: ", text, true); }
void Console::error(std::string_view text) { write("error: ", text, true); }
void Console::print(std::string_view text) { write("", text, true); }

void Console::expect_stages(int next, int count) {
  const std::lock_guard lock(mutex_);
  next_stage_ = next;
  stage_count_ = count;
}

void Console::expect_work(std::vector<ExpectedStage> stages) {
  const std::lock_guard lock(mutex_);
  expected_ = std::move(stages);
  expected_next_ = 0;
}

// The next of expect_work() with this label, null if there is none. The caller holds the mutex.
const ExpectedStage* Console::next_expected(std::string_view label) {
  for (std::size_t i = expected_next_; i < expected_.size(); ++i) {
    if (expected_[i].label != label) continue;
    expected_next_ = i + 1;
    return &expected_[i];
  }
  return nullptr;
}

void Console::begin_stage(std::string_view name) {
  const std::lock_guard lock(mutex_);
  StageStatus& stage = status_.stage.emplace();
  stage.index = next_stage_++;
  stage.count = stage_count_;
  stage.label = printable(name);
  work_.clear();
  if (const ExpectedStage* expected = next_expected(name)) {
    work_ = expected->work;
    stage.may_end_early = expected->may_end_early;
    stage.usual_seconds = expected->seconds;
    double later = 0;
    const auto end = expected_.end();
    const auto first_later = expected_.begin() + static_cast<std::ptrdiff_t>(expected_next_);
    for (auto each = first_later; each != end; ++each) later += each->seconds;
    if (std::all_of(first_later, end, [](const ExpectedStage& each) { return each.seconds > 0; }))
      stage.later_seconds = later;
  }
  clock_ = {};
  display_.begin(stage);
  if (may_write()) log_.begin(stage);
  update(true);
}

void Console::end_stage(double seconds) {
  const std::lock_guard lock(mutex_);
  if (!status_.stage) return;
  const StageStatus stage = *std::exchange(status_.stage, std::nullopt);
  display_.end(stage, seconds);
  if (may_write()) log_.end(stage, seconds);
  status_.ended.push_back(
      {.index = stage.index, .label = stage.label, .seconds = seconds, .kept = false, .work = work_});
  update(true);
}

void Console::kept_stage(std::string_view name, double seconds) {
  StageStatus stage{.index = 0, .count = stage_count_, .label = printable(name), .note = {}};
  {
    const std::lock_guard lock(mutex_);
    stage.index = next_stage_++;
    next_expected(name);
    status_.ended.push_back({.index = stage.index, .label = stage.label, .seconds = seconds, .kept = true, .work = {}});
    update(false);
  }
  info(title_of(stage) + "  (cached)");
}

void Console::report_runs(RunsStatus runs) {
  const std::lock_guard lock(mutex_);
  status_.runs = std::move(runs);
  update(false);
}

void Console::report_figures(std::vector<std::string> names) {
  const std::lock_guard lock(mutex_);
  status_.figures = std::move(names);
}

void Console::report(std::uint64_t done, std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  if (!status_.stage) return;
  clock_.report(*status_.stage, done, total);
  display_.update(*status_.stage);
  update(false);
}

void Console::note(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (!status_.stage) return;
  status_.stage->note = printable(text);
  clock_.set_seconds(*status_.stage);
  display_.update(*status_.stage);
}

bool Console::stop_requested() const {
  if (lock_) lock_->check();
  return stop_signal() != 0;
}

}  // namespace inforelay
