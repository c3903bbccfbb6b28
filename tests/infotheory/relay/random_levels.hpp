// Random samples of units of several levels, and information of them by counting texts: the slow reference.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "infotheory/states/level_table.hpp"
#include "tests/contrasts.hpp"

namespace inforelay::test {

struct LevelSamples {
  RowMatrix<std::uint8_t> states;     // [N,K]
  std::vector<Symbol> input, output;  // [N] each
  int symbols = 0;

  int units() const { return static_cast<int>(states.cols()); }
  LevelTable one_vs_rest() const { return {states, input, output, numbered_contrasts(symbols)}; }
  LevelTable whole() const { return {states, input, output}; }
};

/// N samples in which units depend on the input and outputs on the states, some units hardly vary, and one is a copy.
inline LevelSamples random_levels(std::size_t n, int units, int levels, int symbols, RandomStream random) {
  LevelSamples samples;
  samples.states.resize(static_cast<Eigen::Index>(n), units);
  samples.symbols = symbols;
  const auto choices = static_cast<std::uint64_t>(symbols), values = static_cast<std::uint64_t>(levels);
  for (Eigen::Index i = 0; i < static_cast<Eigen::Index>(n); ++i) {
    const std::uint64_t label = random.below(choices);
    std::uint64_t hash = 0;
    for (int k = 0; k < units; ++k) {
      const auto unit = static_cast<std::uint64_t>(k);
      std::uint64_t level = random.uniform() < 0.7 ? (label + unit) % values : random.below(values);
      if (k % 5 == 4 && random.uniform() < 0.9) level = 0;
      if (k % 7 == 6) level = samples.states(i, k - 6);
      samples.states(i, k) = static_cast<std::uint8_t>(level);
      hash = (hash * 31 + level) % 1009;
    }
    const std::uint64_t guess = random.uniform() < 0.6 ? label : hash % choices;
    samples.input.push_back(static_cast<Symbol>(label));
    samples.output.push_back(static_cast<Symbol>(guess));
  }
  return samples;
}

/// X_in and X_out of the samples: of class c against the rest, or (c < 0) the symbols themselves.
inline int contrast_value(int c, Symbol symbol) { return c < 0 ? symbol : symbol == c ? 1 : 0; }

/// Entropy of X_in (if `in`), X_out (if `out`) and the units whose bits are set, bits; and the occupied cells.
struct CountedEntropy {
  double bits = 0;
  double cells = 0;
};
inline CountedEntropy counted_entropy(const LevelSamples& samples, int c, bool in, bool out,
                                      const std::vector<int>& units) {
  std::map<std::string, double> counts;
  for (std::size_t i = 0; i < samples.input.size(); ++i) {
    std::string text;
    if (in) text += std::to_string(contrast_value(c, samples.input[i]));
    text += '/';
    if (out) text += std::to_string(contrast_value(c, samples.output[i]));
    for (const int k : units) text += ',' + std::to_string(int{samples.states(static_cast<Eigen::Index>(i), k)});
    ++counts[text];
  }
  CountedEntropy result;
  const auto n = static_cast<double>(samples.input.size());
  for (const auto& [text, count] : counts) result.bits -= count / n * std::log2(count / n);
  result.cells = static_cast<double>(counts.size());
  return result;
}

/// The units of the set whose bits are set, of K.
inline std::vector<int> units_of_bits(std::uint32_t bits, int units) {
  std::vector<int> list;
  for (int k = 0; k < units; ++k)
    if ((bits >> k & 1u) != 0) list.push_back(k);
  return list;
}

/// I(X_in; X_out | the units) in bits.
inline double counted_information(const LevelSamples& samples, int c, const std::vector<int>& units) {
  return counted_entropy(samples, c, true, false, units).bits + counted_entropy(samples, c, false, true, units).bits -
         counted_entropy(samples, c, false, false, units).bits - counted_entropy(samples, c, true, true, units).bits;
}

}  // namespace inforelay::test
