// What a system did: the values of its units over samples, what each sample asked (input) and what the system answered
// (output). Networks that run on a data set produce recordings, one for each analysed layer; files can hold them as
// they are. Every analysis takes recordings, never networks or data sets.
//
// N samples, K units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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

struct Recording {
  std::vector<std::string> input_names, output_names;    ///< [symbols]
  std::vector<std::pair<std::string, Samples>> subsets;  ///< "train", "test" or any others; no name twice

  /// Throws UsageError, listing the subsets there are, if none is called `name`.
  const Samples& subset(std::string_view name) const;
};

}  // namespace inforelay
