// A statement of `compare`: two numbers of networks, or one and a constant, and how they compare.
//
//   full.regression.r_squared < composite.regression.r_squared
//   abs(full.regression.information) > abs(full.regression.set_size)
//   full.relay.test.smallest_set_50 >= 5
#pragma once

#include <string>
#include <string_view>

namespace inforelay {

struct StatementTerm {
  std::string metric;  ///< "full.regression.r_squared"; "": a constant
  double constant = 0;
  bool absolute = false;  ///< the absolute value of the metric

  bool is_constant() const { return metric.empty(); }
};

struct Statement {
  StatementTerm left, right;
  std::string relation;  ///< "<", "<=", ">", ">=" or "="

  /// False if either is NaN.
  bool holds(double a, double b) const;
};

/// Whether the metrics exist is not checked, but at least one of the terms is one. Throws UsageError, saying what was
/// expected.
Statement parse_statement(std::string_view text);

}  // namespace inforelay
