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

/// What the labels of samples say about C outputs of a network.
enum class LabelKind {
  classes,  ///< a label is one of [0,C); output c stands for label c
  bits,     ///< a label is a number of C bits, C <= max_label_bits; output c stands for bit c, which is worth 2^c
};
inline constexpr std::size_t max_label_bits = 8;

/// Is output c to be on for a sample with this label?
constexpr bool is_labelled(Symbol label, std::size_t c, LabelKind kind) {
  return kind == LabelKind::bits ? (label >> c & 1u) != 0 : label == c;
}
/// Number of possible labels with C outputs: C, or 2^C.
constexpr std::size_t label_count(std::size_t outputs, LabelKind kind) {
  return kind == LabelKind::bits ? std::size_t{1} << outputs : outputs;
}

/// The samples of one subset, such as training or test.
struct Samples {
  RowMatrix<float> values;            ///< [N,K]
  std::vector<Symbol> input, output;  ///< [N], each below the number of names
};

}  // namespace inforelay
