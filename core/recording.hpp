// What a system did: the values of its units over samples, what each sample asked (input) and what the system answered
// (output). Networks that run on a data set produce recordings, one for each analysed layer; files can hold them as
// they are. Every analysis takes recordings, never networks or data sets.
//
// N samples, K units.
#pragma once

#include <cstdint>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

/// One of the values that the input or the output of a system can take; its name stands in the recording.
using Symbol = std::uint16_t;
inline constexpr std::size_t max_symbols = 65536;

/// One named subset of a recording's samples.
struct Samples {
  RowMatrix<float> values;                ///< [N,K]
  std::vector<Symbol> input, output;      ///< [N], each below the number of names
  std::vector<std::int32_t> trial, time;  ///< [N], or empty if the samples have none
};

}  // namespace inforelay
