// Statements about results, entries of `compare` in a configuration: "full.regression.information < 0",
// "composite.regression.r_squared > full.regression.r_squared".
//
//     statement = term relation term            relation = "<" | ">" | "<=" | ">="
//     term      = quantity | number             quantity = NETWORK.METRIC | "abs(" NETWORK.METRIC ")"
#pragma once

#include <string>
#include <string_view>

namespace inforelay {

struct StatementTerm {
  std::string network, metric;  ///< "full", "regression.r_squared"; both empty: the number
  bool absolute = false;        ///< the absolute value of the metric
  double number = 0;            ///< finite

  bool is_number() const { return network.empty(); }
};

struct Statement {
  enum class Relation { less, greater, at_most, at_least };

  StatementTerm left;
  Relation relation = Relation::less;
  StatementTerm right;

  /// True if the relation holds for these values of the terms; false if one is NaN.
  bool holds(double left_value, double right_value) const;
};

/// Checks the form only: at least one term is a quantity, which need not exist. Throws a UsageError that shows the
/// form.
Statement parse_statement(std::string_view text);

}  // namespace inforelay
