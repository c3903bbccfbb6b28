#include "infotheory/states/bit_states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 1024;

void check_class(std::string_view what, std::size_t sample, int value, int classes) {
  if (value >= classes)
    throw UsageError(fmt::format("state table: sample {} has {} {}, expected [0,{})", sample, what, value, classes));
}

/// N as a count, once the arguments are known to make sense.
std::uint32_t checked_size(const BitStates& states, std::span<const std::uint8_t> labels,
                           std::span<const std::uint8_t> predictions, int classes) {
  if (classes < 1 || classes > 256) throw UsageError(fmt::format("state table: {} classes, expected [1,256]", classes));
  if (states.sample_count() == 0) throw UsageError("state table: 0 samples, expected [1,2^31)");
  if (labels.size() != states.sample_count() || predictions.size() != states.sample_count())
    throw UsageError(fmt::format("state table: {} states with {} labels and {} predictions, expected as many of each",
                                 states.sample_count(), labels.size(), predictions.size()));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    check_class("label", i, labels[i], classes);
    check_class("prediction", i, predictions[i], classes);
  }
  return static_cast<std::uint32_t>(states.sample_count());
}

bool same_row(const BitStates& states, std::size_t x, std::size_t y) {
  const auto a = states.row(x), b = states.row(y);
  return std::equal(a.begin(), a.end(), b.begin());
}

/// Samples with equal rows beside each other -> [N]; equal ones in their order.
std::vector<std::uint32_t> sorted_samples(const BitStates& states) {
  std::vector<std::uint32_t> order(states.sample_count());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
    const auto a = states.row(x), b = states.row(y);
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  });
  return order;
}

/// Calls visit(begin, end) for each run of equal rows [begin,end) of `order`.
template <class Visit>
void for_each_run(const BitStates& states, const std::vector<std::uint32_t>& order, Visit&& visit) {
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && same_row(states, order[begin], order[end])) ++end;
    visit(begin, end);
  }
}

}  // namespace

BitStates::BitStates(std::size_t samples, int neurons) : samples_(samples), neurons_(neurons) {
  if (neurons < 1 || neurons > max_neurons)
    throw UsageError(fmt::format("hidden states: {} neurons, expected [1,{}]", neurons, max_neurons));
  if (samples < 1 || samples >= std::size_t{1} << 31)
    throw UsageError(fmt::format("hidden states: {} samples, expected [1,2^31)", samples));
  stride_ = (static_cast<std::size_t>(neurons) + 63) / 64;
  words_.assign(samples * stride_, 0);
}

RowMatrix<std::uint8_t> BitStates::to_bytes() const {
  RowMatrix<std::uint8_t> bytes(static_cast<Eigen::Index>(samples_), (neurons_ + 7) / 8);
  for (Eigen::Index sample = 0; sample < bytes.rows(); ++sample) {
    const auto words = row(static_cast<std::size_t>(sample));
    for (Eigen::Index byte = 0; byte < bytes.cols(); ++byte) {
      bytes(sample, byte) = static_cast<std::uint8_t>(words[static_cast<std::size_t>(byte / 8)] >> byte % 8 * 8);
    }
  }
  return bytes;
}

BitStates BitStates::from_bytes(const RowMatrix<std::uint8_t>& bytes, int neurons) {
  BitStates states(static_cast<std::size_t>(bytes.rows()), neurons);
  if (bytes.cols() != (neurons + 7) / 8)
    throw DataError(fmt::format("hidden states: {} bytes a sample, expected {} for {} neurons", bytes.cols(),
                                (neurons + 7) / 8, neurons));
  for (Eigen::Index sample = 0; sample < bytes.rows(); ++sample) {
    const auto words = &states.words_[static_cast<std::size_t>(sample) * states.stride_];
    for (Eigen::Index byte = 0; byte < bytes.cols(); ++byte) {
      words[byte / 8] |= std::uint64_t{bytes(sample, byte)} << byte % 8 * 8;
    }
    if (neurons % 64 != 0 && words[neurons / 64] >> neurons % 64 != 0)
      throw DataError(
          fmt::format("hidden states: sample {} has a bit at or above neuron {}, expected 0 there", sample, neurons));
  }
  return states;
}

BitStates bit_states(const RowMatrix<float>& activations, std::span<const double> thresholds) {
  if (static_cast<Eigen::Index>(thresholds.size()) != activations.cols()) {
    throw UsageError(fmt::format("hidden states: {} thresholds for {} neurons; must be equal", thresholds.size(),
                                 activations.cols()));
  }
  for (std::size_t neuron = 0; neuron < thresholds.size(); ++neuron) {
    if (!std::isfinite(thresholds[neuron])) {
      throw UsageError(
          fmt::format("hidden states: threshold of neuron {} is {}; must be finite", neuron, thresholds[neuron]));
    }
  }
  const auto samples = static_cast<std::size_t>(activations.rows());
  BitStates states(samples, static_cast<int>(activations.cols()));
  parallel_blocks(BlockRange::count(samples_per_block, samples), [&](std::size_t block) {
    const BlockRange range(block, samples_per_block, samples);
    for (std::size_t sample = range.begin; sample < range.end; ++sample) {
      const auto activation = activations.row(static_cast<Eigen::Index>(sample));
      for (Eigen::Index neuron = 0; neuron < activations.cols(); ++neuron) {
        if (!std::isfinite(activation[neuron])) {
          throw DataError(
              fmt::format("hidden states: activation of neuron {} for sample {} is {}, expected a finite number",
                          neuron, sample, activation[neuron]));
        }
        if (activation[neuron] > thresholds[static_cast<std::size_t>(neuron)])
          states.set(sample, static_cast<int>(neuron));
      }
    }
  });
  return states;
}

BitStateTable::BitStateTable(const BitStates& states, std::span<const std::uint8_t> labels,
                             std::span<const std::uint8_t> predictions, int classes)
    : classes_(classes), n_log_n_(checked_size(states, labels, predictions, classes)) {
  const std::vector<std::uint32_t> order = sorted_samples(states);
  std::vector<std::uint32_t> first;  // [M] a sample of each row
  for_each_run(states, order, [&](std::size_t begin, std::size_t end) {
    first.push_back(order[begin]);
    counts_.push_back(static_cast<std::uint32_t>(end - begin));
  });
  const std::size_t distinct = first.size();
  rows_ = BitStates(distinct, states.neuron_count());
  class_counts_.assign(distinct * static_cast<std::size_t>(classes), ClassCounts{0, 0, 0});
  std::size_t next = 0;  // into `order`
  for (std::size_t row = 0; row < distinct; ++row) {
    rows_.assign(row, states.row(first[row]));
    for (std::uint32_t i = 0; i < counts_[row]; ++i, ++next) {
      const std::size_t label = labels[order[next]], prediction = predictions[order[next]];
      ++class_counts_[label * distinct + row].label;
      ++class_counts_[prediction * distinct + row].prediction;
      if (label == prediction) ++class_counts_[label * distinct + row].both;
    }
  }
}

std::span<const ClassCounts> BitStateTable::class_counts(int cls) const {
  assert(0 <= cls && cls < classes_);
  return std::span(class_counts_).subspan(static_cast<std::size_t>(cls) * size(), size());
}

std::vector<std::uint64_t> row_counts(const BitStates& states) {
  std::vector<std::uint64_t> counts;
  for_each_run(states, sorted_samples(states),
               [&](std::size_t begin, std::size_t end) { counts.push_back(end - begin); });
  return counts;
}

}  // namespace inforelay
