#include "infotheory/states/state_table.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "infotheory/states/symbol_checks.hpp"

namespace inforelay {
namespace {

constexpr std::string_view table_name = "state table";

/// The contrasts that each symbol is in, ascending -> [symbols]. `set` is &Contrast::input or output.
std::vector<std::vector<std::uint32_t>> contrasts_of_symbols(std::span<const Contrast> contrasts,
                                                             SymbolSet Contrast::*set) {
  std::vector<std::vector<std::uint32_t>> of_symbol(detail::checked_symbol_count(table_name, contrasts, set));
  for (std::uint32_t c = 0; c < contrasts.size(); ++c) {
    for (const Symbol symbol : (contrasts[c].*set).members) of_symbol[symbol].push_back(c);
  }
  return of_symbol;
}

std::uint32_t checked_size(std::size_t samples, std::span<const Contrast> contrasts) {
  if (samples == 0) throw UsageError("state table: no samples, expected at least 1");
  if (contrasts.empty()) throw UsageError("state table: no contrasts, expected at least 1");
  assert(contrasts.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  return static_cast<std::uint32_t>(samples);
}

/// The distinct states, once the arguments are checked.
DistinctStates checked_states(const UnitStates& states, std::span<const Contrast> contrasts) {
  checked_size(states.sample_count(), contrasts);
  return distinct_states(states);
}

}  // namespace

StateTable::StateTable(const UnitStates& states, std::span<const Symbol> input, std::span<const Symbol> output,
                       std::span<const Contrast> contrasts)
    : StateTable(checked_states(states, contrasts), input, output, contrasts) {}

StateTable::StateTable(DistinctStates distinct, std::span<const Symbol> input, std::span<const Symbol> output,
                       std::span<const Contrast> contrasts)
    : contrasts_(static_cast<int>(contrasts.size())),
      n_log_n_(ExactNLogN::shared(checked_size(distinct.index.size(), contrasts))) {
  const auto of_input = contrasts_of_symbols(contrasts, &Contrast::input);
  const auto of_output = contrasts_of_symbols(contrasts, &Contrast::output);
  detail::check_symbols(table_name, "input", input, distinct.index.size(), of_input.size());
  detail::check_symbols(table_name, "output", output, distinct.index.size(), of_output.size());

  states_ = std::move(distinct.states);
  counts_ = std::move(distinct.counts);
  contrast_counts_.assign(size() * contrasts.size(), ContrastCounts{0, 0, 0});
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::size_t row = distinct.index[i];
    const auto counts = [&](std::uint32_t contrast) -> ContrastCounts& {
      return contrast_counts_[contrast * size() + row];
    };
    for (const std::uint32_t c : of_input[input[i]]) {
      ++counts(c).input;
      if (contrasts[c].output.contains(output[i])) ++counts(c).both;
    }
    for (const std::uint32_t c : of_output[output[i]]) ++counts(c).output;
  }
}

std::span<const ContrastCounts> StateTable::contrast_counts(int contrast) const {
  assert(0 <= contrast && contrast < contrasts_);
  return std::span(contrast_counts_).subspan(static_cast<std::size_t>(contrast) * size(), size());
}

}  // namespace inforelay
