// Recurrent networks and unfinished trainings of them in HDF5 files.
#pragma once

#include <string>

#include "core/files/hdf5_file.hpp"
#include "nn/recurrent/recurrent_trainer.hpp"

namespace inforelay {

/// Writes GROUP/layer1, GROUP/layer2, ...: input_weight [gate_unit,in], hidden_weight [gate_unit,unit], input_bias and
/// hidden_bias [gate_unit]; GROUP/readout: weight [out,unit], bias [out], attribute `activation`; and the attribute
/// `kind` of GROUP. Throws IoError.
void write_recurrent_network(Hdf5Writer& file, const std::string& group, const RecurrentNetwork& network);

/// Reads a network. Throws DataError, naming the place in the file: something missing or of another type or shape, an
/// unknown kind or activation.
RecurrentNetwork read_recurrent_network(const Hdf5Reader& file, const std::string& group);

/// A training from which another process continues as if it had never stopped.
void write_recurrent_state(Hdf5Writer& file, const RecurrentTrainerState& state);
/// Throws DataError if something is missing or of another type.
RecurrentTrainerState read_recurrent_state(const Hdf5Reader& file);

/// Throws DataError, naming the difference, if training cannot have led from `beginning` to `saved`: another kind or
/// widths, moments that are not as many as the parameters, curves that are not as long as the epochs, more epochs than
/// `max_epochs`.
void check_resumable(const RecurrentTrainerState& saved, const RecurrentNetwork& beginning, int max_epochs);

}  // namespace inforelay
