#include "infotheory/information/information.hpp"

#include <boost/math/distributions/chi_squared.hpp>

#include "core/error.hpp"

namespace inforelay {

double mutual_information_bits(const JointTable& table, VariableSet x, VariableSet y, EntropyEstimator estimator) {
  return table.entropy_bits(x, estimator) + table.entropy_bits(y, estimator) - table.entropy_bits(x | y, estimator);
}

double mutual_information_bits(std::span<const DiscreteValue> x, std::span<const DiscreteValue> y,
                               EntropyEstimator estimator) {
  return mutual_information_bits(JointTable::from_samples({x, y}), {0}, {1}, estimator);
}

double conditional_mutual_information_bits(const JointTable& table, VariableSet x, VariableSet y, VariableSet z,
                                           EntropyEstimator estimator) {
  return table.entropy_bits(x | z, estimator) + table.entropy_bits(y | z, estimator) -
         table.entropy_bits(z, estimator) - table.entropy_bits(x | y | z, estimator);
}

double relay_information_bits(const JointTable& table, const RelayVariables& variables, EntropyEstimator estimator) {
  const auto& [in, out, relay, rest] = variables;
  return conditional_mutual_information_bits(table, in, out, rest, estimator) -
         conditional_mutual_information_bits(table, in, out, rest | relay, estimator);
}

GTest g_test(const JointTable& table, VariableSet x, VariableSet y) {
  if (!table.has_counts()) throw UsageError("g_test: the table holds probabilities; counts are needed");
  GTest test{};
  test.information_bits = mutual_information_bits(table, x, y);
  test.statistic = 2 * static_cast<double>(table.samples()) * nats_per_bit * test.information_bits;
  test.degrees_of_freedom = std::uint64_t{table.marginal(x).occupied() - 1} * (table.marginal(y).occupied() - 1);
  test.p_value = 1;
  // The statistic of an independent table can be a rounding error below 0, outside the domain of chi-square.
  if (test.degrees_of_freedom > 0 && test.statistic > 0) {
    const boost::math::chi_squared chi_squared(static_cast<double>(test.degrees_of_freedom));
    test.p_value = boost::math::cdf(boost::math::complement(chi_squared, test.statistic));
  }
  return test;
}

}  // namespace inforelay
