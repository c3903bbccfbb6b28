// Relay information of one table: what is computed again for each rearrangement of the samples.
#pragma once

#include <cstdint>
#include <vector>

#include "core/axes.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// In bits.
struct RelayStatistics {
  RowMatrix<double> total;       ///< [C,1] I_R of all units
  RowMatrix<double> single;      ///< [C,K] single_neuron_loss_bits(): I_R of the unit if the others are not observed
  RowMatrix<double> aggregated;  ///< [C,K] aggregated_relay_information_bits()
  RowMatrix<double> by_size;     ///< [C,K+1] I_R of the greedy set of each size; of size K: total
  RowMatrix<std::uint16_t> removal_order;  ///< [C,K] of the greedy search
};

/// Without the greedy search aggregated, by_size and removal_order are empty.
enum class GreedyPart { computed, left_out };
RelayStatistics relay_statistics(const StateTable& table, GreedyPart greedy);

}  // namespace inforelay
