#include "infotheory/relay/measured_greedy.hpp"

#include <numeric>
#include <vector>

#include "core/parallel.hpp"
#include "infotheory/relay/relay_cell.hpp"

namespace inforelay {
namespace {

template <class Table>
MeasuredGreedy search(const Table& table, SetMeasure measure, std::span<const int> contrasts, Progress& progress) {
  const std::vector<int> rows = detail::checked_contrasts(table.contrast_count(), contrasts);
  const int units = table.unit_count();
  MeasuredGreedy result{RowMatrix<std::uint16_t>(std::ssize(rows), units), RowMatrix<double>(std::ssize(rows), units)};
  QuietProgress quiet(progress);
  parallel_blocks(
      rows.size(),
      [&](std::size_t row) {
        const SetMeasureOfSets of_sets(table, rows[row], measure);
        std::vector<int> left(static_cast<std::size_t>(units));
        std::iota(left.begin(), left.end(), 0);
        for (int step = 0; step < units; ++step) {
          quiet.check();
          std::size_t best = 0;
          double largest = 0;
          for (std::size_t i = 0; i < left.size(); ++i) {
            std::vector<int> without = left;
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
            const double value = of_sets.bits(without);
            if (i > 0 && !(value > largest)) continue;
            largest = value;
            best = i;
          }
          const auto r = static_cast<Eigen::Index>(row);
          result.removal_order(r, step) = static_cast<std::uint16_t>(left[best]);
          result.value(r, step) = largest;
          left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
        }
      },
      progress);
  return result;
}

}  // namespace

MeasuredGreedy greedy_by_measure(const StateTable& table, SetMeasure measure, std::span<const int> contrasts,
                                 Progress& progress) {
  return search(table, measure, contrasts, progress);
}

MeasuredGreedy greedy_by_measure(const LevelTable& table, SetMeasure measure, std::span<const int> contrasts,
                                 Progress& progress) {
  return search(table, measure, contrasts, progress);
}

}  // namespace inforelay
