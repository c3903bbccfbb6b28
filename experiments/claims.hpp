// What the paper says of its two networks, held against others.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "experiments/config.hpp"
#include "experiments/results.hpp"

namespace inforelay {

/// The claims of the paper, in its order, about one run:
///   * the coefficient of relay information is negative (each network)
///   * relay information explains more than the size of the set: |b_I| > |b_D| (each network)
///   * R^2 of the modular network is above that of the distributed one
///   * greedy search (on the training images, where those are analysed) ends with the modular network's known modules:
///     of H neurons for each detector, tH, ..., tH + H-1 for class t
///   * relays are smeared over more neurons in the distributed network: the smallest set that relays nine tenths of
///     what all neurons do is larger than in the modular one (all sets of the split of the regression)
/// A regression without a fit counts as a claim that does not hold. `config.claims` is there, and checked. Throws
/// UsageError where the results lack what a claim is about.
std::vector<ClaimResult> check_claims(const ExperimentConfig& config,
                                      const std::vector<std::pair<std::string, NetworkResult>>& networks);

}  // namespace inforelay
