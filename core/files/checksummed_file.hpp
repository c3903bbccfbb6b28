// HDF5 files that state what they belong to and have a checksum: the intermediate results of a run. Both are read
// before HDF5 opens the file, since HDF5 1.10 may crash or hang on a damaged one.
//
// HDF5 leaves the first KiB of such a file, its user block, to us. It holds one line of JSON (head -n 1 FILE):
//
//   format        version of this format and of what is in the files
//   run           the run that the file belongs to
//   name          the file's name when it was written
//   input_digest  digest of the results that the file's own were computed from
//   seconds       how long its computation took, over all starts
//   sha256        SHA-256 of all that follows the user block
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/files/hdf5_file.hpp"

namespace inforelay {

/// What a file must belong to, to be used.
struct FileStamp {
  std::string run;           ///< identity of the run
  std::string input_digest;  ///< digest of the results that the file's own were computed from
};

/// What is known of a file that was written or found.
struct FileContent {
  std::string digest;  ///< SHA-256 of the HDF5 data: equal results have equal digests
  double seconds = 0;
};

/// Writes a file by `write`. At any moment it is absent (or as it was) or whole. Throws IoError.
FileContent write_checksummed(const std::filesystem::path& path, const FileStamp& stamp, double seconds,
                              const std::function<void(Hdf5Writer&)>& write);

/// Throws DataError, with the reason in a phrase, if the file is damaged or was not written under its present name for
/// `stamp`.
FileContent verify_checksummed(const std::filesystem::path& path, const FileStamp& stamp);

}  // namespace inforelay
