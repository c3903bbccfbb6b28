// The computations of an experiment on one network: functions from data and results to results, the same whether they
// begin or go on from what an interrupted start left in its files. Those without such files take less than a minute at
// any size that a configuration allows.
#pragma once

#include <string>

#include "core/files/stage_store.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "experiments/config/config.hpp"
#include "experiments/results/results.hpp"
#include "nn/data/dataset.hpp"

namespace inforelay {

/// Runs `data` through the network and makes states of the analysed layer. Each split is binarised by its own
/// activations; `random` is used by kmeans_iterated only. Throws DataError, with the network's `name`, where an
/// activation or output is not finite.
StatesResult compute_states(const std::string& name, const Mlp& network, const Dataset& data,
                            const AnalysisConfig& config, const RandomStream& random, Progress& progress);

/// Relay information of `states`: greedy removal, all its tied paths, and what follows from it, as `config` says; all
/// 2^K sets where `exhaustive`, with their table or only its summaries. What it has of tied paths and sets is kept in
/// `files` while it goes on.
RelayResult compute_relay(const StatesResult& states, const RelayConfig& config, bool exhaustive, AllSetsTable table,
                          StageStore& files, Progress& progress);

/// Balanced accuracies of `network` on `states` with sets of neurons of the analysed layer knocked out. Of all sets,
/// those it has are kept in `files` while it goes on.
KnockoutResult compute_knockout(const Mlp& network, const StatesResult& states, const AnalysisConfig& config,
                                AllSetsTable table, const RandomStream& random, StageStore& files, Progress& progress);

/// Function against set size and information, over all sets; both arguments hold their tables.
RegressionResult compute_regression(const RelayResult& relay, const KnockoutResult& knockout, Progress& progress);

/// Clusters and principal components of the hidden states of `shape`, entropy over the number of samples of `entropy`
/// (the paper: of the test and of the training images).
AppendixResult compute_appendix(const StatesResult& shape, const StatesResult& entropy, const RandomStream& random,
                                Progress& progress);

}  // namespace inforelay
