// Symbols and their names: from the integers or words of a file to positions in one list of names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/arrays/file_array.hpp"
#include "core/recording.hpp"
#include "experiments/sources/recording_shape.hpp"

namespace inforelay {

/// A word for each sample.
struct SampleWords {
  std::vector<std::string> words;   ///< the different ones: by value if all are integers, else by their bytes
  std::vector<std::uint32_t> word;  ///< [N], positions in `words`
  bool are_integers = false;
};

/// The labels of all samples. Floats must be integers, as MATLAB stores them; lists of MABE (a row of several numbers)
/// become one word, "1,0". Throws DataError by sample: a number that is not whole, an empty word, or one with control
/// characters or invalid UTF-8.
SampleWords sample_words(const FileArray& labels, const RecordingShape& shape, bool join_rows);

/// The union of the names of inputs and outputs, sorted as above, and both as positions in it. Throws DataError with
/// more than max_symbols names.
struct NamedSymbols {
  std::vector<std::string> names;
  std::vector<Symbol> input, output;  ///< [N]
};
NamedSymbols name_symbols(const SampleWords& input, const SampleWords& output, const std::string& place);

}  // namespace inforelay
