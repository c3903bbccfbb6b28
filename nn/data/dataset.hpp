// Labelled images in memory, whatever file or generator they came from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

/// N labelled samples of D inputs each. Inputs are kept as bytes and handed out as floats in [0,1] (byte / 255):
/// MNIST takes 47 MB in place of 188.
class Dataset {
 public:
  Dataset() = default;
  /// pixels [N,D]; labels [N], each in [0,classes). Throws DataError where lengths differ or a label is out of range.
  Dataset(RowMatrix<std::uint8_t> pixels, std::vector<std::uint8_t> labels, int classes);

  std::size_t size() const { return labels_.size(); }                   ///< N
  int input_width() const { return static_cast<int>(pixels_.cols()); }  ///< D
  int class_count() const { return classes_; }                          ///< C
  std::span<const std::uint8_t> labels() const { return labels_; }      ///< [N]
  const RowMatrix<std::uint8_t>& pixels() const { return pixels_; }     ///< [N,D]

  /// Pixels are looked at in blocks of so many, from the left; what is left over at the end of an image is in none.
  static constexpr std::size_t block_pixels = 16;
  /// Words in ink().
  std::size_t ink_words() const { return ink_words_; }
  /// Which blocks of a sample hold a pixel that is not 0, so that computations can leave the others out: bit b of
  /// [ink_words()] words is block b.
  const std::uint64_t* ink(std::size_t sample) const { return ink_.data() + sample * ink_words_; }

  /// Inputs of the given samples -> out [samples.size(), D], each in [0,1].
  void gather(std::span<const std::uint32_t> samples, float* out) const;
  /// Inputs of samples [begin,end) -> out [end-begin, D].
  void gather(std::size_t begin, std::size_t end, float* out) const;

  /// The first `n` samples (all of them where there are fewer).
  Dataset head(std::size_t n) const;

 private:
  RowMatrix<std::uint8_t> pixels_;
  std::vector<std::uint8_t> labels_;
  int classes_ = 0;
  std::size_t ink_words_ = 0;
  std::vector<std::uint64_t> ink_;  // [N, ink_words_]
};

/// A training and a test set, and where they came from.
struct DataPair {
  Dataset train, test;
  std::string name;    ///< "mnist", "digits"
  std::string origin;  ///< for people: the folder read, or "generated, seed 1"
  std::string sha256;  ///< hex digest that identifies the content
};

}  // namespace inforelay
