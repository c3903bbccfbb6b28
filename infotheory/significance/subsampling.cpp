#include "infotheory/significance/subsampling.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/checks.hpp"

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

RelaySubsamples::RelaySubsamples(const RelaySamples& samples, const SubsamplingOptions& options, RelayPart part)
    : samples_(samples),
      options_(options),
      part_(part),
      distinct_(distinct_states(samples.states)),
      layout_(contrast_count(table_of(distinct_, samples.input, samples.output, samples.contrasts)),
              samples.states.unit_count(), part) {
  assert(part != RelayPart::greedy);
  const std::size_t n = samples.states.sample_count();
  check_bounded(options.draws >= 1, "subsampling: draws", options.draws, "at least 1");
  check_bounded(n >= 8, "subsampling: the number of samples", n, "at least 8");
}

std::uint32_t RelaySubsamples::samples_of(std::size_t size) const {
  return static_cast<std::uint32_t>(samples_.states.sample_count() / SubsamplingCurve::divisors[size]);
}

void RelaySubsamples::compute(std::size_t repeat, std::span<double> values, Progress&) const {
  const std::size_t size = repeat / options_.draws, draw = repeat % options_.draws;
  RandomStream random = options_.random.child(size).child(draw);
  const auto source = sample_without_replacement(samples_.states.sample_count(), samples_of(size), random);
  layout_.put(relay_statistics(table_of(samples_, distinct_, source), part_), values);
}

SubsamplingCurve RelaySubsamples::curve(const RowMatrix<double>& draws) const {
  constexpr std::size_t sizes = SubsamplingCurve::divisors.size();
  SubsamplingCurve curve;
  for (std::size_t size = 0; size < sizes; ++size) curve.samples.push_back(samples_of(size));
  const auto summarise = [&](const ValueBlock& block, RowMatrix<double>& mean, RowMatrix<double>& sd) {
    RowMatrix<double> limit(block.rows, block.columns);
    mean.resize(block.rows, block.columns * static_cast<Eigen::Index>(sizes));
    sd.resize(block.rows, block.columns * static_cast<Eigen::Index>(sizes));
    for (Eigen::Index c = 0; c < block.rows; ++c) {
      for (Eigen::Index k = 0; k < block.columns; ++k) {
        std::vector<double> means;
        for (std::size_t size = 0; size < sizes; ++size) {
          std::vector<double> values;
          for (std::size_t t = size * options_.draws; t < std::min((size + 1) * options_.draws, count()); ++t)
            values.push_back(draws(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(block.at(c, k))));
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
  const RowMatrix<double> total = summarise(layout_.total, curve.total_mean, curve.total_sd);
  curve.total_extrapolated.assign(total.data(), total.data() + total.size());
  curve.single_extrapolated = summarise(layout_.single, curve.single_mean, curve.single_sd);
  return curve;
}

SubsamplingCurve subsampling_curve(const RelaySamples& samples, const SubsamplingOptions& options, RelayPart part,
                                   Progress& progress) {
  const RelaySubsamples subsamples(samples, options, part);
  return subsamples.curve(run_repeats(subsamples, progress));
}

}  // namespace inforelay
