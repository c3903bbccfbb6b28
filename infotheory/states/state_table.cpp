#include "infotheory/states/state_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/error.hpp"
#include "core/sets/neuron_set.hpp"

namespace inforelay {
namespace {

/// N as a count, once the arguments are known to make sense.
std::uint32_t checked_size(std::span<const StateWord> states, std::span<const std::uint8_t> labels,
                           std::span<const std::uint8_t> predictions, int neurons, int classes) {
  if (neurons < 1 || neurons > NeuronSet::max_neurons)
    throw UsageError(fmt::format("state table: {} neurons, expected [1,{}]", neurons, NeuronSet::max_neurons));
  if (classes < 1 || classes > 256) throw UsageError(fmt::format("state table: {} classes, expected [1,256]", classes));
  if (states.empty() || states.size() >= 1u << 31)
    throw UsageError(fmt::format("state table: {} samples, expected [1,2^31)", states.size()));
  if (labels.size() != states.size() || predictions.size() != states.size())
    throw UsageError(fmt::format("state table: {} states with {} labels and {} predictions, expected as many of each",
                                 states.size(), labels.size(), predictions.size()));
  const StateWord outside = ~NeuronSet::all(neurons).bits();
  for (std::size_t i = 0; i < states.size(); ++i) {
    if ((states[i] & outside) != 0)
      throw UsageError(fmt::format("state table: sample {} has state {:#x}, expected {} bits", i, states[i], neurons));
    if (labels[i] >= classes)
      throw UsageError(fmt::format("state table: sample {} has label {}, expected [0,{})", i, labels[i], classes));
    if (predictions[i] >= classes)
      throw UsageError(
          fmt::format("state table: sample {} has prediction {}, expected [0,{})", i, predictions[i], classes));
  }
  return static_cast<std::uint32_t>(states.size());
}

}  // namespace

StateTable::StateTable(std::span<const StateWord> states, std::span<const std::uint8_t> labels,
                       std::span<const std::uint8_t> predictions, int neurons, int classes)
    : neurons_(neurons), classes_(classes), n_log_n_(checked_size(states, labels, predictions, neurons, classes)) {
  words_.assign(states.begin(), states.end());
  std::sort(words_.begin(), words_.end());
  words_.erase(std::unique(words_.begin(), words_.end()), words_.end());

  const std::size_t rows = words_.size();
  counts_.assign(rows, 0);
  class_counts_.assign(rows * static_cast<std::size_t>(classes), ClassCounts{0, 0, 0});
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto row =
        static_cast<std::size_t>(std::lower_bound(words_.begin(), words_.end(), states[i]) - words_.begin());
    ++counts_[row];
    ++class_counts_[labels[i] * rows + row].label;
    ++class_counts_[predictions[i] * rows + row].prediction;
    if (labels[i] == predictions[i]) ++class_counts_[labels[i] * rows + row].both;
  }
}

std::span<const ClassCounts> StateTable::class_counts(int cls) const {
  assert(0 <= cls && cls < classes_);
  return std::span(class_counts_).subspan(static_cast<std::size_t>(cls) * size(), size());
}

double StateTable::singleton_fraction() const {
  return static_cast<double>(std::count(counts_.begin(), counts_.end(), 1u)) / sample_count();
}

double StateTable::entropy_bits() const {
  // Not through NLogN: N times this entropy is up to N log2 N, more than its fixed point has room for.
  long double sum = 0;
  for (const std::uint32_t count : counts_) sum += count * std::log2(static_cast<long double>(count));
  const long double samples = sample_count();
  return static_cast<double>(std::log2(samples) - sum / samples);
}

}  // namespace inforelay
