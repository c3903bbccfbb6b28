#include "nn/data/array_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

// {rows, columns} if two of the extents of one sample are not 1.
std::vector<int> shape_of_sample(const std::vector<std::uint64_t>& shape, int width) {
  std::vector<int> extents;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) {
    if (shape[axis] != 1) extents.push_back(static_cast<int>(shape[axis]));
  }
  return extents.size() == 2 ? extents : std::vector<int>{width};
}

template <class To, class From>
RowMatrix<To> matrix_of(const std::vector<From>& values, std::uint64_t rows, int columns) {
  return Eigen::Map<const RowMatrix<From>>(values.data(), static_cast<Eigen::Index>(rows), columns).template cast<To>();
}

std::variant<RowMatrix<std::uint8_t>, RowMatrix<float>> inputs_of(const FileArray& array, int width) {
  return std::visit(
      [&]<class T>(const std::vector<T>& values) -> std::variant<RowMatrix<std::uint8_t>, RowMatrix<float>> {
        if constexpr (std::is_same_v<T, std::string>) {
          refuse_words(array);
        } else if constexpr (std::is_same_v<T, std::uint8_t>) {
          return matrix_of<std::uint8_t>(values, array.shape[0], width);
        } else {
          return matrix_of<float>(values, array.shape[0], width);
        }
      },
      array.values);
}

RawLabels labels_of(FileArray array) {
  return std::visit(
      [&]<class T>(std::vector<T>& values) -> RawLabels {
        if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::int64_t>) {
          return std::move(values);
        } else {
          std::vector<std::int64_t> labels;
          labels.reserve(values.size());
          for (std::size_t n = 0; n < values.size(); ++n) {
            const auto value = static_cast<double>(values[n]);
            constexpr double largest = 9007199254740992;  // 2^53: whole numbers up to there are exact
            if (!(std::abs(value) <= largest) || value != std::floor(value)) {
              throw DataError("{}: label {} of sample {} (from 0) is not a whole number", array.place, value, n);
            }
            labels.push_back(static_cast<std::int64_t>(value));
          }
          return labels;
        }
      },
      array.values);
}

}  // namespace

void refuse_words(const FileArray& inputs) {
  const std::optional<FirstWord> word = first_word(inputs);
  throw DataError("{} holds words, expected numbers as inputs{}", inputs.place,
                  word ? fmt::format(": the first is {}", word->shown) : "");
}

ArraySet array_set(FileArray inputs, FileArray labels) {
  if (inputs.shape.empty() || inputs.shape[0] == 0) {
    throw DataError("{} is {}, expected [samples, ...] with at least one sample", inputs.place,
                    shape_text(inputs.shape));
  }
  std::uint64_t width = 1;
  for (std::size_t axis = 1; axis < inputs.shape.size(); ++axis) width *= inputs.shape[axis];
  constexpr std::uint64_t widest = 1'000'000;  // of a layer of a network
  if (width < 1 || width > widest) {
    throw DataError("{} is {}: {} inputs, expected in [1,{}]", inputs.place, shape_text(inputs.shape), width, widest);
  }
  const std::uint64_t samples = inputs.shape[0];
  std::vector<std::uint64_t> extents;  // of the labels, without axes of one
  std::copy_if(labels.shape.begin(), labels.shape.end(), std::back_inserter(extents),
               [](std::uint64_t extent) { return extent != 1; });
  if (extents.empty()) extents.push_back(1);
  if (extents.size() > 1) {
    throw DataError("{} is {}, expected one label for each of {} samples; of one-hot rows, save the argmax",
                    labels.place, shape_text(labels.shape), samples);
  }
  if (extents[0] != samples) {
    throw DataError("{} is {}: {} samples; {} is {}: {} labels", inputs.place, shape_text(inputs.shape), samples,
                    labels.place, shape_text(labels.shape), extents[0]);
  }
  const int columns = static_cast<int>(width);
  ArraySet set{.inputs = inputs_of(inputs, columns),
               .input_shape = shape_of_sample(inputs.shape, columns),
               .labels = {},
               .inputs_place = inputs.place,
               .labels_place = labels.place};
  set.labels = labels_of(std::move(labels));
  return set;
}

FileData data_from(std::vector<ArraySet> sets, const std::vector<std::string>& class_names, std::string origin) {
  const auto width = [](const ArraySet& set) {
    return std::visit([](const auto& matrix) { return matrix.cols(); }, set.inputs);
  };
  const bool all_bytes = std::all_of(sets.begin(), sets.end(), [](const ArraySet& set) {
    return std::holds_alternative<RowMatrix<std::uint8_t>>(set.inputs);
  });
  std::vector<RawLabels> labels;
  for (ArraySet& set : sets) {
    if (width(set) != width(sets.front())) {
      throw DataError("{} has {} inputs, {} has {}", sets.front().inputs_place, width(sets.front()), set.inputs_place,
                      width(set));
    }
    labels.push_back(std::move(set.labels));
  }
  ClassLabels classes = classes_of(std::move(labels), class_names, sets.front().labels_place);
  const auto made = [&](std::size_t i) {
    try {
      return std::visit(
          [&]<class T>(RowMatrix<T>& inputs) -> Dataset {
            if constexpr (std::is_same_v<T, std::uint8_t>) {
              if (!all_bytes) {
                return {RowMatrix<float>(inputs.template cast<float>()), std::move(classes.sets[i]), classes.names,
                        sets[i].input_shape};
              }
            }
            return {std::move(inputs), std::move(classes.sets[i]), classes.names, sets[i].input_shape};
          },
          sets[i].inputs);
    } catch (const DataError& error) {
      throw DataError(fmt::format("{}: {}", sets[i].inputs_place, error.what()));
    }
  };
  FileData data{.train = made(0), .test = {}, .origin = std::move(origin), .files = {}};
  if (sets.size() > 1) data.test = made(1);
  return data;
}

}  // namespace inforelay
