// Arrays of a system that is analysed at each time: those of single times stacked along a first axis `time`, and the
// inverse.
//
// T times.
#pragma once

#include <cstddef>

#include "experiments/results/result_arrays.hpp"

namespace inforelay {

/// The axis along which they are stacked. Its coordinates are in the system's group.
inline constexpr const char* time_axis = "time";

/// The arrays of T times as one, [T, ...]; coordinates of other axes and attributes are those of the first time, since
/// all times have the same. Memory: that of the stack, allocated with the first time.
class TimeStack {
 public:
  explicit TimeStack(std::size_t times) : times_(times) {}

  /// In any order, each once. The arrays must have the names, shapes and types of the first one: another one is a
  /// broken invariant.
  void add(std::size_t time, const ResultArrays& arrays);
  const ResultArrays& arrays() const { return stacked_; }
  ResultArrays take() { return std::move(stacked_); }

 private:
  std::size_t times_;
  ResultArrays stacked_;
};

/// A copy of the arrays below `view` at one of the times, with the paths that they have below the root: those with a
/// first axis `time` without it, others as they are. Throws DataError if an array has not so many times.
ResultArrays at_time(const ResultView& view, std::size_t time);

}  // namespace inforelay
