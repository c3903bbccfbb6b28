#include "infotheory/significance/rearrangement.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_set>

#include "core/error.hpp"

namespace inforelay {
namespace {

/// The begin of each trial, and N at the end.
std::vector<std::size_t> trial_bounds(std::size_t samples, std::span<const std::uint32_t> trial) {
  if (trial.empty()) return {0, samples};
  if (trial.size() != samples)
    throw DataError("trials: {} samples with {} trial numbers, expected one for each", samples, trial.size());
  std::vector<std::size_t> bounds;
  std::unordered_set<std::uint32_t> seen;
  for (std::size_t i = 0; i < samples; ++i) {
    if (i > 0 && trial[i] == trial[i - 1]) continue;
    if (!seen.insert(trial[i]).second)
      throw DataError("trials: sample {} is of trial {} again, expected the samples of a trial side by side", i,
                      trial[i]);
    bounds.push_back(i);
  }
  bounds.push_back(samples);
  return bounds;
}

/// Those of the samples `source`. Tables leave out states without samples.
DistinctLevels states_of(const DistinctLevels& distinct, std::span<const std::uint32_t> source) {
  DistinctLevels result{distinct.states, distinct.counts, {}};
  result.index.reserve(source.size());
  for (const std::uint32_t sample : source) result.index.push_back(distinct.index[sample]);
  return result;
}

}  // namespace

std::size_t StatesView::sample_count() const {
  if (const auto* binary = std::get_if<const UnitStates*>(&states_)) return (*binary)->sample_count();
  return static_cast<std::size_t>(std::get<const RowMatrix<std::uint8_t>*>(states_)->rows());
}

int StatesView::unit_count() const {
  if (const auto* binary = std::get_if<const UnitStates*>(&states_)) return (*binary)->unit_count();
  return static_cast<int>(std::get<const RowMatrix<std::uint8_t>*>(states_)->cols());
}

AnyDistinctStates distinct_states(const StatesView& states) {
  if (const auto* binary = std::get_if<const UnitStates*>(&states.any())) return distinct_states(**binary);
  return distinct_levels(*std::get<const RowMatrix<std::uint8_t>*>(states.any()));
}

AnyTable table_of(const AnyDistinctStates& distinct, std::span<const Symbol> input, std::span<const Symbol> output,
                  std::span<const Contrast> contrasts) {
  if (const auto* binary = std::get_if<DistinctStates>(&distinct)) return StateTable(*binary, input, output, contrasts);
  return LevelTable(std::get<DistinctLevels>(distinct), input, output, contrasts);
}

int contrast_count(const AnyTable& table) {
  return std::visit([](const auto& each) { return each.contrast_count(); }, table);
}

Permutation Permutation::within(std::span<const std::uint32_t> group) {
  Permutation permutation;
  const std::size_t groups = group.empty() ? 0 : *std::max_element(group.begin(), group.end()) + std::size_t{1};
  std::vector<std::size_t> begin(groups + 1);
  for (const std::uint32_t g : group) ++begin[g + std::size_t{1}];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  for (std::size_t g = 0; g < groups; ++g) {
    if (begin[g + 1] > begin[g]) permutation.ranges_.push_back({begin[g], begin[g + 1] - begin[g]});
  }
  permutation.order_.resize(group.size());
  for (std::size_t i = 0; i < group.size(); ++i) permutation.order_[begin[group[i]]++] = static_cast<std::uint32_t>(i);
  return permutation;
}

Permutation Permutation::of(Exchange exchange, std::size_t samples, std::span<const std::uint32_t> trial) {
  const std::vector<std::size_t> bounds = trial_bounds(samples, trial);
  if (exchange == Exchange::samples) return within(std::vector<std::uint32_t>(samples, 0));
  Permutation permutation;
  permutation.exchange_ = exchange;
  permutation.order_.resize(samples);
  std::iota(permutation.order_.begin(), permutation.order_.end(), 0u);
  std::map<std::size_t, std::vector<std::size_t>> of_length;
  std::size_t longest = 0, most_alike = 0;
  for (std::size_t t = 0; t + 1 < bounds.size(); ++t) {
    const std::size_t size = bounds[t + 1] - bounds[t];
    permutation.ranges_.push_back({bounds[t], size});
    of_length[size].push_back(t);
    longest = std::max(longest, size);
    most_alike = std::max(most_alike, of_length[size].size());
  }
  for (auto& [length, trials] : of_length) permutation.alike_.push_back(std::move(trials));
  if (exchange == Exchange::circular_shifts && longest < 2)
    throw DataError("circular shifts: the longest trial has {} samples, expected at least 2", longest);
  if (exchange == Exchange::trials && most_alike < 2)
    throw DataError("exchange of trials: {} trials, no two of the same length, expected at least two that are",
                    permutation.ranges_.size());
  return permutation;
}

std::vector<std::uint32_t> Permutation::source(RandomStream random) const {
  std::vector<std::uint32_t> source(order_.size());
  switch (exchange_) {
    case Exchange::samples:
      for (const auto& [begin, size] : ranges_) {
        std::vector<std::uint32_t> members(order_.begin() + static_cast<std::ptrdiff_t>(begin),
                                           order_.begin() + static_cast<std::ptrdiff_t>(begin + size));
        shuffle(members, random);
        for (std::size_t i = 0; i < size; ++i) source[order_[begin + i]] = members[i];
      }
      break;
    case Exchange::circular_shifts:
      for (const auto& [begin, size] : ranges_) {
        const std::size_t shift = random.below(size);
        for (std::size_t i = 0; i < size; ++i)
          source[begin + i] = static_cast<std::uint32_t>(begin + (i + shift) % size);
      }
      break;
    case Exchange::trials:
      for (const std::vector<std::size_t>& trials : alike_) {
        std::vector<std::size_t> from = trials;
        shuffle(from, random);
        for (std::size_t t = 0; t < trials.size(); ++t) {
          const auto& [begin, size] = ranges_[trials[t]];
          for (std::size_t i = 0; i < size; ++i)
            source[begin + i] = static_cast<std::uint32_t>(ranges_[from[t]].begin + i);
        }
      }
      break;
  }
  return source;
}

std::vector<std::uint32_t> with_replacement(std::size_t samples, RandomStream random) {
  std::vector<std::uint32_t> source(samples);
  for (std::uint32_t& sample : source) sample = static_cast<std::uint32_t>(random.below(samples));
  return source;
}

std::vector<std::uint32_t> trials_with_replacement(std::span<const std::uint32_t> trial, RandomStream random) {
  const std::vector<std::size_t> bounds = trial_bounds(trial.size(), trial);
  const std::size_t trials = bounds.size() - 1;
  std::vector<std::uint32_t> source;
  source.reserve(trial.size());
  for (std::size_t i = 0; i < trials; ++i) {
    const std::size_t t = random.below(trials);
    for (std::size_t sample = bounds[t]; sample < bounds[t + 1]; ++sample)
      source.push_back(static_cast<std::uint32_t>(sample));
  }
  return source;
}

std::vector<Symbol> symbols_of(std::span<const Symbol> symbols, std::span<const std::uint32_t> source) {
  std::vector<Symbol> result(source.size());
  std::transform(source.begin(), source.end(), result.begin(), [&](std::uint32_t i) { return symbols[i]; });
  return result;
}

DistinctStates states_of(const DistinctStates& distinct, std::span<const std::uint32_t> source) {
  std::vector<std::uint32_t> counts(distinct.counts.size());
  for (const std::uint32_t sample : source) ++counts[distinct.index[sample]];
  DistinctStates result;
  std::vector<std::uint32_t> kept, number(counts.size());
  for (std::size_t state = 0; state < counts.size(); ++state) {
    if (counts[state] == 0) continue;
    number[state] = static_cast<std::uint32_t>(kept.size());
    kept.push_back(static_cast<std::uint32_t>(state));
    result.counts.push_back(counts[state]);
  }
  result.states = distinct.states.select(kept);
  for (const std::uint32_t sample : source) result.index.push_back(number[distinct.index[sample]]);
  return result;
}

AnyTable table_of(const RelaySamples& samples, const AnyDistinctStates& distinct,
                  std::span<const std::uint32_t> source) {
  const std::vector<Symbol> input = symbols_of(samples.input, source), output = symbols_of(samples.output, source);
  if (const auto* binary = std::get_if<DistinctStates>(&distinct))
    return StateTable(states_of(*binary, source), input, output, samples.contrasts);
  const DistinctLevels drawn = states_of(std::get<DistinctLevels>(distinct), source);
  return LevelTable(drawn, input, output, samples.contrasts);
}

}  // namespace inforelay
