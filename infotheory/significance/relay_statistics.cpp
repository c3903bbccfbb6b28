#include "infotheory/significance/relay_statistics.hpp"

#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/relay.hpp"

namespace inforelay {

RelayStatistics relay_statistics(const StateTable& table, GreedyPart part) {
  RelayStatistics result;
  const std::vector<double> total = total_relay_information_bits(table);
  result.total = Eigen::Map<const Eigen::VectorXd>(total.data(), table.contrast_count());
  result.single = single_neuron_loss_bits(table);
  if (part == GreedyPart::left_out) return result;
  GreedyRelay greedy = greedy_relay(table);
  result.aggregated = aggregated_relay_information_bits(greedy);
  result.by_size = greedy_information_by_size(greedy, total);
  result.removal_order = std::move(greedy.removal_order);
  return result;
}

}  // namespace inforelay
