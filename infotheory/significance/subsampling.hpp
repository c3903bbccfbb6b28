// Relay information over the number of samples, and extrapolated: is it still changing?
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/progress.hpp"
#include "infotheory/significance/rearrangement.hpp"
#include "infotheory/significance/relay_statistics.hpp"
#include "infotheory/significance/repeats.hpp"

namespace inforelay {

struct SubsamplingOptions {
  std::size_t draws = 10;                 ///< of each size but N, >= 1
  RandomStream random{0, "subsampling"};  ///< draw d of size s is from its child(s).child(d)
};

/// Sizes are the last axis, those of an entry side by side; bits.
struct SubsamplingCurve {
  static constexpr std::array<std::size_t, 4> divisors{8, 4, 2, 1};
  std::vector<std::uint32_t> samples;        ///< [4] N/8, N/4, N/2, N, rounded down
  RowMatrix<double> total_mean, total_sd;    ///< [C,4] over the draws; sd (n-1) NaN for N and for one draw
  RowMatrix<double> single_mean, single_sd;  ///< [C,K 4]
  std::vector<double> total_extrapolated;    ///< [C]
  RowMatrix<double> single_extrapolated;     ///< [C,K]
};

/// Subsamples without replacement, and the limit a of the least-squares fit of a + b / n + c / n^2 to the four means
/// (quadratic extrapolation: Strong et al., Phys. Rev. Lett. 80, 197 (1998)). The expansion of the bias in 1 / n holds
/// if the states are well sampled at N / 8 already; if the curve is not nearly flat, the limit says as little as the
/// value at N. UsageError for no draws or less than 8 samples; errors of the tables. Cost 3 draws + 1 times total and
/// single; by RelayPart::total without single, whose arrays are then empty. Parallel over draws, the same to the last
/// bit for any number of threads; reports draws; throws Interrupted.
SubsamplingCurve subsampling_curve(const RelaySamples& samples, const SubsamplingOptions& options,
                                   RelayPart part = RelayPart::single, Progress& progress = Progress::none());

/// The same as repeats that can be interrupted and saved. Refers to the samples.
class RelaySubsamples final : public Repeats {
 public:
  /// `part`: not greedy.
  RelaySubsamples(const RelaySamples& samples, const SubsamplingOptions& options, RelayPart part);

  /// The draws of each size, and one of all samples.
  std::size_t count() const override { return (SubsamplingCurve::divisors.size() - 1) * options_.draws + 1; }
  std::size_t size() const override { return layout_.size(); }
  void compute(std::size_t repeat, std::span<double> values, Progress& progress) const override;
  SubsamplingCurve curve(const RowMatrix<double>& draws) const;  ///< of all repeats

 private:
  std::uint32_t samples_of(std::size_t size) const;

  RelaySamples samples_;
  SubsamplingOptions options_;
  RelayPart part_;
  AnyDistinctStates distinct_;
  StatisticsLayout layout_;
};

/// a of that fit to values [n] at `samples` [n], n >= 3.
double extrapolated(const std::vector<std::uint32_t>& samples, const std::vector<double>& values);

}  // namespace inforelay
