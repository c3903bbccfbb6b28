// Recordings: the values of a system's units over samples, with the input symbol (such as the label) and the output
// symbol (such as the prediction) of each sample. Networks that run on a data set produce one for each analysed layer.
// Every analysis takes recordings, never networks or data sets.
//
// N samples, K units.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

/// One of the values that the input or the output of a system can take; a position in a list of names.
using Symbol = std::uint16_t;
inline constexpr std::size_t max_symbols = 65536;

/// The samples of one subset, such as training or test.
struct Samples {
  RowMatrix<float> values;            ///< [N,K]
  std::vector<Symbol> input, output;  ///< [N], each below the number of names
};

}  // namespace inforelay
