#include "infotheory/information/nsb.hpp"

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/log1p.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "infotheory/information/entropy.hpp"

namespace inforelay {
namespace {

using boost::math::digamma;
using boost::math::trigamma;

/// Where Stirling's series and those of the trigamma function are used: their last terms are below 1e-14 there.
constexpr double series_from = 10, trigamma_series_from = 20;
/// The integrand is cut off where its logarithm is this far below the greatest: e^-45 = 3e-20.
constexpr double negligible = 45;
constexpr double tolerance = 1e-11;
constexpr int first_intervals = 64, most_intervals = 1 << 18;

/// ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi) / 2 for x >= series_from.
double stirling_rest(double x) {
  const double y = 1 / (x * x);
  return (1 / 12. - y * (1 / 360. - y * (1 / 1260. - y * (1 / 1680. - y / 1188.)))) / x;
}

/// ln(x (x+1) ... (x+n-1)) - n ln x = ln Gamma(x + n) - ln Gamma(x) - n ln x, x > 0, n >= 1: without the cancellation
/// of these terms, and near 0 if x is large.
double log_rising(double x, double n) {
  double product = 1, factors = 0, y = x;
  for (; y < series_from && factors < n; y += 1, factors += 1) product *= y;
  double sum = factors > 0 ? std::log(product) - factors * std::log(x) : 0;
  const double rest = n - factors;
  if (rest == 0) return sum;
  if (factors > 0) sum += rest * std::log(y / x);
  return sum + y * boost::math::log1pmx(rest / y) + (rest - 0.5) * std::log1p(rest / y) + stirling_rest(y + rest) -
         stirling_rest(y);
}

class Integrand {
 public:
  Integrand(std::span<const std::uint64_t> counts, double alphabet) : alphabet_(alphabet) {
    std::map<std::uint64_t, double> multiplicity;
    for (const std::uint64_t count : counts) {
      if (count > 0) ++multiplicity[count];
    }
    for (const auto& [count, times] : multiplicity) {
      multiplicity_.emplace_back(static_cast<double>(count), times);
      samples_ += static_cast<double>(count) * times;
      occupied_ += times;
    }
  }

  double samples() const { return samples_; }

  /// ln of w(beta) d beta / d u, u = ln(beta), less a constant.
  double log_weight(double u) const {
    const double beta = std::exp(u);
    double sum = u + std::log(prior(beta)) - log_rising(alphabet_ * beta, samples_);
    for (const auto& [count, times] : multiplicity_) sum += times * log_rising(beta, count);
    return sum;
  }

  /// E[H | n, beta], nats.
  double entropy(double u) const {
    const double beta = std::exp(u), whole = samples_ + alphabet_ * beta;
    double sum = (alphabet_ - occupied_) * (beta / whole) * digamma(beta + 1);
    for (const auto& [count, times] : multiplicity_)
      sum += times * ((count + beta) / whole) * digamma(count + beta + 1);
    return digamma(whole + 1) - sum;
  }

 private:
  /// d xi / d beta = K psi'(K beta + 1) - psi'(beta + 1). Both terms are near 1 / beta if beta is large, so there it is
  /// the difference of their series.
  double prior(double beta) const {
    const double k = alphabet_;
    if (beta < trigamma_series_from) return k * trigamma(k * beta + 1) - trigamma(beta + 1);
    const auto rest = [k](int power) { return 1 - std::pow(k, -power); };
    const double y = 1 / (beta * beta);
    return y * (rest(1) / 2 -
                (rest(2) / 6 - y * (rest(4) / 30 - y * (rest(6) / 42 - y * (rest(8) / 30 - y * rest(10) * 5 / 66)))) /
                    beta);
  }

  double alphabet_, samples_ = 0, occupied_ = 0;
  std::vector<std::pair<double, double>> multiplicity_;  // counts that occur, ascending, and how often
};

/// The u at which the integrand is greatest.
double find_peak(const Integrand& integrand, double alphabet) {
  constexpr double step = 0.5;
  const double low = -std::log(alphabet) - 10, high = 2 * std::log(integrand.samples()) + 10;
  double best = low, greatest = integrand.log_weight(low);
  for (double u = low + step; u <= high; u += step) {
    const double weight = integrand.log_weight(u);
    if (weight > greatest) {
      greatest = weight;
      best = u;
    }
  }
  double left = best - step, right = best + step;  // thirds: the integrand has one maximum
  while (right - left > 1e-7) {
    const double third = (right - left) / 3;
    if (integrand.log_weight(left + third) < integrand.log_weight(right - third))
      left += third;
    else
      right -= third;
  }
  return (left + right) / 2;
}

/// How far from the peak, in `direction`, the integrand is negligible.
double find_end(const Integrand& integrand, double peak, double direction) {
  const double greatest = integrand.log_weight(peak);
  double distance = 1e-5;
  while (integrand.log_weight(peak + direction * distance) > greatest - negligible)
    distance += std::min(distance / 2, 2.0);
  return peak + direction * distance;
}

}  // namespace

double nsb_entropy_bits(std::span<const std::uint64_t> counts, double alphabet) {
  const auto occupied = static_cast<double>(counts.size()) -
                        static_cast<double>(std::count(counts.begin(), counts.end(), std::uint64_t{0}));
  if (occupied == 0) throw UsageError("nsb: counts sum to 0, expected at least 1 sample");
  if (!(alphabet >= occupied && alphabet <= nsb_max_alphabet && alphabet == std::floor(alphabet)))
    throw UsageError("nsb: alphabet size is {}, expected a whole number from {}, the occupied values, to {}", alphabet,
                     occupied, nsb_max_alphabet);
  if (alphabet == 1) return 0;

  const Integrand integrand(counts, alphabet);
  const double peak = find_peak(integrand, alphabet), greatest = integrand.log_weight(peak);
  const double low = find_end(integrand, peak, -1), width = find_end(integrand, peak, 1) - low;
  // Sums relative to the entropy at the peak, so that they are of its small deviations.
  const double origin = integrand.entropy(peak);
  double mass = 0, moment = 0;
  const auto add = [&](double u) {
    const double weight = std::exp(integrand.log_weight(u) - greatest);
    mass += weight;
    moment += weight * (integrand.entropy(u) - origin);
  };
  for (int i = 0; i <= first_intervals; ++i) add(low + width * i / first_intervals);
  double entropy = origin + moment / mass;
  for (int intervals = 2 * first_intervals; intervals <= most_intervals; intervals *= 2) {
    for (int i = 1; i < intervals; i += 2) add(low + width * i / intervals);
    const double before = entropy;
    entropy = origin + moment / mass;
    if (std::abs(entropy - before) < tolerance) return entropy / nats_per_bit;
  }
  throw ComputeError("nsb: no convergence with {} points for {} samples and alphabet size {}", most_intervals,
                     integrand.samples(), alphabet);
}

}  // namespace inforelay
