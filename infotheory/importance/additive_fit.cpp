#include "infotheory/importance/additive_fit.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

#include "core/error.hpp"
#include "infotheory/importance/membership_sums.hpp"

namespace inforelay {

AdditiveFit additive_fit(std::span<const float> values) {
  const int units = detail::units_of_table("additive fit", values.size());
  const std::vector<double> ones(static_cast<std::size_t>(units) + 1, 1);
  const detail::MembershipSums sums = detail::membership_sums(values, units, ones);
  if (!std::isfinite(sums.all)) detail::check_finite_table("additive fit", values);
  const auto sets = static_cast<double>(values.size());
  AdditiveFit fit;
  double squares = 0;
  for (const double with : sums.single) {
    fit.effect.push_back((2 * with - sums.all) / (sets / 2));
    squares += fit.effect.back() * fit.effect.back();
  }
  // Relative to the first value, so that a constant has exactly no variance.
  const auto first = static_cast<double>(values[0]);
  double mean = 0, about_mean = 0;
  for (const float value : values) mean += static_cast<double>(value) - first;
  mean /= sets;
  for (const float value : values) {
    const double deviation = static_cast<double>(value) - first - mean;
    about_mean += deviation * deviation;
  }
  fit.variance = about_mean / sets;
  fit.r_squared = fit.variance > 0 ? squares / 4 / fit.variance : std::numeric_limits<double>::quiet_NaN();
  return fit;
}

double additive_r_squared(const AdditiveFit& fit, std::span<const double> weight) {
  if (weight.size() != fit.effect.size())
    throw UsageError("additive fit: {} weights for {} units", weight.size(), fit.effect.size());
  double products = 0, squares = 0;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    products += weight[i] * fit.effect[i];
    squares += weight[i] * weight[i];
  }
  const double denominator = 4 * squares * fit.variance;
  return denominator > 0 ? products * products / denominator : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace inforelay
