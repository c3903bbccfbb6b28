#include "nn/data/dataset.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <functional>
#include <numeric>

#include "core/error.hpp"

namespace inforelay {

Dataset::Dataset(RowMatrix<std::uint8_t> inputs, std::vector<Symbol> labels, std::vector<std::string> class_names,
                 std::vector<int> input_shape)
    : inputs_(std::move(inputs)),
      labels_(std::move(labels)),
      class_names_(std::move(class_names)),
      input_shape_(std::move(input_shape)) {
  if (input_shape_.empty()) input_shape_ = {input_width()};
  assert(std::accumulate(input_shape_.begin(), input_shape_.end(), 1, std::multiplies<>()) == input_width());
  if (class_names_.size() > max_symbols) {
    throw DataError("{} classes, expected at most {}", class_names_.size(), max_symbols);
  }
  if (static_cast<std::size_t>(inputs_.rows()) != labels_.size()) {
    throw DataError("{} samples but {} labels", inputs_.rows(), labels_.size());
  }
  const auto wrong = std::find_if(labels_.begin(), labels_.end(), [&](Symbol label) { return label >= class_count(); });
  if (wrong != labels_.end()) {
    throw DataError("label {} of sample {} is out of range [0,{})", *wrong, wrong - labels_.begin(), class_count());
  }
  const std::size_t blocks = width() / block_inputs;
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

Dataset::Dataset(RowMatrix<std::uint8_t> inputs, std::vector<Symbol> labels, int classes)
    : Dataset(std::move(inputs), std::move(labels), numbered_names(classes)) {}

Dataset Dataset::head(std::size_t n) const {
  n = std::min(n, size());
  return {inputs_.topRows(static_cast<Eigen::Index>(n)),
          {labels_.begin(), labels_.begin() + static_cast<std::ptrdiff_t>(n)},
          class_names_,
          input_shape_};
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
