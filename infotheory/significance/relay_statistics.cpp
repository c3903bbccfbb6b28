#include "infotheory/significance/relay_statistics.hpp"

#include <algorithm>
#include <cassert>

#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/relay.hpp"

namespace inforelay {

RelayStatistics relay_statistics(const AnyTable& any_table, RelayPart part) {
  return std::visit(
      [part](const auto& table) {
        RelayStatistics result;
        const std::vector<double> total = total_relay_information_bits(table);
        result.total = Eigen::Map<const Eigen::VectorXd>(total.data(), table.contrast_count());
        if (part == RelayPart::total) return result;
        result.single = single_neuron_loss_bits(table);
        if (part == RelayPart::single) return result;
        GreedyRelay greedy = greedy_relay(table);
        result.aggregated = aggregated_relay_information_bits(greedy);
        result.by_size = greedy_information_by_size(greedy, total);
        result.removal_order = std::move(greedy.removal_order);
        return result;
      },
      any_table);
}

void ValueBlock::put(const RowMatrix<double>& array, std::span<double> values) const {
  assert(array.rows() == rows && array.cols() == columns && end() <= values.size());
  std::copy(array.data(), array.data() + array.size(), values.begin() + static_cast<std::ptrdiff_t>(begin));
}

StatisticsLayout::StatisticsLayout(Eigen::Index contrasts, Eigen::Index units, RelayPart part) {
  const Eigen::Index singles = part == RelayPart::total ? 0 : units, path = part == RelayPart::greedy ? units : 0;
  total = {0, contrasts, 1};
  single = {total.end(), singles > 0 ? contrasts : 0, singles};
  aggregated = {single.end(), path > 0 ? contrasts : 0, path};
  by_size = {aggregated.end(), path > 0 ? contrasts : 0, path > 0 ? units + 1 : 0};
}

void StatisticsLayout::put(const RelayStatistics& statistics, std::span<double> values) const {
  total.put(statistics.total, values);
  single.put(statistics.single, values);
  aggregated.put(statistics.aggregated, values);
  by_size.put(statistics.by_size, values);
}

}  // namespace inforelay
