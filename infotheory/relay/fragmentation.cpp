#include "infotheory/relay/fragmentation.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace inforelay {
namespace {

/// Sum over all pairs of the lesser of the two: in ascending order, each value is the lesser one of a pair with every
/// value after it.
double sum_of_lesser(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * static_cast<double>(values.size() - 1 - i);
  return sum;
}

}  // namespace

std::vector<Fragmentation> fragmentation(const SubsetStatistics& input_information,
                                         std::span<const double> threshold_bits) {
  const int contrasts = input_information.classes();
  if (std::ssize(threshold_bits) != contrasts)
    throw UsageError("fragmentation: {} thresholds for {} contrasts, expected one for each", threshold_bits.size(),
                     contrasts);
  std::vector<Fragmentation> found(threshold_bits.size());
  for (int c = 0; c < contrasts; ++c) {
    Fragmentation& of_contrast = found[static_cast<std::size_t>(c)];
    const auto threshold = static_cast<float>(threshold_bits[static_cast<std::size_t>(c)]);
    for (int size = 0; size <= input_information.neurons() && of_contrast.size == Fragmentation::none; ++size) {
      const Eigen::Index best = Eigen::Index{size} * static_cast<Eigen::Index>(SubsetStatistics::extremes);
      if (input_information.highest(c, best) < threshold) continue;
      of_contrast = {size, NeuronSet(input_information.highest_set(c, best))};
    }
  }
  return found;
}

Smearedness smearedness(const RowMatrix<double>& unit_information) {
  Smearedness result;
  for (Eigen::Index j = 0; j < unit_information.rows(); ++j) {
    const auto row = unit_information.row(j);
    result.over_nodes += sum_of_lesser({row.begin(), row.end()});
  }
  for (Eigen::Index i = 0; i < unit_information.cols(); ++i) {
    const auto column = unit_information.col(i);
    result.over_concepts += sum_of_lesser({column.begin(), column.end()});
  }
  return result;
}

}  // namespace inforelay
