// Labelled samples in memory, from a file or a generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/axes.hpp"
#include "core/recording.hpp"

namespace inforelay {

/// N labelled samples of D inputs each. Inputs are kept as bytes, a quarter of the memory, and become floats in [0,1]
/// (byte / 255) when they enter a network.
class Dataset {
 public:
  Dataset() = default;
  /// inputs [N,D]; labels [N], each below the number of class names; input_shape: how the inputs of one sample are
  /// arranged, {rows, columns} of an image; empty: {D}. Throws DataError if lengths differ, a label is out of range or
  /// there are more than max_symbols names.
  Dataset(RowMatrix<std::uint8_t> inputs, std::vector<Symbol> labels, std::vector<std::string> class_names,
          std::vector<int> input_shape = {});
  /// The same with class names "0", "1", ...
  Dataset(RowMatrix<std::uint8_t> inputs, std::vector<Symbol> labels, int classes);

  std::size_t size() const { return labels_.size(); }                                                 ///< N
  int input_width() const { return static_cast<int>(inputs_.cols()); }                                ///< D
  const std::vector<int>& input_shape() const { return input_shape_; }                                ///< product D
  int class_count() const { return static_cast<int>(class_names_.size()); }                           ///< C
  const std::vector<std::string>& class_names() const { return class_names_; }                        ///< [C]
  std::span<const Symbol> labels() const { return labels_; }                                          ///< [N]
  const RowMatrix<std::uint8_t>& inputs() const { return inputs_; }                                   ///< [N,D]
  const std::uint8_t* inputs(std::size_t sample) const { return inputs_.data() + sample * width(); }  ///< [D]

  /// Inputs are examined in blocks of this many, from the first; those left over at the end of a sample are in none.
  static constexpr std::size_t block_inputs = 16;
  /// The blocks of a sample that contain an input other than 0, so that computations can skip the others: bit b of
  /// [block_words()] words is block b.
  const std::uint64_t* nonzero_blocks(std::size_t sample) const { return nonzero_.data() + sample * block_words_; }
  std::size_t block_words() const { return block_words_; }

  /// The first `n` samples, or all if there are fewer.
  Dataset head(std::size_t n) const;

 private:
  std::size_t width() const { return static_cast<std::size_t>(inputs_.cols()); }

  RowMatrix<std::uint8_t> inputs_;
  std::vector<Symbol> labels_;
  std::vector<std::string> class_names_;
  std::vector<int> input_shape_;
  std::size_t block_words_ = 0;
  std::vector<std::uint64_t> nonzero_;  // [N, block_words_]
};

/// "0", "1", ..., [count].
std::vector<std::string> numbered_names(int count);

/// A training and a test set, and their origin.
struct DataPair {
  Dataset train, test;
  std::string name;    ///< of the source
  std::string origin;  ///< for display: the folder read, or "generated, seed 1"
  std::string sha256;  ///< hex digest that identifies the content

  /// "train" or "test"; UsageError for any other name.
  const Dataset& subset(std::string_view which) const;
};

}  // namespace inforelay
