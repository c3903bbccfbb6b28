// The entropy estimator of Nemenman, Shafee and Bialek.
#pragma once

#include <cstdint>
#include <span>

namespace inforelay {

/// The largest alphabet of nsb_entropy_bits: K beta must stay representable.
inline constexpr double nsb_max_alphabet = 1e250;

/// The posterior mean of the entropy of a distribution over K = `alphabet` values, in bits, given `counts` n_i with
/// sum N, K_1 of them above 0:
///
///     H = integral of E[H | n, beta] w(beta) d beta / integral of w(beta) d beta
///     w(beta) = Gamma(K beta) / Gamma(N + K beta) prod_i Gamma(n_i + beta) / Gamma(beta) d xi / d beta
///     xi(beta) = psi(K beta + 1) - psi(beta + 1)
///     E[H | n, beta] = psi(N + K beta + 1) - sum over all K values of (n_i + beta) / (N + K beta) psi(n_i + beta + 1)
///
/// (Nemenman, Shafee and Bialek, NIPS 14, 471 (2002), eq. 9 and 10; E[H] of Wolpert and Wolf, Phys. Rev. E 52, 6841
/// (1995)): Dirichlet priors mixed so that the prior of the entropy is nearly uniform in [0, log2 K]. K is part of the
/// estimate, so it is never guessed. In [0, log2 K]; exactly 0 for K = 1.
///
/// By the trapezoidal rule in ln(beta) around the only maximum of the integrand (the likelihood of beta has one: Levin
/// and Reeds, Ann. Stat. 5, 79 (1977)), where it converges exponentially; the step is halved until the value changes by
/// less than 1e-11. Weights are kept as logarithms, their gamma functions as products or differences of Stirling's
/// series. Error below 1e-9 bit for N up to 1e6 and K up to nsb_max_alphabet.
///
/// UsageError if N = 0 or K is not a whole number in [K_1, nsb_max_alphabet]. Cost: about a thousand evaluations of the
/// integrand, each O(distinct counts), which are fewer than sqrt(2 N).
double nsb_entropy_bits(std::span<const std::uint64_t> counts, double alphabet);

}  // namespace inforelay
