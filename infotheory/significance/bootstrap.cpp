#include "infotheory/significance/bootstrap.hpp"

#include <algorithm>
#include <limits>

#include "core/checks.hpp"
#include "core/statistics/statistics.hpp"
#include "infotheory/relay/greedy.hpp"

namespace inforelay {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// From the observed array and the values [R,V] of the resamples, of which `block` is this array.
BootstrapIntervals intervals_of(const RowMatrix<double>& observed, const RowMatrix<double>& resampled,
                                const ValueBlock& block, double level) {
  BootstrapIntervals result{observed, observed, observed, observed};
  std::vector<double> values(static_cast<std::size_t>(resampled.rows()));
  for (Eigen::Index c = 0; c < observed.rows(); ++c) {
    for (Eigen::Index k = 0; k < observed.cols(); ++k) {
      double sum = 0;
      for (std::size_t b = 0; b < values.size(); ++b)
        sum += values[b] = resampled(static_cast<Eigen::Index>(b), static_cast<Eigen::Index>(block.at(c, k)));
      const double bias = sum / static_cast<double>(values.size()) - observed(c, k);
      result.bias(c, k) = bias;
      result.low(c, k) = quantile(values, (1 - level) / 2) - bias;
      result.high(c, k) = quantile(values, (1 + level) / 2) - bias;
    }
  }
  return result;
}

const BootstrapOptions& checked(const BootstrapOptions& options, const RelaySamples& samples) {
  check_bounded(options.resamples >= 2, "bootstrap: resamples", options.resamples, "at least 2");
  check_bounded(options.level > 0 && options.level < 1, "bootstrap: level", options.level, "a number in (0,1)");
  if (!options.trial.empty()) (void)Permutation::of(Exchange::samples, samples.input.size(), options.trial);  // checks
  return options;
}

}  // namespace

RelayResamples::RelayResamples(const RelaySamples& samples, const BootstrapOptions& options, RelayPart part)
    : samples_(samples),
      options_(checked(options, samples)),
      part_(part),
      distinct_(distinct_states(samples.states)),
      table_(table_of(distinct_, samples.input, samples.output, samples.contrasts)),
      observed_(relay_statistics(table_, part)),
      layout_(observed_.total.rows(), samples.states.unit_count(), part) {
  const Eigen::Index contrasts = part == RelayPart::greedy ? observed_.total.rows() : 0;
  for (Eigen::Index c = 0; c < contrasts; ++c) observed_sets_.push_back(sets_of(observed_, c));
  last_two_recurs_ = {layout_.size(), contrasts, 1};
  half_recurs_ = {last_two_recurs_.end(), contrasts, 1};
  in_half_set_ = {half_recurs_.end(), contrasts, samples.states.unit_count()};
}

RelayResamples::GreedySets RelayResamples::sets_of(const RelayStatistics& statistics, Eigen::Index contrast) const {
  const auto row = static_cast<std::size_t>(contrast);
  const Eigen::Index units = statistics.removal_order.cols();
  const auto two = static_cast<std::size_t>(std::min<Eigen::Index>(2, units));
  GreedySets sets{last_units(statistics.removal_order, row, two), {}};
  const double total = statistics.total(contrast, 0);
  if (!(total > 0)) return sets;  // half of it is no amount of information
  Eigen::Index size = 0;
  while (statistics.by_size(contrast, size) < total / 2) ++size;
  sets.half = last_units(statistics.removal_order, row, static_cast<std::size_t>(size));
  return sets;
}

void RelayResamples::compute(std::size_t repeat, std::span<double> values, Progress&) const {
  const RandomStream random = options_.random.child(repeat);
  const auto source = options_.trial.empty() ? with_replacement(samples_.input.size(), random)
                                             : trials_with_replacement(options_.trial, random);
  const RelayStatistics resample = relay_statistics(table_of(samples_, distinct_, source), part_);
  layout_.put(resample, values);
  std::fill(values.begin() + static_cast<std::ptrdiff_t>(layout_.size()), values.end(), 0.);
  for (std::size_t c = 0; c < observed_sets_.size(); ++c) {
    const auto row = static_cast<Eigen::Index>(c);
    const GreedySets sets = sets_of(resample, row);
    values[last_two_recurs_.at(row, 0)] = sets.last_two == observed_sets_[c].last_two ? 1 : 0;
    values[half_recurs_.at(row, 0)] = !sets.half.empty() && sets.half == observed_sets_[c].half ? 1 : 0;
    for (const int unit : sets.half) values[in_half_set_.at(row, unit)] = 1;
  }
}

RelayBootstrap RelayResamples::bootstrap(const RowMatrix<double>& resampled) const {
  RelayBootstrap result;
  result.total = intervals_of(observed_.total, resampled, layout_.total, options_.level);
  result.single = intervals_of(observed_.single, resampled, layout_.single, options_.level);
  result.aggregated = intervals_of(observed_.aggregated, resampled, layout_.aggregated, options_.level);
  const auto fraction = [&](std::size_t column) {
    return resampled.col(static_cast<Eigen::Index>(column)).sum() / static_cast<double>(resampled.rows());
  };
  result.in_half_set.resize(in_half_set_.rows, in_half_set_.rows > 0 ? in_half_set_.columns : 0);
  for (std::size_t c = 0; c < observed_sets_.size(); ++c) {
    const auto row = static_cast<Eigen::Index>(c);
    const bool half = !observed_sets_[c].half.empty();
    result.last_two_recur.push_back(fraction(last_two_recurs_.at(row, 0)));
    result.half_set_recurs.push_back(half ? fraction(half_recurs_.at(row, 0)) : nan);
    for (Eigen::Index k = 0; k < in_half_set_.columns; ++k)
      result.in_half_set(row, k) = half ? fraction(in_half_set_.at(row, k)) : nan;
  }
  return result;
}

RelayBootstrap relay_bootstrap(const RelaySamples& samples, const BootstrapOptions& options, RelayPart part,
                               Progress& progress) {
  const RelayResamples resamples(samples, options, part);
  return resamples.bootstrap(run_repeats(resamples, progress));
}

}  // namespace inforelay
