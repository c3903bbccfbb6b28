// Quantities that follow from the entropies of a JointTable, as identities of those that the library computes and for
// comparison with other packages. X, Y, Z are sets of variables; Cover and Thomas, Elements of Information Theory, 2nd
// ed., chapter 2; Rosas et al., Phys. Rev. E 100, 032305 (2019) for the last three.
#pragma once

#include <cmath>
#include <numbers>

#include "infotheory/information/information.hpp"

namespace inforelay::test {

/// h(p) = - p log2 p - (1-p) log2 (1-p), p in (0,1).
inline double binary_entropy_bits(double p) { return -p * std::log2(p) - (1 - p) * std::log1p(-p) / std::numbers::ln2; }

/// H(X|Z) = H(X,Z) - H(Z), >= 0.
inline double conditional_entropy_bits(const JointTable& table, VariableSet x, VariableSet z) {
  return table.entropy_bits(x | z) - table.entropy_bits(z);
}

/// coI(X;Y;Z) = I(X;Y) - I(X;Y|Z): positive is redundancy, negative synergy. Symmetric in its three arguments.
inline double co_information_bits(const JointTable& table, VariableSet x, VariableSet y, VariableSet z) {
  return mutual_information_bits(table, x, y) - conditional_mutual_information_bits(table, x, y, z);
}

/// TC = sum_i H(X_i) - H(X_1,...,X_V), over all V variables of the table; >= 0.
inline double total_correlation_bits(const JointTable& table) {
  double sum = 0;
  for (int v = 0; v < table.variable_count(); ++v) sum += table.entropy_bits(VariableSet{v});
  return sum - table.entropy_bits();
}

/// DTC = H(X_1,...,X_V) - sum_i H(X_i | all others); >= 0.
inline double dual_total_correlation_bits(const JointTable& table) {
  const VariableSet all = VariableSet::all(table.variable_count());
  double residual = 0;
  for (int v = 0; v < table.variable_count(); ++v)
    residual += conditional_entropy_bits(table, VariableSet{v}, all.without(v));
  return table.entropy_bits() - residual;
}

/// O = TC - DTC: positive if redundancy dominates, negative if synergy does.
inline double o_information_bits(const JointTable& table) {
  return total_correlation_bits(table) - dual_total_correlation_bits(table);
}

}  // namespace inforelay::test
