#include "infotheory/states/unit_states.hpp"

#include <algorithm>
#include <numeric>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "infotheory/information/entropy.hpp"

namespace inforelay {
namespace {

/// A sample and the first word of its row, which decides most comparisons.
struct Key {
  std::uint64_t first;
  std::uint32_t sample;
};

/// All samples, ascending by row; samples of equal rows by their number.
std::vector<Key> sorted_samples(const UnitStates& states) {
  std::vector<Key> keys;
  keys.reserve(states.sample_count());
  for (std::uint32_t sample = 0; sample < states.sample_count(); ++sample)
    keys.push_back({states.row(sample)[0], sample});
  std::sort(keys.begin(), keys.end(), [&](const Key& x, const Key& y) {
    if (x.first != y.first) return x.first < y.first;
    const auto a = states.row(x.sample).subspan(1), b = states.row(y.sample).subspan(1);
    const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin());
    return in_a == a.end() ? x.sample < y.sample : *in_a < *in_b;
  });
  return keys;
}

bool same_row(const UnitStates& states, std::size_t x, std::size_t y) {
  const auto a = states.row(x), b = states.row(y);
  return std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace

UnitStates::UnitStates(std::size_t samples, int units) : samples_(samples), units_(units) {
  if (units < 1 || units > max_units) throw UsageError("states: {} units, expected [1,{}]", units, max_units);
  if (samples < 1 || samples >= std::size_t{1} << 31)
    throw UsageError("states: {} samples, expected [1,2^31)", samples);
  stride_ = (static_cast<std::size_t>(units) + 63) / 64;
  rows_.assign(samples * stride_, 0);
}

UnitStates UnitStates::from_words(std::span<const StateWord> words, int units) {
  if (units > max_word_units) throw UsageError("states: words of {} units, expected at most {}", units, max_word_units);
  UnitStates states(words.size(), units);
  for (std::size_t sample = 0; sample < words.size(); ++sample) {
    states.rows_[sample] = words[sample];
    if (states.rows_[sample] >> units != 0)
      throw DataError("states: sample {} has state {:#x}, expected {} bits", sample, words[sample], units);
  }
  return states;
}

UnitStates UnitStates::from_bytes(const RowMatrix<std::uint8_t>& bytes) {
  check_range("states: the number of units", bytes.cols(), 1, max_units);
  UnitStates states(static_cast<std::size_t>(bytes.rows()), static_cast<int>(bytes.cols()));
  for (Eigen::Index sample = 0; sample < bytes.rows(); ++sample) {
    for (Eigen::Index unit = 0; unit < bytes.cols(); ++unit) {
      const int value = bytes(sample, unit);
      if (value > 1) throw DataError("states: unit {} of sample {} is {}, expected 0 or 1", unit, sample, value);
      if (value == 1) states.set(static_cast<std::size_t>(sample), static_cast<int>(unit));
    }
  }
  return states;
}

std::vector<StateWord> UnitStates::words() const {
  if (!fits_words()) throw UsageError("states: words of {} units, expected at most {}", units_, max_word_units);
  std::vector<StateWord> words(samples_);
  for (std::size_t sample = 0; sample < samples_; ++sample) words[sample] = word(sample);
  return words;
}

RowMatrix<std::uint8_t> UnitStates::to_bytes() const {
  RowMatrix<std::uint8_t> bytes(static_cast<Eigen::Index>(samples_), units_);
  for (Eigen::Index sample = 0; sample < bytes.rows(); ++sample) {
    for (int unit = 0; unit < units_; ++unit) bytes(sample, unit) = bit(static_cast<std::size_t>(sample), unit) ? 1 : 0;
  }
  return bytes;
}

UnitStates UnitStates::select(std::span<const std::uint32_t> samples) const {
  UnitStates selected(samples.size(), units_);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto from = row(samples[i]);
    std::copy(from.begin(), from.end(), &selected.rows_[i * stride_]);
  }
  return selected;
}

DistinctStates distinct_states(const UnitStates& states) {
  if (states.sample_count() == 0) throw UsageError("states: no samples, expected at least 1");
  DistinctStates distinct;
  distinct.index.resize(states.sample_count());
  std::vector<std::uint32_t> first;  // [M] a sample in each state
  for (const Key& key : sorted_samples(states)) {
    if (first.empty() || !same_row(states, first.back(), key.sample)) {
      first.push_back(key.sample);
      distinct.counts.push_back(0);
    }
    ++distinct.counts.back();
    distinct.index[key.sample] = static_cast<std::uint32_t>(first.size() - 1);
  }
  distinct.states = states.select(first);
  return distinct;
}

Occupancy occupancy(const UnitStates& states) { return occupancy(distinct_states(states).counts); }

Occupancy occupancy(std::span<const std::uint32_t> counts) {
  const std::vector<std::uint64_t> wide(counts.begin(), counts.end());
  const auto samples = std::accumulate(wide.begin(), wide.end(), std::uint64_t{0});
  const auto singletons = static_cast<double>(std::count(wide.begin(), wide.end(), 1u));
  return {.occupied = wide.size(),
          .singleton_fraction = singletons / static_cast<double>(samples),
          .entropy_bits = entropy_bits(wide)};
}

double entropy_given_state_bits(std::span<const std::uint32_t> state, std::span<const Symbol> symbols) {
  if (state.empty() || state.size() != symbols.size())
    throw UsageError("states: {} states with {} symbols, expected as many and at least 1", state.size(),
                     symbols.size());
  std::vector<std::uint64_t> pairs;
  pairs.reserve(state.size());
  for (std::size_t i = 0; i < state.size(); ++i) pairs.push_back(std::uint64_t{state[i]} << 32 | symbols[i]);
  std::sort(pairs.begin(), pairs.end());
  // H(symbol | state) = sum over states of n H(symbol in this state) / N.
  double sum = 0;
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < pairs.size();) {
    const std::size_t first = i;
    counts.clear();
    for (; i < pairs.size() && pairs[i] >> 32 == pairs[first] >> 32; ++i) {
      if (i == first || pairs[i] != pairs[i - 1]) counts.push_back(0);
      ++counts.back();
    }
    sum += static_cast<double>(i - first) * entropy_bits(counts);
  }
  return sum / static_cast<double>(pairs.size());
}

}  // namespace inforelay
