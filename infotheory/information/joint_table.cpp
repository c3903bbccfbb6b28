#include "infotheory/information/joint_table.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "core/error.hpp"

namespace inforelay {
namespace {

void check_variable_count(std::size_t variables) {
  if (variables < 1 || variables > VariableSet::max_variables) {
    throw UsageError("joint table: {} variables, expected 1 to {}", variables, VariableSet::max_variables);
  }
}

void check_weights(std::size_t weights, std::size_t symbols, std::size_t variables) {
  if (symbols != weights * variables) {
    throw UsageError("joint table: {} weights of {} variables with {} symbols, expected {}", weights, variables,
                     symbols, weights * variables);
  }
}

std::uint64_t checked_total(std::span<const std::uint64_t> counts) {
  const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  if (total == 0) throw UsageError("joint table: counts sum to 0, expected at least 1 sample");
  return total;
}

// Symbols of every cell of a dense array, [M,V], last variable fastest.
std::vector<DiscreteValue> dense_cells(std::span<const std::size_t> shape, std::size_t weights) {
  check_variable_count(shape.size());
  std::size_t cells = 1;
  bool fits = true;
  for (const std::size_t extent : shape) fits = !__builtin_mul_overflow(cells, extent, &cells) && fits;
  if (!fits || cells != weights) {
    throw UsageError("joint table: {} weights for a shape of {} cells, expected one for each", weights,
                     fits ? std::to_string(cells) : "more than 2^64");
  }
  std::vector<DiscreteValue> symbols(cells * shape.size());
  for (std::size_t m = 0; m < cells; ++m) {
    std::size_t rest = m;
    for (std::size_t v = shape.size(); v-- > 0; rest /= shape[v]) {
      symbols[m * shape.size() + v] = static_cast<DiscreteValue>(rest % shape[v]);
    }
  }
  return symbols;
}

// Cells in lexicographic order, equal ones added up, empty ones dropped.
struct Cells {
  std::vector<DiscreteValue> symbols;
  std::vector<double> weights;
};

// weight(m) is cell m's; equal cells are added in their order of appearance, so that sums do not depend on the sort.
template <class Weight>
Cells collect(std::size_t variables, std::span<const DiscreteValue> cells, std::size_t count, const Weight& weight) {
  const auto at = [&](std::size_t m) { return cells.subspan(m * variables, variables); };
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::lexicographical_compare(at(a).begin(), at(a).end(), at(b).begin(), at(b).end());
  });
  Cells result;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t m = order[i];
    const double mass = weight(m);
    if (mass == 0) continue;
    const bool same =
        !result.weights.empty() &&
        std::equal(at(m).begin(), at(m).end(), result.symbols.end() - static_cast<std::ptrdiff_t>(variables));
    if (same) {
      result.weights.back() += mass;
    } else {
      result.symbols.insert(result.symbols.end(), at(m).begin(), at(m).end());
      result.weights.push_back(mass);
    }
  }
  return result;
}

}  // namespace

JointTable::JointTable(int variables, std::vector<DiscreteValue> cells, std::vector<double> weights,
                       std::uint64_t samples)
    : variables_(variables), cells_(std::move(cells)), weights_(std::move(weights)), samples_(samples) {
  assert(cells_.size() == weights_.size() * static_cast<std::size_t>(variables_));
}

JointTable JointTable::from_samples(std::span<const std::span<const DiscreteValue>> columns) {
  check_variable_count(columns.size());
  const std::size_t samples = columns.front().size(), variables = columns.size();
  if (samples == 0) throw UsageError("joint table: no samples, expected at least 1");
  std::vector<DiscreteValue> rows(samples * variables);
  for (std::size_t v = 0; v < variables; ++v) {
    if (columns[v].size() != samples) {
      throw UsageError("joint table: variable {} has {} samples, expected {} as variable 0 has", v, columns[v].size(),
                       samples);
    }
    for (std::size_t n = 0; n < samples; ++n) rows[n * variables + v] = columns[v][n];
  }
  Cells cells = collect(variables, rows, samples, [](std::size_t) { return 1.0; });
  return JointTable(static_cast<int>(variables), std::move(cells.symbols), std::move(cells.weights), samples);
}

JointTable JointTable::from_samples(std::initializer_list<std::span<const DiscreteValue>> columns) {
  return from_samples(std::span<const std::span<const DiscreteValue>>(columns.begin(), columns.size()));
}

JointTable JointTable::from_counts(std::span<const std::size_t> shape, std::span<const std::uint64_t> counts) {
  return from_cells(static_cast<int>(shape.size()), dense_cells(shape, counts.size()), counts);
}

JointTable JointTable::from_counts(std::initializer_list<std::size_t> shape,
                                   std::initializer_list<std::uint64_t> counts) {
  return from_counts(std::span(shape.begin(), shape.size()), std::span(counts.begin(), counts.size()));
}

JointTable JointTable::from_probabilities(std::span<const std::size_t> shape, std::span<const double> probabilities) {
  return from_cells(static_cast<int>(shape.size()), dense_cells(shape, probabilities.size()), probabilities);
}

JointTable JointTable::from_probabilities(std::initializer_list<std::size_t> shape,
                                          std::initializer_list<double> probabilities) {
  return from_probabilities(std::span(shape.begin(), shape.size()),
                            std::span(probabilities.begin(), probabilities.size()));
}

JointTable JointTable::from_cells(int variables, std::span<const DiscreteValue> cells,
                                  std::span<const std::uint64_t> counts) {
  const auto width = static_cast<std::size_t>(variables);
  check_variable_count(width);
  check_weights(counts.size(), cells.size(), width);
  const std::uint64_t samples = checked_total(counts);
  Cells kept = collect(width, cells, counts.size(), [&](std::size_t m) { return static_cast<double>(counts[m]); });
  return JointTable(variables, std::move(kept.symbols), std::move(kept.weights), samples);
}

JointTable JointTable::from_cells(int variables, std::span<const DiscreteValue> cells,
                                  std::span<const double> probabilities) {
  const auto width = static_cast<std::size_t>(variables);
  check_variable_count(width);
  check_weights(probabilities.size(), cells.size(), width);
  (void)inforelay::entropy_bits(probabilities);  // throws if they are not a distribution
  Cells kept = collect(width, cells, probabilities.size(), [&](std::size_t m) { return probabilities[m]; });
  return JointTable(variables, std::move(kept.symbols), std::move(kept.weights), 0);
}

std::span<const DiscreteValue> JointTable::cell(std::size_t m) const {
  const auto width = static_cast<std::size_t>(variables_);
  return std::span(cells_).subspan(m * width, width);
}

JointTable JointTable::marginal(VariableSet keep) const {
  std::vector<std::size_t> kept;
  for (int v = 0; v < VariableSet::max_variables; ++v) {
    if (!keep.contains(v)) continue;
    if (v >= variables_) throw UsageError("joint table: variable {}, expected one in [0,{})", v, variables_);
    kept.push_back(static_cast<std::size_t>(v));
  }
  std::vector<DiscreteValue> cells;
  cells.reserve(occupied() * kept.size());
  for (std::size_t m = 0; m < occupied(); ++m) {
    for (const std::size_t v : kept) cells.push_back(cell(m)[v]);
  }
  Cells sums = collect(kept.size(), cells, occupied(), [&](std::size_t m) { return weights_[m]; });
  return JointTable(static_cast<int>(kept.size()), std::move(sums.symbols), std::move(sums.weights), samples_);
}

double JointTable::entropy_bits(EntropyEstimator estimator) const {
  if (!has_counts()) {
    if (estimator != EntropyEstimator::plug_in) {
      throw UsageError("joint table: Miller-Madow needs counts, but the table holds probabilities");
    }
    return inforelay::entropy_bits(std::span<const double>(weights_));
  }
  std::vector<std::uint64_t> counts(occupied());
  std::transform(weights_.begin(), weights_.end(), counts.begin(),
                 [](double weight) { return static_cast<std::uint64_t>(weight); });
  return inforelay::entropy_bits(counts, estimator);
}

double JointTable::entropy_bits(VariableSet of, EntropyEstimator estimator) const {
  return of == VariableSet::all(variables_) ? entropy_bits(estimator) : marginal(of).entropy_bits(estimator);
}

}  // namespace inforelay
