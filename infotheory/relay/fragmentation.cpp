#include "infotheory/relay/fragmentation.hpp"

#include <algorithm>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/set_measures.hpp"
#include "infotheory/relay/set_sums.hpp"

namespace inforelay {
namespace {

/// Column of the highest value of a size in SubsetStatistics.
Eigen::Index highest_column(int size) {
  return Eigen::Index{size} * static_cast<Eigen::Index>(SubsetStatistics::extremes);
}

/// Sum over all pairs of the lesser of the two: in ascending order, each value is the lesser one of a pair with every
/// value after it.
double sum_of_lesser(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * static_cast<double>(values.size() - 1 - i);
  return sum;
}

template <class Table>
std::vector<double> input_entropy_of(const Table& table) {
  std::vector<double> bits;
  for (int c = 0; c < table.contrast_count(); ++c)
    bits.push_back(table.n_log_n().bits(detail::sum_given_none(table, c).input_entropy));
  return bits;
}

template <class Table>
RowMatrix<double> representation_of_units(const Table& table, Progress& progress) {
  std::vector<SetMeasureOfSets> measures;
  for (int c = 0; c < table.contrast_count(); ++c) measures.emplace_back(table, c, SetMeasure::representation);
  RowMatrix<double> bits(table.contrast_count(), table.unit_count());
  parallel_blocks(
      static_cast<std::size_t>(bits.size()),
      [&](std::size_t i) {
        const int unit = static_cast<int>(i) % table.unit_count();
        bits.data()[i] = measures[i / static_cast<std::size_t>(table.unit_count())].bits({&unit, 1});
      },
      progress);
  return bits;
}

}  // namespace

Fragmentation fragmentation(const SubsetStatistics& input_information, std::span<const double> reference_bits,
                            std::span<const double> theta) {
  const int contrasts = input_information.classes();
  if (std::ssize(reference_bits) != contrasts)
    throw UsageError("fragmentation: {} references for {} contrasts, expected one for each", reference_bits.size(),
                     contrasts);
  for (const double each : theta)
    check_bounded(each > 0 && each <= 1, "fragmentation: theta", each, "a number in (0,1]");
  Fragmentation found;
  found.size = found.set = RowMatrix<std::int64_t>::Constant(contrasts, std::ssize(theta), Fragmentation::none);
  for (int c = 0; c < contrasts; ++c) {
    for (Eigen::Index t = 0; t < found.size.cols(); ++t) {
      const auto threshold =
          static_cast<float>(theta[static_cast<std::size_t>(t)] * reference_bits[static_cast<std::size_t>(c)]);
      int size = 0;
      while (size <= input_information.neurons() && input_information.highest(c, highest_column(size)) < threshold)
        ++size;
      if (size > input_information.neurons()) continue;
      found.size(c, t) = size;
      found.set(c, t) = input_information.highest_set(c, highest_column(size));
    }
  }
  return found;
}

std::vector<double> input_entropy_bits(const StateTable& table) { return input_entropy_of(table); }
std::vector<double> input_entropy_bits(const LevelTable& table) { return input_entropy_of(table); }

std::vector<double> information_of_all_units(const SubsetStatistics& input_information) {
  std::vector<double> bits;
  for (int c = 0; c < input_information.classes(); ++c)
    bits.push_back(static_cast<double>(input_information.highest(c, highest_column(input_information.neurons()))));
  return bits;
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

RowMatrix<double> unit_representation_bits(const StateTable& table, Progress& progress) {
  return representation_of_units(table, progress);
}
RowMatrix<double> unit_representation_bits(const LevelTable& table, Progress& progress) {
  return representation_of_units(table, progress);
}

}  // namespace inforelay
