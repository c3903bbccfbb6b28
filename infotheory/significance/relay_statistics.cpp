#include "infotheory/significance/relay_statistics.hpp"

#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/relay.hpp"

namespace inforelay {

RelayStatistics relay_statistics(const StateTable& table, GreedyPart part) {
  const Eigen::Index contrasts = table.contrast_count(), units = table.unit_count();
  RelayStatistics result;
  const std::vector<double> total = total_relay_information_bits(table);
  result.total = Eigen::Map<const Eigen::VectorXd>(total.data(), contrasts);
  result.single = single_neuron_loss_bits(table);
  if (part == GreedyPart::left_out) return result;
  GreedyRelay greedy = greedy_relay(table);
  result.aggregated = aggregated_relay_information_bits(greedy);
  result.by_size.resize(contrasts, units + 1);
  result.by_size.leftCols(units) = greedy.information.rowwise().reverse();  // step i leaves K-1-i units
  result.by_size.col(units) = result.total;
  result.removal_order = std::move(greedy.removal_order);
  return result;
}

}  // namespace inforelay
