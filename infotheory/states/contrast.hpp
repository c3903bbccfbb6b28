// Contrasts: the input and output variables between which relay information is computed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/named.hpp"
#include "core/recording.hpp"

namespace inforelay {

/// What is asked of the input and the output of a system.
enum class ContrastKind {
  one_vs_rest,  ///< of each symbol: is it this one? One binary contrast for each
  whole,        ///< X_in and X_out are the symbols themselves; one contrast
};

inline constexpr WordTable<ContrastKind, 2> contrast_kind_names{{
    {ContrastKind::one_vs_rest, "one_vs_rest"},
    {ContrastKind::whole, "whole"},
}};

/// Some of the symbols [0,count).
struct SymbolSet {
  std::size_t count = 0;
  std::vector<Symbol> members;  ///< ascending

  bool contains(Symbol symbol) const { return std::binary_search(members.begin(), members.end(), symbol); }
};

/// Two binary variables of a sample: X_in = [its input symbol is in `input`], X_out = [its output symbol is in
/// `output`].
struct Contrast {
  std::string name;
  SymbolSet input, output;
};

/// One contrast for each symbol c, called names[c]: X_in = [input symbol = c], X_out = [output symbol = c]. Memory
/// O(C). Throws UsageError for more than max_symbols names.
std::vector<Contrast> one_vs_rest(std::span<const std::string> names);

/// Of symbols that are numbers of B bits, names.size() = B: one contrast for each bit b, called names[b]: X_in = [bit b
/// of the input symbol], X_out = [bit b of the output symbol], bit b being worth 2^b. Throws UsageError for more than
/// max_label_bits names.
std::vector<Contrast> each_bit(std::span<const std::string> names);

}  // namespace inforelay
