#include "nn/data/sequence_data.hpp"

#include <algorithm>
#include <cmath>

#include "core/checks.hpp"
#include "core/error.hpp"

namespace inforelay {

SequenceArray::SequenceArray(std::size_t trial_count, std::size_t step_count, std::size_t unit_count)
    : trials(trial_count), steps(step_count), width(unit_count) {
  std::size_t size = 0;
  if (__builtin_mul_overflow(trials, steps, &size) || __builtin_mul_overflow(size, width, &size) ||
      size > values.max_size()) {
    throw UsageError("{} trials of {} steps with {} values each do not fit into memory", trials, steps, width);
  }
  values.resize(size);
}

void SequenceData::check() const {
  check_bounded<DataError>(trials() >= 1, "sequences: the number of trials", trials(), "at least 1");
  check_bounded<DataError>(steps() >= 1, "sequences: the number of steps", steps(), "at least 1");
  check_bounded<DataError>(inputs.width >= 1, "sequences: the number of inputs", inputs.width, "at least 1");
  check_range<DataError>("sequences: the number of classes", class_names.size(), 1, max_symbols);
  const std::size_t values = inputs.samples() * inputs.width;
  if (inputs.values.size() != values) {
    throw DataError("sequences: {} input values, expected {} for {} trials of {} steps with {} inputs",
                    inputs.values.size(), values, trials(), steps(), inputs.width);
  }
  const std::size_t expected = label_time == LabelTime::each ? inputs.samples() : trials();
  if (labels.size() != expected) {
    throw DataError("sequences: {} labels, expected {} for {} trials of {} steps with a label {}", labels.size(),
                    expected, trials(), steps(), label_time == LabelTime::each ? "each step" : "each trial");
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= class_names.size())
      throw DataError("sequences: label {} is {}, expected below {}", i, labels[i], class_names.size());
  }
  for (std::size_t i = 0; i < values; ++i) {
    if (std::isfinite(inputs.values[i])) continue;
    throw DataError("sequences: input {} at step {} of trial {} is {}, expected a finite number", i % inputs.width,
                    i / inputs.width % steps(), i / inputs.width / steps(), inputs.values[i]);
  }
}

void SequenceData::keep_first(std::size_t trials) {
  inputs.trials = std::min(inputs.trials, trials);
  inputs.values.resize(inputs.samples() * inputs.width);
  labels.resize(label_time == LabelTime::each ? inputs.samples() : inputs.trials);
}

SequenceData rows_as_sequences(const Dataset& images) {
  const std::vector<int>& shape = images.input_shape();
  if (shape.size() != 2)
    throw DataError("rows as sequences: samples have {} dimensions, expected 2: rows and columns", shape.size());
  SequenceData data{.inputs = {images.size(), static_cast<std::size_t>(shape[0]), static_cast<std::size_t>(shape[1])},
                    .labels = {images.labels().begin(), images.labels().end()},
                    .class_names = images.class_names()};
  std::vector<float>& values = data.inputs.values;
  if (!images.has_bytes()) {
    values.assign(images.real_inputs().data(), images.real_inputs().data() + images.real_inputs().size());
    return data;
  }
  const std::uint8_t* bytes = images.inputs().data();
  const auto width = static_cast<std::size_t>(images.input_width());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto byte = static_cast<float>(bytes[i]);
    values[i] = images.has_plain_bytes() ? byte * (1.0f / 255.0f) : images.scaling().apply(byte, i % width);
  }
  return data;
}

}  // namespace inforelay
