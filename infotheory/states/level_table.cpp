#include "infotheory/states/level_table.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "infotheory/states/symbol_checks.hpp"

namespace inforelay {
namespace {

constexpr std::string_view table_name = "level table";

/// A sample and the first eight levels of its row, which decide most comparisons.
struct Key {
  std::uint64_t first;
  std::uint32_t sample;
};

std::uint64_t first_levels(const RowMatrix<std::uint8_t>& states, Eigen::Index sample) {
  std::uint64_t word = 0;
  for (Eigen::Index k = 0; k < 8; ++k) word = word << 8 | (k < states.cols() ? states(sample, k) : std::uint8_t{0});
  return word;
}

int compare_rows(const RowMatrix<std::uint8_t>& states, std::uint32_t x, std::uint32_t y) {
  return std::memcmp(&states(x, 0), &states(y, 0), static_cast<std::size_t>(states.cols()));
}

/// All samples, ascending by row; samples of equal rows by their number.
std::vector<Key> sorted_samples(const RowMatrix<std::uint8_t>& states) {
  std::vector<Key> keys(static_cast<std::size_t>(states.rows()));
  for (std::uint32_t sample = 0; sample < keys.size(); ++sample) keys[sample] = {first_levels(states, sample), sample};
  const bool long_rows = states.cols() > 8;
  std::sort(keys.begin(), keys.end(), [&](const Key& x, const Key& y) {
    if (x.first != y.first) return x.first < y.first;
    const int order = long_rows ? compare_rows(states, x.sample, y.sample) : 0;
    return order != 0 ? order < 0 : x.sample < y.sample;
  });
  return keys;
}

/// The number of symbols that the contrasts are defined for; without contrasts up to the greatest that occurs.
std::size_t symbol_count(std::span<const Symbol> symbols, std::span<const Contrast> contrasts,
                         SymbolSet Contrast::*set) {
  if (!contrasts.empty()) return detail::checked_symbol_count(table_name, contrasts, set);
  return symbols.empty() ? 1 : std::size_t{*std::max_element(symbols.begin(), symbols.end())} + 1;
}

std::span<const Contrast> at_least_one(std::span<const Contrast> contrasts) {
  if (contrasts.empty()) throw UsageError("level table: no contrasts, expected at least 1");
  return contrasts;
}

/// The symbols of a set as flags -> [symbols].
std::vector<std::uint8_t> flags(const SymbolSet& set) {
  std::vector<std::uint8_t> flags(set.count, 0);
  for (const Symbol symbol : set.members) flags[symbol] = 1;
  return flags;
}

/// As in a resampled index.
void remove_states_without_samples(DistinctLevels& distinct) {
  std::vector<std::uint32_t> place(distinct.counts.size());
  std::uint32_t kept = 0;
  for (std::uint32_t m = 0; m < place.size(); ++m) {
    place[m] = kept;
    if (distinct.counts[m] == 0) continue;
    if (kept != m) distinct.states.row(kept) = distinct.states.row(m);
    distinct.counts[kept++] = distinct.counts[m];
  }
  if (kept == place.size()) return;
  distinct.states.conservativeResize(kept, Eigen::NoChange);
  distinct.counts.resize(kept);
  for (std::uint32_t& state : distinct.index) state = place[state];
}

}  // namespace

DistinctLevels distinct_levels(const RowMatrix<std::uint8_t>& states) {
  check_range("level table: the number of units", states.cols(), 1, UnitStates::max_units);
  if (states.rows() < 1 || states.rows() >= Eigen::Index{1} << 31)
    throw UsageError("level table: {} samples, expected [1,2^31)", states.rows());
  DistinctLevels distinct;
  distinct.index.resize(static_cast<std::size_t>(states.rows()));
  std::vector<std::uint32_t> first;  // [M] a sample in each state
  for (const Key& key : sorted_samples(states)) {
    if (first.empty() || compare_rows(states, first.back(), key.sample) != 0) {
      first.push_back(key.sample);
      distinct.counts.push_back(0);
    }
    ++distinct.counts.back();
    distinct.index[key.sample] = static_cast<std::uint32_t>(first.size() - 1);
  }
  distinct.states.resize(std::ssize(first), states.cols());
  for (std::size_t m = 0; m < first.size(); ++m)
    distinct.states.row(static_cast<Eigen::Index>(m)) = states.row(first[m]);
  return distinct;
}

Occupancy occupancy(const RowMatrix<std::uint8_t>& states) { return occupancy(distinct_levels(states).counts); }

LevelTable::LevelTable(const RowMatrix<std::uint8_t>& states, std::span<const Symbol> input,
                       std::span<const Symbol> output, std::span<const Contrast> contrasts)
    : LevelTable(distinct_levels(states), input, output, at_least_one(contrasts)) {}

LevelTable::LevelTable(const RowMatrix<std::uint8_t>& states, std::span<const Symbol> input,
                       std::span<const Symbol> output)
    : LevelTable(distinct_levels(states), input, output, {}) {}

LevelTable::LevelTable(const DistinctLevels& distinct, std::span<const Symbol> input, std::span<const Symbol> output,
                       std::span<const Contrast> contrasts)
    : LevelTable(DistinctLevels(distinct), input, output, contrasts) {}

LevelTable::LevelTable(DistinctLevels&& distinct, std::span<const Symbol> input, std::span<const Symbol> output,
                       std::span<const Contrast> contrasts)
    : contrasts_(contrasts.begin(), contrasts.end()),
      input_symbols_(symbol_count(input, contrasts, &Contrast::input)),
      output_symbols_(symbol_count(output, contrasts, &Contrast::output)),
      distinct_(std::move(distinct)),
      // Room for I(X_in; X_out), and for the information of the units about either.
      n_log_n_(
          ExactNLogN::shared(static_cast<std::uint32_t>(distinct_.index.size()),
                             is_whole() ? ExactNLogN::extra_bits_of(std::max(input_symbols_, output_symbols_)) : 0)) {
  assert(contrasts.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  const std::size_t samples = distinct_.index.size(), states = distinct_.counts.size();
  detail::check_symbols(table_name, "input", input, samples, input_symbols_);
  detail::check_symbols(table_name, "output", output, samples, output_symbols_);

  std::fill(distinct_.counts.begin(), distinct_.counts.end(), 0u);
  for (std::size_t i = 0; i < samples; ++i) {
    const std::uint32_t state = distinct_.index[i];
    if (state >= states) throw UsageError("level table: sample {} has state {}, expected [0,{})", i, state, states);
    ++distinct_.counts[state];
  }
  remove_states_without_samples(distinct_);
  std::vector<std::uint64_t> triples(samples);
  for (std::size_t i = 0; i < samples; ++i)
    triples[i] = std::uint64_t{distinct_.index[i]} << 32 | std::uint64_t{input[i]} << 16 | output[i];
  std::sort(triples.begin(), triples.end());
  symbols_.begin.assign(size() + 1, 0);
  for (std::size_t i = 0; i < samples; ++i) {
    if (i == 0 || triples[i] != triples[i - 1]) {
      symbols_.pairs.push_back({static_cast<Symbol>(triples[i] >> 16), static_cast<Symbol>(triples[i]), 0});
      ++symbols_.begin[(triples[i] >> 32) + 1];
    }
    ++symbols_.pairs.back().count;
  }
  for (std::size_t m = 0; m < size(); ++m) symbols_.begin[m + 1] += symbols_.begin[m];
  distinct_.index = {};
}

PairCounts LevelTable::pairs(int contrast) const {
  assert(0 <= contrast && contrast < contrast_count());
  if (is_whole()) return symbols_;
  const Contrast& chosen = contrasts_[static_cast<std::size_t>(contrast)];
  const std::vector<std::uint8_t> in = flags(chosen.input), out = flags(chosen.output);
  PairCounts counts;
  counts.begin.reserve(size() + 1);
  counts.begin.push_back(0);
  for (std::size_t m = 0; m < size(); ++m) {
    std::uint32_t of_state[2][2] = {};
    for (const PairCount& pair : symbols_.of(m)) of_state[in[pair.input]][out[pair.output]] += pair.count;
    for (const Symbol a : {Symbol{0}, Symbol{1}}) {
      for (const Symbol b : {Symbol{0}, Symbol{1}}) {
        if (of_state[a][b] > 0) counts.pairs.push_back({a, b, of_state[a][b]});
      }
    }
    counts.begin.push_back(static_cast<std::uint32_t>(counts.pairs.size()));
  }
  return counts;
}

}  // namespace inforelay
