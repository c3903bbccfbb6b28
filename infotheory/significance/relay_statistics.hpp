// Relay information of one table: what is computed again for each rearrangement of the samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "infotheory/significance/rearrangement.hpp"

namespace inforelay {

/// In bits. What a RelayPart leaves out is empty.
struct RelayStatistics {
  RowMatrix<double> total;       ///< [C,1] I_R of all units
  RowMatrix<double> single;      ///< [C,K] single_neuron_loss_bits(): I_R of the unit if the others are not observed
  RowMatrix<double> aggregated;  ///< [C,K] aggregated_relay_information_bits()
  RowMatrix<double> by_size;     ///< [C,K+1] I_R of the greedy set of each size; of size K: total
  RowMatrix<std::uint16_t> removal_order;  ///< [C,K] of the greedy search
};

/// Each has also what those before it have.
enum class RelayPart {
  total,
  single,
  greedy,  ///< aggregated, by_size, removal_order
};
RelayStatistics relay_statistics(const AnyTable& table, RelayPart part);

/// How the values of one array lie in a row of numbers: C times `columns` of them, from `begin` on.
struct ValueBlock {
  std::size_t begin = 0;
  Eigen::Index rows = 0, columns = 0;

  std::size_t size() const { return static_cast<std::size_t>(rows * columns); }
  std::size_t end() const { return begin + size(); }
  std::size_t at(Eigen::Index row, Eigen::Index column) const {
    return begin + static_cast<std::size_t>(row * columns + column);
  }
  /// Copies an array of these extents.
  void put(const RowMatrix<double>& array, std::span<double> values) const;
};

/// The numbers of RelayStatistics, without the removal order, one after the other.
struct StatisticsLayout {
  ValueBlock total, single, aggregated, by_size;

  StatisticsLayout(Eigen::Index contrasts, Eigen::Index units, RelayPart part);
  std::size_t size() const { return by_size.end(); }
  void put(const RelayStatistics& statistics, std::span<double> values) const;
};

}  // namespace inforelay
