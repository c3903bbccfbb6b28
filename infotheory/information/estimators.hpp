// Estimators of entropy by name, and relay information of given sets by any of them.
//
// N samples, n_i counts of the K_1 occupied values, p_i = n_i / N, K the alphabet's size. Corrected entropies may
// exceed log2 K or be negative, and information computed from them may be negative or exceed its bounds; nothing is
// clamped.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "infotheory/information/information.hpp"

namespace inforelay {

/// H = - sum_i C p_i log2(C p_i) / (1 - (1 - C p_i)^N), bits, with the coverage C = 1 - f_1 / N, f_1 the number of
/// values seen once; if all are (f_1 = N), f_1 = N - 1 (Chao and Shen, Environ. Ecol. Stat. 10, 429 (2003)).
double chao_shen_entropy_bits(std::span<const std::uint64_t> counts);

/// H = sum_i p_i (ln N - psi(n_i) - (-1)^n_i / (n_i + 1)) / ln 2, bits (Grassberger, Phys. Lett. A 128, 369 (1988)).
double grassberger_1988_entropy_bits(std::span<const std::uint64_t> counts);

/// H = sum_i p_i (ln N - G(n_i)) / ln 2, bits, G(n) = psi(n) + (-1)^n (psi((n+1)/2) - psi(n/2)) / 2, so that G(1) =
/// -gamma - ln 2, G(2 n + 1) = G(2 n), G(2 n + 2) = G(2 n) + 2 / (2 n + 1) (Grassberger, arXiv:physics/0307138, eq. 28
/// to 31). Schuermann's estimator of 2004 with xi = 1 has psi(N) instead of ln N.
double grassberger_2003_entropy_bits(std::span<const std::uint64_t> counts);

/// A row of the table of estimators.
struct NamedEstimator {
  std::string_view name;
  std::string_view about;  ///< one line for people
  bool uses_alphabet;      ///< false: the alphabet's size makes no difference
  double (*bits)(std::span<const std::uint64_t> counts, double alphabet);
};

/// plug_in, miller_madow, chao_shen, grassberger_1988, grassberger_2003, nsb.
std::span<const NamedEstimator> entropy_estimators();

/// The one called `name`. UsageError, listing the names, if there is none.
const NamedEstimator& entropy_estimator(std::string_view name);

/// H from `counts` of a variable of `alphabet` possible values, bits. The size is a double because that of many units,
/// 2^K, may be too large for an integer. UsageError if the counts sum to 0, or for an alphabet that is not a whole
/// number or has fewer values than the counts show, whether the estimator uses it or not; an infinite one stands for
/// more than a double can hold, and only estimators that do not use it take it.
double estimated_entropy_bits(const NamedEstimator& estimator, std::span<const std::uint64_t> counts, double alphabet);

/// H of the variables `of` of a table of counts, bits; 0 for none. alphabets [V]: possible values of each variable of
/// the table, so that of a set is their product. UsageError as above, for a table of probabilities, or if there is not
/// one size for each variable.
double estimated_entropy_bits(const NamedEstimator& estimator, const JointTable& table, VariableSet of,
                              std::span<const double> alphabets);

/// Relay information of given sets, relay_information_bits() of information.hpp with each of its eight entropies
/// estimated by itself. Errors as above.
double relay_information_bits(const NamedEstimator& estimator, const JointTable& table, const RelayVariables& variables,
                              std::span<const double> alphabets);

}  // namespace inforelay
