// Output on stderr: lines, and the progress of a stage as a last line that is redrawn, or as plain lines.
#pragma once

#include <chrono>
#include <string_view>

#include "experiments/reports/run_status.hpp"

namespace inforelay {

enum class ProgressStyle { automatic, bar, plain, off };

/// If stderr cannot be written (full disk, closed terminal), nothing is shown and the run continues.
class Display {
 public:
  /// ProgressStyle::automatic: a bar if stderr is a terminal that can redraw a line, otherwise a plain line every
  /// `line_seconds`. With ProgressStyle::off only the beginning and the end of a stage are shown; if `quiet`, not even
  /// these.
  Display(ProgressStyle style, bool quiet, double line_seconds);
  ~Display() { clear(); }

  void print(std::string_view line);
  void begin(const StageStatus& stage);
  /// Shows the progress again if the interval since the last time has passed.
  void update(const StageStatus& stage);
  void end(const StageStatus& stage, double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  void clear();

  ProgressStyle style_;
  bool quiet_, bar_shown_ = false;
  std::chrono::duration<double> interval_;
  Clock::time_point last_shown_{};
};

}  // namespace inforelay
