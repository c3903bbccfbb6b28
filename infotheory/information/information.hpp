// Information between discrete variables, in bits, each a sum of entropies of a JointTable's marginals.
//
// X, Y, Z are sets of variables and may overlap: I(X;X) = H(X). The plug-in values obey the identities and bounds named
// below up to rounding (a few 1e-15 bit for each entropy), and are never clamped; Miller-Madow values (each entropy
// corrected by its own occupied cells) may break the bounds and be negative. Every function throws UsageError for a
// variable that the table lacks, and for miller_madow on probabilities.
// Source: Cover and Thomas, Elements of Information Theory, 2nd ed., chapter 2.
#pragma once

#include "infotheory/information/joint_table.hpp"

namespace inforelay {

/// I(X;Y) = H(X) + H(Y) - H(X,Y), in [0, min(H(X), H(Y))].
double mutual_information_bits(const JointTable& table, VariableSet x, VariableSet y,
                               EntropyEstimator estimator = EntropyEstimator::plug_in);
/// The same for two columns of N symbols each.
double mutual_information_bits(std::span<const DiscreteValue> x, std::span<const DiscreteValue> y,
                               EntropyEstimator estimator = EntropyEstimator::plug_in);

/// I(X;Y|Z) = H(X,Z) + H(Y,Z) - H(Z) - H(X,Y,Z), >= 0.
double conditional_mutual_information_bits(const JointTable& table, VariableSet x, VariableSet y, VariableSet z,
                                           EntropyEstimator estimator = EntropyEstimator::plug_in);

/// The sets of variables of relay information; each variable may have any number of values. Variables in none of the
/// four are marginalised.
struct RelayVariables {
  VariableSet in;     ///< X_in
  VariableSet out;    ///< X_out
  VariableSet relay;  ///< Y_R
  VariableSet rest;   ///< Y_0, all units but those of Y_R
};

/// I_R(X_in; X_out; Y_R | Y_0) = I(X_in; X_out | Y_0) - I(X_in; X_out | Y_0, Y_R), which is
///
///     -H(Y_0) + H(X_in,Y_0) + H(Y_R,Y_0) + H(X_out,Y_0)
///     -H(X_in,Y_R,Y_0) - H(X_in,X_out,Y_0) - H(X_out,Y_R,Y_0) + H(X_in,X_out,Y_R,Y_0)
///
/// (Hintze & Adami, Entropy 2023, 25(3), 401, eq. 4). At most min(H(X_in), H(X_out)) in size, negative for a collider,
/// exactly 0 for an empty Y_R. This is the general definition; relay.hpp computes it faster, for the binary X_in and
/// X_out of a contrast and binary units.
double relay_information_bits(const JointTable& table, const RelayVariables& variables,
                              EntropyEstimator estimator = EntropyEstimator::plug_in);

/// The likelihood-ratio test of independence.
struct GTest {
  double information_bits;           ///< plug-in I(X;Y)
  double statistic;                  ///< G = 2 N ln 2 I(X;Y)
  std::uint64_t degrees_of_freedom;  ///< (occupied X - 1) (occupied Y - 1)
  double p_value;                    ///< P(chi-square >= G); 1 with 0 degrees of freedom
};

/// G-test of X against Y. Throws UsageError if the table holds no counts.
GTest g_test(const JointTable& table, VariableSet x, VariableSet y);

}  // namespace inforelay
