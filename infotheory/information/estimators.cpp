#include "infotheory/information/estimators.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.hpp"
#include "infotheory/information/nsb.hpp"

namespace inforelay {
namespace {

using boost::math::digamma;
using Counts = std::span<const std::uint64_t>;

double sum_of(Counts counts) {
  const std::uint64_t samples = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  if (samples == 0) throw UsageError("entropy estimator: counts sum to 0, expected at least 1 sample");
  return static_cast<double>(samples);
}

/// sum_i p_i (ln N - term(n_i)), bits.
template <class Term>
double digamma_entropy_bits(Counts counts, const Term& term) {
  const double samples = sum_of(counts);
  double sum = 0;
  for (const std::uint64_t count : counts) {
    if (count == 0) continue;
    const auto n = static_cast<double>(count);
    sum += n * term(n, count % 2 == 0 ? 1. : -1.);
  }
  return (std::log(samples) - sum / samples) / nats_per_bit;
}

constexpr std::array estimator_rows{
    NamedEstimator{"plug_in", "entropy of the observed frequencies, biased downwards", false,
                   [](Counts counts, double) { return entropy_bits(counts); }},
    NamedEstimator{"miller_madow", "plug-in + (occupied - 1) / (2 N ln 2) (Miller 1955)", false,
                   [](Counts counts, double) { return entropy_bits(counts, EntropyEstimator::miller_madow); }},
    NamedEstimator{"chao_shen", "Horvitz-Thompson sum of frequencies corrected for coverage (Chao and Shen 2003)",
                   false, [](Counts counts, double) { return chao_shen_entropy_bits(counts); }},
    NamedEstimator{"grassberger_1988", "ln N - psi(n) - (-1)^n / (n+1) (Grassberger 1988)", false,
                   [](Counts counts, double) { return grassberger_1988_entropy_bits(counts); }},
    NamedEstimator{"grassberger_2003", "ln N - G(n) (Grassberger 2003)", false,
                   [](Counts counts, double) { return grassberger_2003_entropy_bits(counts); }},
    NamedEstimator{"nsb", "posterior mean under a prior nearly uniform in entropy (Nemenman, Shafee and Bialek 2002)",
                   true, nsb_entropy_bits},
};

}  // namespace

double chao_shen_entropy_bits(Counts counts) {
  const double samples = sum_of(counts);
  auto once = static_cast<double>(std::count(counts.begin(), counts.end(), std::uint64_t{1}));
  if (once == samples) once = samples - 1;
  const double coverage = 1 - once / samples;
  double entropy = 0;
  for (const std::uint64_t count : counts) {
    if (count == 0) continue;
    const double p = coverage * static_cast<double>(count) / samples;
    entropy += p * std::log2(p) / std::expm1(samples * std::log1p(-p));  // minus 1 - (1-p)^N
  }
  return entropy;
}

double grassberger_1988_entropy_bits(Counts counts) {
  return digamma_entropy_bits(counts, [](double n, double sign) { return digamma(n) + sign / (n + 1); });
}

double grassberger_2003_entropy_bits(Counts counts) {
  return digamma_entropy_bits(
      counts, [](double n, double sign) { return digamma(n) + sign * (digamma((n + 1) / 2) - digamma(n / 2)) / 2; });
}

std::span<const NamedEstimator> entropy_estimators() { return estimator_rows; }

const NamedEstimator& entropy_estimator(std::string_view name) {
  const auto found =
      std::find_if(estimator_rows.begin(), estimator_rows.end(), [&](const auto& row) { return row.name == name; });
  if (found != estimator_rows.end()) return *found;
  std::vector<std::string_view> names;
  for (const NamedEstimator& row : estimator_rows) names.push_back(row.name);
  throw UsageError("entropy estimator is {}, expected one of {}", name, fmt::join(names, ", "));
}

double estimated_entropy_bits(const NamedEstimator& estimator, Counts counts, double alphabet) {
  (void)sum_of(counts);
  const auto occupied = counts.size() - static_cast<std::size_t>(std::count(counts.begin(), counts.end(), 0u));
  const bool is_count = alphabet >= static_cast<double>(occupied) && alphabet == std::floor(alphabet);
  if (!is_count || (estimator.uses_alphabet && !std::isfinite(alphabet)))
    throw UsageError(
        "entropy estimator {}: alphabet size is {}, expected a whole number of at least {}, the occupied "
        "values",
        estimator.name, alphabet, occupied);
  return estimator.bits(counts, alphabet);
}

double estimated_entropy_bits(const NamedEstimator& estimator, const JointTable& joint, VariableSet of,
                              std::span<const double> alphabets) {
  const auto variables = static_cast<std::size_t>(joint.variable_count());
  if (!joint.has_counts())
    throw UsageError("entropy estimator {}: the joint table holds probabilities, expected counts", estimator.name);
  if (alphabets.size() != variables)
    throw UsageError("entropy estimator {}: {} alphabet sizes for {} variables, expected one for each", estimator.name,
                     alphabets.size(), variables);
  if (of == VariableSet()) return 0;
  const JointTable marginal = joint.marginal(of);
  double alphabet = 1;
  for (std::size_t v = 0; v < variables; ++v) {
    if (of.contains(static_cast<int>(v))) alphabet *= alphabets[v];
  }
  std::vector<std::uint64_t> counts;
  for (std::size_t m = 0; m < marginal.occupied(); ++m)
    counts.push_back(static_cast<std::uint64_t>(marginal.weight(m)));
  return estimated_entropy_bits(estimator, counts, alphabet);
}

double relay_information_bits(const NamedEstimator& estimator, const JointTable& joint, const RelayVariables& variables,
                              std::span<const double> alphabets) {
  const auto entropy = [&](VariableSet of) { return estimated_entropy_bits(estimator, joint, of, alphabets); };
  const auto conditional_information = [&](VariableSet given) {
    return entropy(variables.in | given) + entropy(variables.out | given) - entropy(given) -
           entropy(variables.in | variables.out | given);
  };
  return conditional_information(variables.rest) - conditional_information(variables.rest | variables.relay);
}

}  // namespace inforelay
