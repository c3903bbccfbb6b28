#include "infotheory/importance/unit_scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/information/information.hpp"
#include "infotheory/information/joint_table.hpp"

namespace inforelay {
namespace {

void check_lengths(Eigen::Index rows, std::size_t symbols) {
  if (rows == 0 || static_cast<std::size_t>(rows) != symbols)
    throw UsageError("scores of units: {} samples and {} symbols, expected as many and at least 1", rows, symbols);
}

}  // namespace

RowMatrix<double> unit_information_bits(const RowMatrix<std::uint8_t>& states, std::span<const Symbol> symbols,
                                        std::span<const SymbolSet> sets) {
  check_lengths(states.rows(), symbols.size());
  const std::size_t count = std::size_t{*std::max_element(symbols.begin(), symbols.end())} + 1;
  for (const SymbolSet& set : sets) {
    if (count > set.count)
      throw UsageError("information of units: symbol {}, expected one of [0,{})", count - 1, set.count);
  }
  RowMatrix<double> bits(static_cast<Eigen::Index>(sets.size()), states.cols());
  parallel_blocks(static_cast<std::size_t>(states.cols()), [&](std::size_t unit) {
    const auto k = static_cast<Eigen::Index>(unit);
    const std::size_t levels = std::size_t{states.col(k).maxCoeff()} + 1;
    std::vector<std::uint64_t> joint(levels * count);  // [level,symbol]
    for (Eigen::Index i = 0; i < states.rows(); ++i)
      ++joint[states(i, k) * count + symbols[static_cast<std::size_t>(i)]];
    for (std::size_t s = 0; s < sets.size(); ++s) {
      std::vector<std::uint64_t> counts(2 * levels);  // [in the set or not, level]
      for (std::size_t level = 0; level < levels; ++level) {
        for (std::size_t symbol = 0; symbol < count; ++symbol) {
          const bool inside = sets[s].contains(static_cast<Symbol>(symbol));
          counts[(inside ? levels : 0) + level] += joint[level * count + symbol];
        }
      }
      const std::array<std::size_t, 2> shape{2, levels};
      const auto table = JointTable::from_counts(std::span(shape), counts);
      bits(static_cast<Eigen::Index>(s), k) = mutual_information_bits(table, {0}, {1});
    }
  });
  return bits;
}

std::vector<double> selectivity(const RowMatrix<float>& values, std::span<const Symbol> symbols) {
  check_lengths(values.rows(), symbols.size());
  check_finite<ComputeError>(values, "selectivity: value of unit");
  std::vector<double> samples(std::size_t{*std::max_element(symbols.begin(), symbols.end())} + 1);
  for (const Symbol symbol : symbols) ++samples[symbol];
  const auto present =
      static_cast<double>(std::count_if(samples.begin(), samples.end(), [](double n) { return n > 0; }));
  if (present < 2) throw UsageError("selectivity: all samples have the same symbol, expected at least two symbols");
  std::vector<double> result;
  for (Eigen::Index k = 0; k < values.cols(); ++k) {
    const auto lowest = static_cast<double>(values.col(k).minCoeff());
    std::vector<double> mean(samples.size());
    for (Eigen::Index i = 0; i < values.rows(); ++i) {
      const Symbol symbol = symbols[static_cast<std::size_t>(i)];
      mean[symbol] += (static_cast<double>(values(i, k)) - lowest) / samples[symbol];
    }
    double largest = 0, sum = 0;
    for (const double its : mean) {
      largest = std::max(largest, its);
      sum += its;
    }
    const double rest = (sum - largest) / (present - 1);
    result.push_back(largest > 0 ? (largest - rest) / (largest + rest) : 0);
  }
  return result;
}

}  // namespace inforelay
