#include "infotheory/relay/relay_summaries.hpp"

#include <cstdint>

#include "infotheory/information/information.hpp"

namespace inforelay {

std::vector<double> input_output_information_bits(const StateTable& table) {
  std::vector<double> bits;
  for (int c = 0; c < table.contrast_count(); ++c) {
    std::uint64_t input = 0, output = 0, both = 0;
    for (const ContrastCounts& state : table.contrast_counts(c)) {
      input += state.input;
      output += state.output;
      both += state.both;
    }
    const std::uint64_t neither = table.sample_count() + both - input - output;
    const auto joint = JointTable::from_counts({2, 2}, {neither, output - both, input - both, both});
    bits.push_back(mutual_information_bits(joint, {0}, {1}));
  }
  return bits;
}

std::vector<double> input_output_information_bits(const LevelTable& table) {
  std::vector<double> bits;
  for (int c = 0; c < table.contrast_count(); ++c) {
    std::vector<DiscreteValue> cells;
    std::vector<std::uint64_t> counts;
    for (const PairCount& pair : table.pairs(c).pairs) {
      cells.insert(cells.end(), {pair.input, pair.output});
      counts.push_back(pair.count);
    }
    bits.push_back(mutual_information_bits(JointTable::from_cells(2, cells, counts), {0}, {1}));
  }
  return bits;
}

std::vector<double> participation_ratio(const RowMatrix<double>& aggregated) {
  std::vector<double> ratio;
  for (Eigen::Index c = 0; c < aggregated.rows(); ++c) {
    const auto row = aggregated.row(c);
    ratio.push_back(row.sum() * row.sum() / row.squaredNorm());
  }
  return ratio;
}

}  // namespace inforelay
