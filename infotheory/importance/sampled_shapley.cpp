#include "infotheory/importance/sampled_shapley.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/checks.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

constexpr std::size_t batch_size = 16;  // permutations between two looks at the standard errors; even

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

/// Adds a batch: the values along each permutation [K+1,C].
void add_batch(const Orders& orders, const std::vector<RowMatrix<double>>& chains,
               const ShapleySamplingOptions& options, SampledShapley& result) {
  const Eigen::Index functions = result.shapley.rows(), units = result.shapley.cols();
  RowMatrix<double> mean_of_pair(functions, units);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    if (i % 2 == 0) mean_of_pair.setZero();
    for (Eigen::Index n = 0; n < units; ++n) {
      const std::uint32_t unit = orders[i][static_cast<std::size_t>(n)];
      for (Eigen::Index f = 0; f < functions; ++f) mean_of_pair(f, unit) += (chains[i](n + 1, f) - chains[i](n, f)) / 2;
    }
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

ChainShapley::ChainShapley(ChainFunction function, int functions, int units, const ShapleySamplingOptions& options,
                           const RandomStream& random)
    : function_(std::move(function)), functions_(functions), units_(units), options_(options), random_(random) {
  check(functions, units, options);
  result_.shapley = result_.standard_error = result_.squares = RowMatrix<double>::Zero(functions, units);
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

bool ChainShapley::done() const { return result_.reached || result_.permutations >= options_.most_permutations; }

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
  add_batch(orders, chains, options_, result_);
  result_.evaluations += orders.size() * (static_cast<std::size_t>(units_) + 1);
  progress.report(result_.permutations, options_.most_permutations);
}

}  // namespace inforelay
