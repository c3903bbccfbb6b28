#include "infotheory/relay/relay_chain.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/relay/relay_cell.hpp"
#include "infotheory/relay/state_partition.hpp"

namespace inforelay {
namespace {

using detail::RelayCell;

/// A state of any number of units: its row in the table.
struct ChainState {
  std::uint32_t row;
  RelayCell cell;
};

std::vector<ChainState> chain_states(const StateTable& table, int contrast) {
  std::vector<ChainState> states;
  const auto counts = table.contrast_counts(contrast);
  for (std::size_t i = 0; i < table.size(); ++i)
    states.push_back({static_cast<std::uint32_t>(i), RelayCell(table.counts()[i], counts[i])});
  return states;
}

}  // namespace

void relay_along_bits(const StateTable& table, std::span<const std::uint32_t> order, RowMatrix<double>& values) {
  const int units = table.unit_count(), contrasts = table.contrast_count();
  check_permutation("relay information", order, units);
  values.resize(units + 1, contrasts);
  for (int c = 0; c < contrasts; ++c) {
    const std::uint64_t given_all = detail::information_given_all(table, c);
    detail::StatePartition partition(chain_states(table, c), table.n_log_n().data());
    values(units, c) = table.n_log_n().bits(partition.information() - given_all);
    for (int n = units; n-- > 0;) {
      const int unit = static_cast<int>(order[static_cast<std::size_t>(n)]);
      partition.divide([&](const ChainState& state) { return table.states().bit(state.row, unit); });
      values(n, c) = table.n_log_n().bits(partition.information() - given_all);
    }
  }
}

void relay_along_bits(const LevelTable& table, std::span<const std::uint32_t> order, RowMatrix<double>& values) {
  const int units = table.unit_count(), contrasts = table.contrast_count();
  check_permutation("relay information", order, units);
  const std::vector<int> relay(order.begin(), order.end());
  values.resize(units + 1, contrasts);
  for (int c = 0; c < contrasts; ++c) {
    for (int n = 0; n <= units; ++n)
      values(n, c) = relay_information_bits(table, c, std::span(relay).first(static_cast<std::size_t>(n)));
  }
}

}  // namespace inforelay
