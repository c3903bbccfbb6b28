#include "nn/data/dataset.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>

#include "core/error.hpp"

namespace inforelay {
namespace {

void check_finite(const RowMatrix<float>& inputs, std::string_view what) {
  for (Eigen::Index sample = 0; sample < inputs.rows(); ++sample) {
    for (Eigen::Index input = 0; input < inputs.cols(); ++input) {
      const float value = inputs(sample, input);
      if (!std::isfinite(value)) {
        throw DataError("{} {} of sample {} (both from 0) is {}, expected a finite number", what, input, sample, value);
      }
    }
  }
}

template <class T>
RowMatrix<T> rows_of(const RowMatrix<T>& all, std::span<const std::uint32_t> samples) {
  RowMatrix<T> rows(static_cast<Eigen::Index>(samples.size()), all.cols());
  for (std::size_t row = 0; row < samples.size(); ++row)
    rows.row(static_cast<Eigen::Index>(row)) = all.row(samples[row]);
  return rows;
}

}  // namespace

Dataset::Dataset(RowMatrix<std::uint8_t> inputs, std::vector<Symbol> labels, std::vector<std::string> class_names,
                 std::vector<int> input_shape, LabelKind kind)
    : inputs_(std::move(inputs)),
      labels_(std::move(labels)),
      class_names_(std::move(class_names)),
      input_shape_(std::move(input_shape)),
      label_kind_(kind) {
  check(inputs_.rows());
  find_nonzero_blocks();
}

Dataset::Dataset(RowMatrix<float> inputs, std::vector<Symbol> labels, std::vector<std::string> class_names,
                 std::vector<int> input_shape, LabelKind kind)
    : has_bytes_(false),
      real_(std::move(inputs)),
      labels_(std::move(labels)),
      class_names_(std::move(class_names)),
      input_shape_(std::move(input_shape)),
      label_kind_(kind) {
  check(real_.rows());
  check_finite(real_, "input");
  take_all_blocks();
}

Dataset::Dataset(RowMatrix<std::uint8_t> inputs, std::vector<Symbol> labels, int classes)
    : Dataset(std::move(inputs), std::move(labels), numbered_names(classes)) {}

void Dataset::check(Eigen::Index samples) {
  if (input_shape_.empty()) input_shape_ = {input_width()};
  assert(std::accumulate(input_shape_.begin(), input_shape_.end(), 1, std::multiplies<>()) == input_width());
  if (class_names_.size() > max_symbols) {
    throw DataError("{} classes, expected at most {}", class_names_.size(), max_symbols);
  }
  if (label_kind_ == LabelKind::bits && class_names_.size() > max_label_bits) {
    throw DataError("labels of {} bits, expected at most {}", class_names_.size(), max_label_bits);
  }
  if (static_cast<std::size_t>(samples) != labels_.size()) {
    throw DataError("{} samples but {} labels", samples, labels_.size());
  }
  const std::size_t possible = label_count(class_names_.size(), label_kind_);
  const auto wrong = std::find_if(labels_.begin(), labels_.end(), [&](Symbol label) { return label >= possible; });
  if (wrong != labels_.end()) {
    throw DataError("label {} of sample {} is out of range [0,{})", *wrong, wrong - labels_.begin(), possible);
  }
}

void Dataset::find_nonzero_blocks() {
  const std::size_t blocks = block_count();
  block_words_ = (blocks + 63) / 64;
  nonzero_.resize(size() * block_words_);
  for (std::size_t sample = 0; sample < size(); ++sample) {
    for (std::size_t block = 0; block < blocks; ++block) {
      static_assert(block_inputs == 2 * sizeof(std::uint64_t));
      std::uint64_t pair[2];
      std::memcpy(pair, this->inputs(sample) + block * block_inputs, sizeof pair);
      const std::uint64_t nonzero = (pair[0] | pair[1]) != 0 ? 1 : 0;
      nonzero_[sample * block_words_ + block / 64] |= nonzero << block % 64;
    }
  }
}

void Dataset::take_all_blocks() {
  block_words_ = (block_count() + 63) / 64;
  nonzero_.assign(block_words_, 0);
  for (std::size_t block = 0; block < block_count(); ++block) nonzero_[block / 64] |= std::uint64_t{1} << block % 64;
}

void Dataset::scale_inputs(const InputScaling& scaling) {
  if (!has_bytes_) {
    for (Eigen::Index sample = 0; sample < real_.rows(); ++sample) {
      for (Eigen::Index input = 0; input < real_.cols(); ++input) {
        real_(sample, input) = scaling.apply(real_(sample, input), static_cast<std::size_t>(input));
      }
    }
    return check_finite(real_, "scaled input");
  }
  for (std::size_t input = 0; input < width(); ++input) {
    for (const float byte : {0.0f, 255.0f}) {
      const float value = scaling.apply(byte, input);
      if (std::isfinite(value)) continue;
      throw DataError("scaled input {} (from 0) is {} for the byte {}, expected a finite number", input, value, byte);
    }
  }
  scaling_ = scaling;
  if (!has_plain_bytes()) take_all_blocks();
}

Dataset Dataset::head(std::size_t n) const {
  std::vector<std::uint32_t> samples(std::min(n, size()));
  std::iota(samples.begin(), samples.end(), 0u);
  return select(samples);
}

Dataset Dataset::select(std::span<const std::uint32_t> samples, std::vector<Symbol> labels,
                        std::vector<std::string> class_names, LabelKind kind) const {
  if (!has_bytes_) return {rows_of(real_, samples), std::move(labels), std::move(class_names), input_shape_, kind};
  Dataset selected(rows_of(inputs_, samples), std::move(labels), std::move(class_names), input_shape_, kind);
  if (!has_plain_bytes()) selected.scale_inputs(scaling_);
  return selected;
}

Dataset Dataset::select(std::span<const std::uint32_t> samples) const {
  std::vector<Symbol> labels;
  labels.reserve(samples.size());
  for (const std::uint32_t sample : samples) labels.push_back(labels_[sample]);
  return select(samples, std::move(labels), class_names_, label_kind_);
}

std::vector<std::string> numbered_names(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

const Dataset& DataPair::subset(std::string_view which) const {
  if (which == "train") return train;
  if (which == "test") return test;
  throw UsageError("the data have no subset '{}'; they have train and test", which);
}

}  // namespace inforelay
