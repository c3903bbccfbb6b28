// The computations of an experiment on one network: plain functions from data and results to results. What is kept,
// shown or resumed is the pipeline's business.
#pragma once

#include <string>

#include "core/progress.hpp"
#include "core/random.hpp"
#include "experiments/config.hpp"
#include "experiments/results.hpp"
#include "nn/data/dataset.hpp"

namespace inforelay {

/// Runs `data` through the network and makes states of the analysed layer. Each split is binarised by its own
/// activations; `random` is used by kmeans_iterated only. Throws DataError, with the network's `name`, where an
/// activation or output is not finite.
StatesResult compute_states(const std::string& name, const Mlp& network, const Dataset& data,
                            const AnalysisConfig& config, const RandomStream& random, Progress& progress);

/// Relay information of `states`: greedy removal, all its tied paths, and what follows from it, as `config` says; all
/// 2^K sets where `exhaustive`.
RelayResult compute_relay(const StatesResult& states, const RelayConfig& config, bool exhaustive, Progress& progress);

/// Balanced accuracies of `network` on `states` with sets of neurons of the analysed layer knocked out.
KnockoutResult compute_knockout(const Mlp& network, const StatesResult& states, const AnalysisConfig& config,
                                const RandomStream& random, Progress& progress);

/// Function against set size and information, over all sets; both arguments hold all sets.
RegressionResult compute_regression(const RelayResult& relay, const KnockoutResult& knockout);

/// Clusters and principal components of the hidden states of `shape`, entropy over the number of samples of `entropy`
/// (the paper: of the test and of the training images).
AppendixResult compute_appendix(const StatesResult& shape, const StatesResult& entropy, const RandomStream& random,
                                Progress& progress);

}  // namespace inforelay
