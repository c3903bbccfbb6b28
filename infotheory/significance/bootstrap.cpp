#include "infotheory/significance/bootstrap.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "core/checks.hpp"
#include "core/parallel.hpp"
#include "core/statistics/statistics.hpp"
#include "infotheory/relay/greedy.hpp"

namespace inforelay {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

BootstrapIntervals intervals_of(const RowMatrix<double>& observed, const std::vector<RelayStatistics>& resamples,
                                RowMatrix<double> RelayStatistics::*array, double level) {
  BootstrapIntervals result{observed, observed, observed, observed};
  std::vector<double> values(resamples.size());
  for (Eigen::Index c = 0; c < observed.rows(); ++c) {
    for (Eigen::Index k = 0; k < observed.cols(); ++k) {
      double sum = 0;
      for (std::size_t b = 0; b < values.size(); ++b) sum += values[b] = (resamples[b].*array)(c, k);
      const double bias = sum / static_cast<double>(values.size()) - observed(c, k);
      result.bias(c, k) = bias;
      result.low(c, k) = quantile(values, (1 - level) / 2) - bias;
      result.high(c, k) = quantile(values, (1 + level) / 2) - bias;
    }
  }
  return result;
}

/// The smallest greedy set with half of the information; nothing if there is none.
std::optional<std::vector<int>> half_set(const RelayStatistics& statistics, Eigen::Index contrast) {
  const double total = statistics.total(contrast, 0);
  if (!(total > 0)) return std::nullopt;
  Eigen::Index size = 0;
  while (statistics.by_size(contrast, size) < total / 2) ++size;
  return last_units(statistics.removal_order, static_cast<std::size_t>(contrast), static_cast<std::size_t>(size));
}

}  // namespace

RelayBootstrap relay_bootstrap(const RelaySamples& samples, const BootstrapOptions& options, Progress& progress) {
  check_bounded(options.resamples >= 2, "bootstrap: resamples", options.resamples, "at least 2");
  check_bounded(options.level > 0 && options.level < 1, "bootstrap: level", options.level, "a number in (0,1)");
  const DistinctStates distinct = distinct_states(samples.states);
  const RelayStatistics observed =
      relay_statistics({distinct, samples.input, samples.output, samples.contrasts}, GreedyPart::computed);
  if (!options.trial.empty()) (void)Permutation::of(Exchange::samples, samples.input.size(), options.trial);  // checks
  std::vector<RelayStatistics> resamples(options.resamples);
  parallel_blocks(
      resamples.size(),
      [&](std::size_t b) {
        const RandomStream random = options.random.child(b);
        const auto source = options.trial.empty() ? with_replacement(samples.input.size(), random)
                                                  : trials_with_replacement(options.trial, random);
        resamples[b] = relay_statistics(table_of(samples, distinct, source), GreedyPart::computed);
      },
      progress);

  RelayBootstrap result;
  const auto intervals = [&](RowMatrix<double> RelayStatistics::*array) {
    return intervals_of(observed.*array, resamples, array, options.level);
  };
  result.total = intervals(&RelayStatistics::total);
  result.single = intervals(&RelayStatistics::single);
  result.aggregated = intervals(&RelayStatistics::aggregated);

  const Eigen::Index contrasts = observed.single.rows(), units = observed.single.cols();
  const auto two = static_cast<std::size_t>(std::min<Eigen::Index>(2, units));
  const double each = 1 / static_cast<double>(resamples.size());
  result.in_half_set = RowMatrix<double>::Zero(contrasts, units);
  for (Eigen::Index c = 0; c < contrasts; ++c) {
    const auto last_two_of = [&](const RelayStatistics& statistics) {
      return last_units(statistics.removal_order, static_cast<std::size_t>(c), two);
    };
    const auto last_two = last_two_of(observed);
    const auto half = half_set(observed, c);
    std::size_t last_two_recur = 0, half_recurs = 0;
    for (const RelayStatistics& resample : resamples) {
      last_two_recur += last_two_of(resample) == last_two ? 1 : 0;
      const auto its_half = half_set(resample, c);
      half_recurs += its_half && its_half == half ? 1 : 0;
      for (const int unit : its_half.value_or(std::vector<int>())) result.in_half_set(c, unit) += each;
    }
    result.last_two_recur.push_back(static_cast<double>(last_two_recur) * each);
    result.half_set_recurs.push_back(half ? static_cast<double>(half_recurs) * each : nan);
    if (!half) result.in_half_set.row(c).setConstant(nan);
  }
  return result;
}

}  // namespace inforelay
