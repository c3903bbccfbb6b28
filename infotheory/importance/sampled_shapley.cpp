#include "infotheory/importance/sampled_shapley.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/checks.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

constexpr std::size_t batch_size = 16;  // permutations between two looks at the standard errors; even

/// A set as zeros and ones, which is also its key.
using Set = std::string;

std::string units_of(const Set& set) {
  std::string text;
  for (std::size_t k = 0; k < set.size(); ++k) {
    if (set[k] != 0) text += (text.empty() ? "" : " ") + std::to_string(k);
  }
  return "{" + text + "}";
}

/// The values of sets, computed once. Those of the empty and the full set are always kept.
class Values {
 public:
  Values(const SetFunction& function, std::size_t functions, std::size_t limit)
      : function_(function), functions_(functions), limit_(limit) {}

  /// Computes those of `sets` that are not known, in parallel.
  void require(const std::vector<Set>& sets, const Progress& progress) {
    if (known_.size() > limit_) {
      std::erase_if(known_, [](const auto& entry) {
        return entry.first.find('\0') != Set::npos && entry.first.find('\1') != Set::npos;
      });
    }
    std::vector<std::pair<const Set, std::vector<double>>*> missing;
    for (const Set& set : sets) {
      const auto [entry, added] = known_.try_emplace(set);
      if (added) missing.push_back(&*entry);
    }
    parallel_blocks(missing.size(), [&](std::size_t i) {
      progress.check();
      auto& [set, values] = *missing[i];
      values.resize(functions_);
      function_({reinterpret_cast<const std::uint8_t*>(set.data()), set.size()}, values);
      for (const double value : values) {
        if (!std::isfinite(value))
          throw ComputeError("sampled Shapley values: the value of the set {} is {}, expected a finite number",
                             units_of(set), value);
      }
    });
    evaluations_ += missing.size();
  }
  const std::vector<double>& of(const Set& set) const { return known_.at(set); }
  std::size_t evaluations() const { return evaluations_; }

 private:
  const SetFunction& function_;
  std::size_t functions_, limit_, evaluations_ = 0;
  std::unordered_map<Set, std::vector<double>> known_;
};

/// The sets along a permutation, from none to all -> [K+1].
std::vector<Set> prefixes(const std::vector<std::uint32_t>& order) {
  std::vector<Set> sets{Set(order.size(), '\0')};
  for (const std::uint32_t unit : order) {
    sets.push_back(sets.back());
    sets.back()[unit] = '\1';
  }
  return sets;
}

void check(int functions, int units, const ShapleySamplingOptions& options) {
  const std::string name = "sampled Shapley values: ";
  check_bounded(functions >= 1, name + "the number of functions", functions, "at least 1");
  check_bounded(units >= 1, name + "the number of units", units, "at least 1");
  check_bounded(options.standard_error >= 0, name + "the standard error", options.standard_error, "at least 0");
  check_bounded(options.least_permutations >= 4 && options.least_permutations % 2 == 0, name + "least permutations",
                options.least_permutations, "an even number of at least 4");
  check_bounded(options.most_permutations >= options.least_permutations && options.most_permutations % 2 == 0,
                name + "most permutations", options.most_permutations,
                "an even number of at least the least permutations");
}

using Orders = std::vector<std::vector<std::uint32_t>>;

/// The next batch of permutations, each followed by its reverse.
Orders next_orders(std::size_t done, int units, const ShapleySamplingOptions& options, const RandomStream& random) {
  Orders orders;
  for (std::size_t i = 0; i < batch_size && done + i < options.most_permutations; i += 2) {
    std::vector<std::uint32_t> order(static_cast<std::size_t>(units));
    std::iota(order.begin(), order.end(), 0u);
    RandomStream stream = random.child(done + i);
    shuffle(order, stream);
    orders.push_back(order);
    std::reverse(order.begin(), order.end());
    orders.push_back(order);
  }
  return orders;
}

SampledShapley empty_result(int functions, int units) {
  SampledShapley result;
  result.shapley = result.standard_error = result.squares = RowMatrix<double>::Zero(functions, units);
  return result;
}

bool is_done(const SampledShapley& result, const ShapleySamplingOptions& options) {
  return result.reached || result.permutations >= options.most_permutations;
}

/// Adds a batch. add_gains(i, gains): adds v with a unit minus v before it, along permutation i, to gains [C,K].
template <class AddGains>
void add_batch(std::size_t orders, const ShapleySamplingOptions& options, SampledShapley& result,
               const AddGains& add_gains) {
  RowMatrix<double> mean_of_pair(result.shapley.rows(), result.shapley.cols());
  for (std::size_t i = 0; i < orders; ++i) {
    if (i % 2 == 0) mean_of_pair.setZero();
    add_gains(i, mean_of_pair);
    ++result.permutations;
    if (i % 2 == 0) continue;
    const auto pairs = static_cast<double>(result.permutations / 2);
    const RowMatrix<double> deviation = mean_of_pair - result.shapley;  // Welford's recurrence
    result.shapley += deviation / pairs;
    result.squares.array() += deviation.array() * (mean_of_pair - result.shapley).array();
    if (pairs > 1) result.standard_error = (result.squares.array() / (pairs * (pairs - 1))).sqrt();
  }
  result.reached = options.standard_error > 0 && result.permutations >= options.least_permutations &&
                   result.standard_error.maxCoeff() <= options.standard_error;
}

}  // namespace

SampledShapley sampled_shapley(const SetFunction& function, int functions, int units,
                               const ShapleySamplingOptions& options, const RandomStream& random, Progress& progress) {
  check(functions, units, options);
  Values values(function, static_cast<std::size_t>(functions), options.cached_sets);
  SampledShapley result = empty_result(functions, units);
  while (!is_done(result, options)) {
    const Orders orders = next_orders(result.permutations, units, options, random);
    std::vector<Set> sets;
    for (const auto& order : orders) {
      for (Set& set : prefixes(order)) sets.push_back(std::move(set));
    }
    values.require(sets, progress);
    add_batch(orders.size(), options, result, [&](std::size_t i, RowMatrix<double>& gains) {
      const Set* prefix = &sets[i * (orders[i].size() + 1)];
      for (const std::uint32_t unit : orders[i]) {
        const std::vector<double>&before = values.of(*prefix++), &with = values.of(*prefix);
        for (int f = 0; f < functions; ++f)
          gains(f, unit) += (with[static_cast<std::size_t>(f)] - before[static_cast<std::size_t>(f)]) / 2;
      }
    });
    progress.report(result.permutations, options.most_permutations);
  }
  result.evaluations = values.evaluations();
  return result;
}

ChainShapley::ChainShapley(ChainFunction function, int functions, int units, const ShapleySamplingOptions& options,
                           const RandomStream& random)
    : function_(std::move(function)), functions_(functions), units_(units), options_(options), random_(random) {
  check(functions, units, options);
  result_ = empty_result(functions, units);
}

void ChainShapley::resume(SampledShapley earlier) {
  for (const RowMatrix<double>* matrix : {&earlier.shapley, &earlier.standard_error, &earlier.squares}) {
    if (matrix->rows() != functions_ || matrix->cols() != units_)
      throw UsageError("sampled Shapley values: an earlier state of {} x {} values, expected {} x {}", matrix->rows(),
                       matrix->cols(), functions_, units_);
  }
  if (earlier.permutations % 2 != 0 || earlier.permutations > options_.most_permutations)
    throw UsageError("sampled Shapley values: an earlier state of {} permutations, expected an even number up to {}",
                     earlier.permutations, options_.most_permutations);
  result_ = std::move(earlier);
}

bool ChainShapley::done() const { return is_done(result_, options_); }

void ChainShapley::sample_batch(Progress& progress) {
  const Orders orders = next_orders(result_.permutations, units_, options_, random_);
  std::vector<RowMatrix<double>> chains(orders.size());  // [K+1,C] each
  parallel_blocks(orders.size(), [&](std::size_t i) {
    progress.check();
    chains[i].setZero(units_ + 1, functions_);
    function_(orders[i], chains[i]);
    if (!chains[i].allFinite())
      throw ComputeError("sampled Shapley values: a value along permutation {} is not a finite number",
                         result_.permutations + i);
  });
  add_batch(orders.size(), options_, result_, [&](std::size_t i, RowMatrix<double>& gains) {
    for (int n = 0; n < units_; ++n) {
      const std::uint32_t unit = orders[i][static_cast<std::size_t>(n)];
      for (int f = 0; f < functions_; ++f) gains(f, unit) += (chains[i](n + 1, f) - chains[i](n, f)) / 2;
    }
  });
  result_.evaluations += orders.size() * (static_cast<std::size_t>(units_) + 1);
  progress.report(result_.permutations, options_.most_permutations);
}

}  // namespace inforelay
