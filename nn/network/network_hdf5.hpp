// Networks in HDF5 files of ours: results, checkpoints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/files/hdf5_file.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// What the root's attributes `format` and `format_version` say in a results file, which keeps the networks in
/// networks/NAME/model.
inline constexpr std::string_view results_format = "inforelay-results";
inline constexpr std::int64_t results_format_version = 1;

/// Writes GROUP/layer1, GROUP/layer2, ...: weight [out,in], bias [out], and the attribute `activation`. Throws IoError.
void write_network(Hdf5Writer& file, const std::string& group, const Mlp& network);

/// Reads it back. Throws DataError, naming the place in the file: something missing or of another type; no layer; a
/// layer without rows or columns, or whose inputs are not the outputs of the one before; an unknown activation.
Mlp read_network(const Hdf5Reader& file, const std::string& group);

}  // namespace inforelay
