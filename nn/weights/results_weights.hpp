// Networks from the results files of this program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/process/child_process.hpp"
#include "nn/weights/tensors.hpp"

namespace inforelay {

/// True if the content begins like an HDF5 file.
bool is_hdf5(std::span<const std::uint8_t> content);

/// The tensors, activations and scaling of inputs of networks/NAME/model, see nn/network/network_hdf5.hpp; NAME is
/// `network`, or if that is empty the only one. Damaged files can crash or hang HDF5 1.10, so a separate process reads
/// and sends the tensors. A tensor may take 1 GiB, and max_sharing times the size of the file. Throws DataError, also
/// for another HDF5 file, an unknown network (those there are listed), or several if none is named; and as
/// run_in_child().
TensorFile read_results_weights(const std::filesystem::path& path, const std::string& network,
                                const ChildLimits& limits = {}, const Progress& progress = Progress::none());

}  // namespace inforelay
