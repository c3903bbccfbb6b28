// What the paper says of its two networks, held against others.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/results/results.hpp"

namespace inforelay {

/// The claims of the paper, in its order, about one run:
///   * the coefficient of relay information is negative (each network)
///   * relay information explains more than the size of the set: |b_I| > |b_D| (each network)
///   * R^2 of the modular network is above that of the distributed one
///   * greedy search (on the training images, where those are analysed) ends with the modular network's known modules:
///     of H neurons for each detector, tH, ..., tH + H-1 for class t
///   * relays are smeared over more neurons in the distributed network, in two readings: the smallest set that relays
///     half of what all neurons do is larger (all sets of the split of the regression); and the participation ratio of
///     the aggregated relay information is (the split of the greedy search). The two need not agree.
/// A regression without a fit counts as a claim that does not hold. `config.claims` is there, and checked. Throws
/// UsageError where the results lack what a claim is about.
std::vector<ClaimResult> check_claims(const ExperimentConfig& config,
                                      const std::vector<std::pair<std::string, NetworkResult>>& networks);

}  // namespace inforelay
