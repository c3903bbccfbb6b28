// Contrasts: the binary input and output variables between which relay information is computed.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/recording.hpp"

namespace inforelay {

/// Two binary variables of a sample: X_in = input[its input symbol] and X_out = output[its output symbol].
struct Contrast {
  std::string name;
  std::vector<bool> input;   ///< [number of input symbols]
  std::vector<bool> output;  ///< [number of output symbols]
};

/// One contrast for each symbol c, called names[c]: X_in = [input symbol = c], X_out = [output symbol = c]. Throws
/// UsageError for more than max_symbols names.
std::vector<Contrast> one_vs_rest(std::span<const std::string> names);

}  // namespace inforelay
