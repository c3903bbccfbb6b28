// Labelled sequences in memory: trials of equally many time steps.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/recording.hpp"
#include "nn/data/dataset.hpp"

namespace inforelay {

/// Values [trial,time,width], row-major: what enters, is inside of or leaves a recurrent network.
struct SequenceArray {
  std::size_t trials = 0, steps = 0, width = 0;
  std::vector<float> values{};  ///< [trials,steps,width]

  SequenceArray() = default;
  /// All 0. Throws UsageError if that is more numbers than a std::vector can hold.
  SequenceArray(std::size_t trials, std::size_t steps, std::size_t width);

  std::size_t samples() const { return trials * steps; }
  /// The values of one step of one trial, [width].
  std::span<float> row(std::size_t trial, std::size_t step) {
    return {values.data() + (trial * steps + step) * width, width};
  }
  std::span<const float> row(std::size_t trial, std::size_t step) const {
    return {values.data() + (trial * steps + step) * width, width};
  }
};

/// When a sequence has a label.
enum class LabelTime {
  end,   ///< one label for each trial, that of its last step
  each,  ///< one label for each step
};

/// Sequences with their labels.
struct SequenceData {
  SequenceArray inputs;          ///< [trial,time,D]
  std::vector<Symbol> labels{};  ///< [trial], or [trial,time]
  LabelTime label_time = LabelTime::end;
  std::vector<std::string> class_names{};  ///< [C]

  std::size_t trials() const { return inputs.trials; }
  std::size_t steps() const { return inputs.steps; }
  int class_count() const { return static_cast<int>(class_names.size()); }  ///< C
  /// The steps of a trial that have a label are [first_labelled_step(), steps()).
  std::size_t first_labelled_step() const { return label_time == LabelTime::each ? 0 : steps() - 1; }
  /// The label of a labelled step.
  Symbol label(std::size_t trial, std::size_t step) const {
    return label_time == LabelTime::each ? labels[trial * steps() + step] : labels[trial];
  }

  /// Only the first trials, at most as many as there are.
  void keep_first(std::size_t trials);

  /// Throws DataError if there is no trial, step, input or class, if the numbers of values, labels or names do not
  /// agree, a label is out of range, or an input is not finite, naming trial, step and input.
  void check() const;
};

/// A training and a test set, whose trials may have different numbers of steps.
struct SequencePair {
  SequenceData train, test;

  const SequenceData& subset(std::string_view which) const { return which == "train" ? train : test; }
};

/// Each image as the sequence of its rows, from the top: N trials of `rows` steps with `columns` inputs, scaled as the
/// data set says. Bytes take four times the memory of the images. Throws DataError if the samples are not
/// two-dimensional.
SequenceData rows_as_sequences(const Dataset& images);

}  // namespace inforelay
