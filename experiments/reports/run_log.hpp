// run.log: messages, stages and progress of a run with date and time (UTC).
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string_view>

#include "experiments/reports/run_status.hpp"

namespace spdlog {
class logger;
}

namespace inforelay {

class RunLog {
 public:
  /// `interval_seconds`: between two lines about the progress of a stage.
  explicit RunLog(double interval_seconds) : interval_(interval_seconds) {}

  /// Appends to `file` from now on. Throws IoError if it cannot be opened; a write that fails later is ignored.
  void open(const std::filesystem::path& file);
  void close() { logger_.reset(); }

  // Without an open file these do nothing.
  void line(std::string_view text);
  void begin(const StageStatus& stage);
  /// A line about the stage, if the interval since the last one has passed.
  void update(const StageStatus& stage);
  void end(const StageStatus& stage, double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  std::chrono::duration<double> interval_;
  std::shared_ptr<spdlog::logger> logger_;
  Clock::time_point last_update_{};
};

}  // namespace inforelay
