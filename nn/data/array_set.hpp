// A training or test set from two arrays of files: inputs and labels.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/arrays/file_array.hpp"
#include "core/axes.hpp"
#include "nn/data/class_labels.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

struct ArraySet {
  std::variant<RowMatrix<std::uint8_t>, RowMatrix<float>> inputs;  ///< [N,D]
  std::vector<int> input_shape;  ///< {rows, columns} if the array has these beside N (or a further axis of one), or {D}
  RawLabels labels;              ///< [N]
  std::string inputs_place, labels_place;
};

/// Throws DataError: inputs are words, and the first that makes them so.
[[noreturn]] void refuse_words(const FileArray& inputs);

/// Inputs [N, ...], flattened: bytes as they are, other numbers as floats (rounded to the nearest). Labels [N], [N,1]
/// or [1,N]: integers, floating-point numbers that are whole, or words. Throws DataError, with the places, if the
/// inputs are words, the labels are not whole or of another shape, numbers of samples differ, or there is no sample.
ArraySet array_set(FileArray inputs, FileArray labels);

/// The data of one or two sets; names of classes as for classes_of(). Where only one of the sets holds bytes, both
/// become floats. Throws DataError if the sets have different numbers of inputs, or inputs are not finite.
FileData data_from(std::vector<ArraySet> sets, const std::vector<std::string>& class_names, std::string origin);

}  // namespace inforelay
