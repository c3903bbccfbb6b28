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
#include "nn/data/input_scaling.hpp"

namespace inforelay {

/// N labelled samples of D inputs each: bytes, which become floats when they enter a network and take a quarter of the
/// memory until then; or real numbers, kept as floats.
class Dataset {
 public:
  Dataset() = default;
  /// inputs [N,D]; labels [N], each below the number of class names; input_shape: how the inputs of one sample are
  /// arranged, {rows, columns} of an image; empty: {D}. Throws DataError if lengths differ, a label is out of range or
  /// there are more than max_symbols names. Inputs enter a network as byte / 255, in [0,1]. Of LabelKind::bits the
  /// names are those of the bits, and labels are below 2 to their number.
  Dataset(RowMatrix<std::uint8_t> inputs, std::vector<Symbol> labels, std::vector<std::string> class_names,
          std::vector<int> input_shape = {}, LabelKind kind = LabelKind::classes);
  /// The same for real inputs, which enter a network as they are. Also throws DataError if one is not finite.
  Dataset(RowMatrix<float> inputs, std::vector<Symbol> labels, std::vector<std::string> class_names,
          std::vector<int> input_shape = {}, LabelKind kind = LabelKind::classes);
  /// Bytes with class names "0", "1", ...
  Dataset(RowMatrix<std::uint8_t> inputs, std::vector<Symbol> labels, int classes);

  std::size_t size() const { return labels_.size(); }                                               ///< N
  int input_width() const { return static_cast<int>(has_bytes_ ? inputs_.cols() : real_.cols()); }  ///< D
  const std::vector<int>& input_shape() const { return input_shape_; }                              ///< product D
  int class_count() const { return static_cast<int>(class_names_.size()); }                         ///< C
  const std::vector<std::string>& class_names() const { return class_names_; }                      ///< [C]
  std::span<const Symbol> labels() const { return labels_; }                                        ///< [N]
  LabelKind label_kind() const { return label_kind_; }

  bool has_bytes() const { return has_bytes_; }
  const RowMatrix<std::uint8_t>& inputs() const { return inputs_; }                                   ///< [N,D] bytes
  const std::uint8_t* inputs(std::size_t sample) const { return inputs_.data() + sample * width(); }  ///< [D]
  const RowMatrix<float>& real_inputs() const { return real_; }                                       ///< [N,D] floats
  const float* real_inputs(std::size_t sample) const { return real_.data() + sample * width(); }      ///< [D]

  /// How bytes enter a network; to be called at most once, by the loader of the data. Real inputs are replaced by
  /// their scaled values at once. Throws DataError if a scaled value is not finite.
  void scale_inputs(const InputScaling& scaling);
  /// Of bytes; scaling().mean is empty, and scale 255, unless scale_inputs() said otherwise.
  const InputScaling& scaling() const { return scaling_; }
  /// Bytes that enter a network as byte / 255, so that zeros stay zeros.
  bool has_plain_bytes() const { return has_bytes_ && scaling_.scale == 255 && scaling_.mean.empty(); }

  /// Inputs are examined in blocks of this many, from the first; those left over at the end of a sample are in none.
  static constexpr std::size_t block_inputs = 16;
  /// The blocks of a sample that contain an input other than 0, so that computations can skip the others: bit b of
  /// [block_words()] words is block b. All blocks, unless the inputs are plain bytes.
  const std::uint64_t* nonzero_blocks(std::size_t sample) const {
    return nonzero_.data() + (has_plain_bytes() ? sample * block_words_ : 0);
  }
  std::size_t block_words() const { return block_words_; }

  /// The first `n` samples, or all if there are fewer.
  Dataset head(std::size_t n) const;
  /// The listed samples, in this order, with other labels [samples.size()].
  Dataset select(std::span<const std::uint32_t> samples, std::vector<Symbol> labels,
                 std::vector<std::string> class_names, LabelKind kind = LabelKind::classes) const;
  /// The listed samples with their labels.
  Dataset select(std::span<const std::uint32_t> samples) const;

 private:
  std::size_t width() const { return static_cast<std::size_t>(input_width()); }
  std::size_t block_count() const { return width() / block_inputs; }
  void check(Eigen::Index samples);
  void find_nonzero_blocks();
  void take_all_blocks();

  bool has_bytes_ = true;
  RowMatrix<std::uint8_t> inputs_;
  RowMatrix<float> real_;
  InputScaling scaling_;
  std::vector<Symbol> labels_;
  std::vector<std::string> class_names_;
  std::vector<int> input_shape_;
  LabelKind label_kind_ = LabelKind::classes;
  std::size_t block_words_ = 0;
  std::vector<std::uint64_t> nonzero_;  // [N, block_words_], or [block_words_] if all samples have all blocks
};

/// "0", "1", ..., [count].
std::vector<std::string> numbered_names(int count);

/// A training and a test set, and their origin.
struct DataPair {
  Dataset train, test;
  std::string name;      ///< of the source
  std::string origin;    ///< for display: the folder read, or "generated, seed 1"
  std::string sha256;    ///< hex digest that identifies the content
  InputScaling scaling;  ///< how the values of the source become inputs, for bytes and for real inputs

  /// "train" or "test"; UsageError for any other name.
  const Dataset& subset(std::string_view which) const;
};

}  // namespace inforelay
