// The two formats of torch.save(model.state_dict(), path).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "nn/weights/tensors.hpp"

namespace inforelay {

/// True if the content begins like a pickle.
bool is_pickle(std::span<const std::uint8_t> content);

/// The zip archive of PyTorch >= 1.6: ROOT/data.pkl, the state dict; ROOT/data/KEY, its storages; ROOT/byteorder,
/// "little" (also if missing) or "big". Entries must be stored, as PyTorch writes them, and fit side by side in
/// the file: so nothing can expand beyond the size of the file. Throws DataError, also for entries of one name, and
/// TorchScript archives.
TensorFile read_torch_zip(std::span<const std::uint8_t> content, std::string_view file);

/// The format of PyTorch < 1.6, or of _use_new_zipfile_serialization=False: pickles of a magic number, the protocol
/// 1001, a description of the machine, the state dict, and the list of storage keys; then, in the order of that list,
/// each storage: its number of elements, 64 bits, and these, little endian. Nothing may follow. Throws DataError, also
/// for files of machines that were not little endian.
TensorFile read_torch_legacy(std::span<const std::uint8_t> content, std::string_view file);

}  // namespace inforelay
