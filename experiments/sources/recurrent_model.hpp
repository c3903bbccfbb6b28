// Recurrent networks as arrays of results, and those of files for a configuration.
#pragma once

#include <string>

#include "experiments/config/config.hpp"
#include "experiments/results/result_arrays.hpp"
#include "nn/data/source.hpp"
#include "nn/recurrent/recurrent_weights.hpp"

namespace inforelay {

/// The group `model` of a recurrent network's results: model/cellL/input_weight [gate_unit,in], hidden_weight
/// [gate_unit,state], input_bias, hidden_bias [gate_unit], L from 1; model/readout/weight [out,state], bias [out];
/// attributes `kind`, and `activation` of the readout.
void put_recurrent(const RecurrentNetwork& network, ResultArrays& out);
/// The inverse. Throws DataError if something is missing or does not fit.
RecurrentNetwork recurrent_from(const ResultView& model);
/// True if `system` holds the results of a recurrent network.
bool is_recurrent(const ResultView& system);

/// The network of config.weights, for data of these sizes; `path`: of the network in the configuration. Sets units,
/// layers, outputs and output_activation of `config`. Throws DataError for a file that is damaged, or whose network
/// does not fit; UsageError if the configuration contradicts it.
RecurrentWeightFile read_recurrent(const std::string& path, const DataSizes& data, NetworkConfig& config);

}  // namespace inforelay
