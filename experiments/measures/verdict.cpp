#include "experiments/measures/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "core/parallel.hpp"
#include "core/statistics/rank_statistics.hpp"
#include "infotheory/importance/many_agreements.hpp"

namespace inforelay {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Values of units as multiples of 2^-40 of the power of two below the largest: what is left of an exact 0 by rounding
/// (shapley.hpp) must not tell sets apart, and sums of such values are exact.
std::vector<double> on_grid(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  std::vector<double> result(values.begin(), values.end());
  if (largest == 0) return result;
  const int step = std::ilogb(largest) - 40;
  for (double& value : result) value = std::ldexp(std::nearbyint(std::ldexp(value, -step)), step);
  return result;
}

/// The sets with the `size` most important units, size = 0 ... K; of equals the unit of the lower number.
std::vector<NeuronSet> best_by_units(std::span<const double> value_of_unit) {
  std::vector<int> order(value_of_unit.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return value_of_unit[static_cast<std::size_t>(a)] > value_of_unit[static_cast<std::size_t>(b)];
  });
  std::vector<NeuronSet> best{NeuronSet{}};
  for (const int unit : order) best.push_back(best.back().with(unit));
  return best;
}

/// The sets of each size with the greatest value; of equals the lowest index.
std::vector<NeuronSet> best_by_sets(std::span<const float> values, int units) {
  std::vector<NeuronSet> best;
  for (int size = 0; size <= units; ++size) best.push_back(NeuronSet::all(size));
  for (std::size_t set = 0; set < values.size(); ++set) {
    const NeuronSet candidate(static_cast<std::uint32_t>(set));
    NeuronSet& its = best[static_cast<std::size_t>(candidate.size())];
    const float difference = values[set] - values[its.index()];
    if (difference > 0 || (difference == 0 && candidate.index() < its.index())) its = candidate;
  }
  return best;
}

class Verdict {
 public:
  Verdict(Eigen::Index measures, Eigen::Index classes, Eigen::Index units)
      : sizes_(units + 1),
        spearman_(RowMatrix<double>::Constant(measures, classes, none)),
        r_squared_(spearman_),
        module_auc_(spearman_),
        spearman_of_size_(RowMatrix<double>::Constant(measures, classes * sizes_, none)),
        r_squared_of_size_(spearman_of_size_),
        percentile_(spearman_of_size_) {}

  void set(Eigen::Index measure, Eigen::Index c, const AgreementBySize& agreement, const std::vector<NeuronSet>& best,
           const RankedTable& lost) {
    spearman_(measure, c) = agreement.all.spearman;
    r_squared_(measure, c) = agreement.all.r_squared;
    for (Eigen::Index size = 0; size < sizes_; ++size) {
      const auto i = static_cast<std::size_t>(size);
      spearman_of_size_(measure, c * sizes_ + size) = agreement.of_size[i].spearman;
      r_squared_of_size_(measure, c * sizes_ + size) = agreement.of_size[i].r_squared;
      percentile_(measure, c * sizes_ + size) = lost.percentile_in_size(best[i]);
    }
  }

  /// The module of class c: its units of [0,K).
  void set_modules(Eigen::Index measure, const RowMatrix<double>& of_units, int module_units) {
    for (Eigen::Index c = 0; c < of_units.rows(); ++c) {
      std::vector<std::uint8_t> inside(static_cast<std::size_t>(of_units.cols()));
      for (std::size_t k = 0; k < inside.size(); ++k) inside[k] = static_cast<Eigen::Index>(k) / module_units == c;
      if (!of_units.row(c).allFinite()) continue;
      module_auc_(measure, c) = area_under_roc(on_grid({of_units.row(c).data(), inside.size()}), inside);
    }
  }

  void put(bool modules, ResultArrays& out) const {
    const auto last = static_cast<std::size_t>(sizes_);
    out.put("verdict/spearman", spearman_);
    out.put("verdict/r_squared", r_squared_);
    out.put_cube("verdict/spearman_of_size", spearman_of_size_, last);
    out.put_cube("verdict/r_squared_of_size", r_squared_of_size_, last);
    out.put_cube("verdict/percentile", percentile_, last);
    if (modules) out.put("verdict/module_auc", module_auc_);
  }

 private:
  Eigen::Index sizes_;  // K+1
  RowMatrix<double> spearman_, r_squared_, module_auc_, spearman_of_size_, r_squared_of_size_, percentile_;
};

/// The function lost of one class, with the ranks of all sets.
struct LostFunction {
  explicit LostFunction(const RowMatrix<float>& accuracy, Eigen::Index c)
      : lost(-accuracy.row(c)), ranked({lost.data(), static_cast<std::size_t>(lost.size())}), agreements(ranked) {}

  Eigen::RowVectorXf lost;
  RankedTable ranked;
  ManyAgreements agreements;
};

}  // namespace

std::vector<ArrayInfo> verdict_arrays() {
  const std::vector<std::string> of_class{"measure", "class"}, of_size{"measure", "class", "size"};
  return {{"verdict/spearman", "1", of_class,
           "rank correlation of a measure of sets with the function lost, minus accuracy, over all sets"},
          {"verdict/r_squared", "1", of_class, "square of the correlation of the same, over all sets"},
          {"verdict/spearman_of_size", "1", of_size, "rank correlation over the sets of each size"},
          {"verdict/r_squared_of_size", "1", of_size, "square of the correlation over the sets of each size"},
          {"verdict/percentile", "1", of_size,
           "fraction of the sets of the same size that lose less than the best one by the measure, of equal ones half"},
          {"verdict/module_auc", "1", of_class,
           "area under the ROC curve of a measure of units for finding the units of the class's detector"}};
}

double verdict_memory(double units) { return std::exp2(units) * (2 * 25 + 26.0 * thread_count()); }

void put_verdict(const ImportanceSource& source, const std::vector<RowMatrix<double>>& of_units,
                 const RowMatrix<float>& accuracy, int module_units, ResultArrays& out) {
  const std::vector<ImportanceMeasure>& measures = importance_measures();
  const Eigen::Index classes = accuracy.rows();
  const auto units = static_cast<int>(std::lround(std::log2(static_cast<double>(accuracy.cols()))));
  Verdict verdict(static_cast<Eigen::Index>(measures.size()), classes, units);
  std::vector<const RowMatrix<float>*> of_sets;
  for (const ImportanceMeasure& measure : measures)
    of_sets.push_back(measure.of_sets ? measure.of_sets(source) : nullptr);
  auto function = std::make_unique<LostFunction>(accuracy, 0);
  for (Eigen::Index c = 0; c < classes; ++c) {
    std::unique_ptr<LostFunction> next;
    // The first block ranks the sets of the next class, on one thread while others compare measures.
    parallel_blocks(measures.size() + 1, [&](std::size_t block) {
      source.progress.check();
      if (block == 0) {
        if (c + 1 < classes) next = std::make_unique<LostFunction>(accuracy, c + 1);
        return;
      }
      const std::size_t m = block - 1;
      const auto row = static_cast<Eigen::Index>(m);
      if (of_units[m].size() > 0) {
        const std::span values(of_units[m].row(c).data(), static_cast<std::size_t>(units));
        if (!std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); })) return;
        const std::vector<double> rounded = on_grid(values);
        verdict.set(row, c, function->agreements.with_additive(rounded), best_by_units(rounded), function->ranked);
      } else if (of_sets[m]) {
        const std::span values(of_sets[m]->row(c).data(), static_cast<std::size_t>(accuracy.cols()));
        verdict.set(row, c, function->agreements.with_table(values), best_by_sets(values, units), function->ranked);
      }
    });
    function = std::move(next);
    source.progress.report(static_cast<std::uint64_t>(c + 1), static_cast<std::uint64_t>(classes));
  }
  std::vector<std::string> names;
  for (std::size_t m = 0; m < measures.size(); ++m) {
    names.emplace_back(measures[m].name);
    if (module_units > 0 && of_units[m].size() > 0)
      verdict.set_modules(static_cast<Eigen::Index>(m), of_units[m], module_units);
  }
  out.put_scale("verdict/measure", names, "measure of importance");
  verdict.put(module_units > 0, out);
}

}  // namespace inforelay
