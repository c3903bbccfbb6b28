#include "experiments/sources/recording_shape.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

std::vector<std::uint64_t> without_ones(std::vector<std::uint64_t> shape) {
  shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
  return shape;
}

}  // namespace

RecordingShape::RecordingShape(const std::string& path, const RecordingConfig& config, const FileArrayInfo& states) {
  using Axis = RecordingAxis;
  std::vector<Axis> axes = config.axes;
  const std::vector<std::uint64_t>& shape = states.shape;
  if (axes.empty() && shape.size() <= 2) axes = {Axis::sample, Axis::unit};
  if (shape.size() == 1 && axes.size() == 2 && axes.back() == Axis::unit) axes.pop_back();  // one column of a CSV
  if (axes.size() != shape.size()) {
    throw DataError("{}: {} has shape {}{}, expected {}", path, states.place, shape_text(shape),
                    states.from_matlab ? " as MATLAB shows it" : "",
                    config.axes.empty() ? fmt::format("{}.axes: which of its dimensions is sample, trial, time, unit "
                                                      "is not guessed ([trial, time, unit])",
                                                      path)
                                        : fmt::format("{} dimensions, as many as {}.axes has", axes.size(), path));
  }
  std::uint64_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    if (axes[d] == Axis::unit) {
      units_ = shape[d], unit_stride_ = stride;
    } else if (axes[d] == Axis::time) {
      all_times_ = shape[d], time_stride_ = stride, has_time_ = true;
    } else {
      trials_ = shape[d], trial_stride_ = stride, has_trials_ = true;
    }
    if (axes[d] != Axis::unit) step_shape_.insert(step_shape_.begin(), shape[d]);
    stride *= shape[d];
  }
  if (stride == 0)
    throw DataError("{}: {} has shape {}, expected samples and units", path, states.place, shape_text(shape));
  if (config.times.empty()) {
    times_.resize(all_times_);
    for (std::uint64_t t = 0; t < all_times_; ++t) times_[t] = t;
    return;
  }
  times_.assign(config.times.begin(), config.times.end());
  const std::uint64_t last = *std::max_element(times_.begin(), times_.end());
  if (last >= all_times_) {
    throw DataError("{}.time: {}, but {} has {} times, from 0", path, last, states.place, all_times_);
  }
}

std::vector<std::uint64_t> RecordingShape::label_positions(const FileArray& labels) const {
  const std::vector<std::uint64_t> shape = without_ones(labels.shape);
  const bool by_step = shape == without_ones(step_shape_);
  const bool by_trial = has_trials_ && shape == without_ones({trials_});
  if (!by_step && !by_trial) {
    throw DataError(
        "{} has shape {}, expected {}{}", labels.place, shape_text(labels.shape), shape_text(step_shape_),
        has_trials_ && has_time_ ? fmt::format(" (each step) or [{}] (each trial)", trials_) : " as the states have");
  }
  // Strides of the labels' own array: those of the states without the unit's axis.
  const bool time_is_inner = time_stride_ < trial_stride_;
  const std::uint64_t trial_stride = !by_step ? 1 : has_trials_ && time_is_inner ? all_times_ : 1;
  const std::uint64_t time_stride = !by_step ? 0 : time_is_inner || !has_trials_ ? 1 : trials_;
  std::vector<std::uint64_t> positions(samples());
  for (std::uint64_t n = 0; n < positions.size(); ++n) {
    positions[n] = trial(n) * trial_stride + time(n) * time_stride;
  }
  return positions;
}

std::string RecordingShape::sample_text(std::uint64_t sample) const {
  if (!has_time_) return fmt::format("sample {}", sample);
  return fmt::format("trial {}, time {}", trial(sample), time(sample));
}

}  // namespace inforelay
