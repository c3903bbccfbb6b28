// The axes of the arrays of a recording: which element belongs to which sample.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/arrays/file_array.hpp"
#include "experiments/config/config.hpp"

namespace inforelay {

/// The samples of states with axes sample, trial and time in any order; each combination of a trial and a chosen time
/// is a sample, trial by trial. An axis `sample` counts as trials of one step.
class RecordingShape {
 public:
  /// `path`: of the recording in the configuration. Throws DataError if the axes do not fit the array: other
  /// dimensions, a time that it does not have, more than two dimensions without axes, no sample or unit.
  RecordingShape(const std::string& path, const RecordingConfig& config, const FileArrayInfo& states);

  std::uint64_t samples() const { return trials_ * times_.size(); }
  std::uint64_t units() const { return units_; }
  /// True if a sample has a trial and a time.
  bool has_steps() const { return has_time_; }
  /// T, the number of chosen times; 1 without an axis time.
  std::uint64_t times() const { return times_.size(); }
  /// The position of the sample's time among the chosen ones, [0,T).
  std::uint64_t time_index(std::uint64_t sample) const { return sample % times_.size(); }
  std::uint64_t trial(std::uint64_t sample) const { return sample / times_.size(); }
  std::uint64_t time(std::uint64_t sample) const { return times_[sample % times_.size()]; }

  /// The position of a value in the states.
  std::uint64_t position(std::uint64_t sample, std::uint64_t unit) const {
    return trial(sample) * trial_stride_ + time(sample) * time_stride_ + unit * unit_stride_;
  }

  /// Positions [N] of the samples in an array of labels: one for each trial, or for each step with the axes of the
  /// states. Extents of 1 beside these do not count (MATLAB's vectors are matrices). Throws DataError.
  std::vector<std::uint64_t> label_positions(const FileArray& labels) const;

  /// "sample 7", "trial 2, time 5", for messages.
  std::string sample_text(std::uint64_t sample) const;

 private:
  std::vector<std::uint64_t> step_shape_;  // that of labels for each step
  std::uint64_t trials_ = 1, all_times_ = 1, units_ = 1;
  std::uint64_t trial_stride_ = 0, time_stride_ = 0, unit_stride_ = 0;
  std::vector<std::uint64_t> times_{0};
  bool has_trials_ = false, has_time_ = false;
};

}  // namespace inforelay
