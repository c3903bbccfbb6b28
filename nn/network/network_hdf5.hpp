// Networks in HDF5 files: results, and the states of unfinished trainings.
#pragma once

#include <string>

#include "core/files/hdf5_file.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// Writes GROUP/layer1, GROUP/layer2, ...: weight [out,in], bias [out], and the attribute `activation`. Throws IoError.
void write_network(Hdf5Writer& file, const std::string& group, const Mlp& network);

/// Reads a network. Throws DataError, naming the place in the file: something missing or of another type; no layer; a
/// layer without rows or columns, or whose inputs do not match the outputs of the one before; an unknown activation,
/// or softmax in a hidden layer.
Mlp read_network(const Hdf5Reader& file, const std::string& group);

}  // namespace inforelay
