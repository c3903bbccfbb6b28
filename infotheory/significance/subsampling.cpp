#include "infotheory/significance/subsampling.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/checks.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

struct MeanAndDeviation {
  double mean, sd;
};

MeanAndDeviation summary_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / n;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, values.size() > 1 ? std::sqrt(squares / (n - 1)) : std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace

double extrapolated(const std::vector<std::uint32_t>& samples, const std::vector<double>& values) {
  assert(samples.size() == values.size() && samples.size() >= 3);
  const auto rows = static_cast<Eigen::Index>(samples.size());
  const double most = samples.back();
  Eigen::MatrixXd powers(rows, 3);  // of N / n, which is near 1
  for (Eigen::Index i = 0; i < rows; ++i) {
    const double x = most / samples[static_cast<std::size_t>(i)];
    powers.row(i) << 1, x, x * x;
  }
  return powers.colPivHouseholderQr().solve(Eigen::Map<const Eigen::VectorXd>(values.data(), rows))[0];
}

SubsamplingCurve subsampling_curve(const RelaySamples& samples, const SubsamplingOptions& options, Progress& progress) {
  const std::size_t n = samples.states.sample_count();
  check_bounded(options.draws >= 1, "subsampling: draws", options.draws, "at least 1");
  check_bounded(n >= 8, "subsampling: the number of samples", n, "at least 8");
  const DistinctStates distinct = distinct_states(samples.states);
  constexpr std::size_t sizes = SubsamplingCurve::divisors.size();
  const std::size_t tables = (sizes - 1) * options.draws + 1;  // of N there is one
  SubsamplingCurve curve;
  for (const std::size_t divisor : SubsamplingCurve::divisors)
    curve.samples.push_back(static_cast<std::uint32_t>(n / divisor));

  std::vector<RelayStatistics> draws(tables);
  parallel_blocks(
      tables,
      [&](std::size_t t) {
        const std::size_t size = t / options.draws, draw = t % options.draws;
        RandomStream random = options.random.child(size).child(draw);
        const auto source = sample_without_replacement(n, curve.samples[size], random);
        draws[t] = relay_statistics(table_of(samples, distinct, source), GreedyPart::left_out);
      },
      progress);

  const Eigen::Index contrasts = draws[0].single.rows();
  const auto summarise = [&](RowMatrix<double> RelayStatistics::*array, RowMatrix<double>& mean,
                             RowMatrix<double>& sd) {
    const Eigen::Index columns = (draws[0].*array).cols();
    RowMatrix<double> limit(contrasts, columns);
    mean.resize(contrasts, columns * static_cast<Eigen::Index>(sizes));
    sd.resize(contrasts, columns * static_cast<Eigen::Index>(sizes));
    for (Eigen::Index c = 0; c < contrasts; ++c) {
      for (Eigen::Index k = 0; k < columns; ++k) {
        std::vector<double> means;
        for (std::size_t size = 0; size < sizes; ++size) {
          std::vector<double> values;
          for (std::size_t t = size * options.draws; t < std::min((size + 1) * options.draws, tables); ++t)
            values.push_back((draws[t].*array)(c, k));
          const auto [its_mean, its_sd] = summary_of(values);
          const Eigen::Index column = k * static_cast<Eigen::Index>(sizes) + static_cast<Eigen::Index>(size);
          mean(c, column) = its_mean;
          sd(c, column) = its_sd;
          means.push_back(its_mean);
        }
        limit(c, k) = extrapolated(curve.samples, means);
      }
    }
    return limit;
  };
  const RowMatrix<double> total = summarise(&RelayStatistics::total, curve.total_mean, curve.total_sd);
  curve.total_extrapolated.assign(total.data(), total.data() + total.size());
  curve.single_extrapolated = summarise(&RelayStatistics::single, curve.single_mean, curve.single_sd);
  return curve;
}

}  // namespace inforelay
