// HDF5 files that state what they belong to and have a checksum: the intermediate results of a run. Both are read
// before HDF5 opens the file, since HDF5 1.10 may crash or hang on a damaged one.
//
// The first KiB of such a file, its user block, is not read by HDF5. It holds one line of JSON (head -n 1 FILE):
//
//   format        version of this format and of the contents of the files
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

/// Identifies the run and the results that a file belongs to.
struct FileStamp {
  std::string run;           ///< identity of the run
  std::string input_digest;  ///< digest of the results that the file's own were computed from
};

/// A file that was written or verified.
struct FileContent {
  std::string digest;  ///< SHA-256 of the HDF5 data: equal results have equal digests
  double seconds = 0;
};

/// Writes a file by `write`, atomically. Throws IoError.
FileContent write_checksummed(const std::filesystem::path& path, const FileStamp& stamp, double seconds,
                              const std::function<void(Hdf5Writer&)>& write);

/// Throws DataError, with the reason in a phrase, if the file is damaged or was not written under its present name for
/// `stamp`.
FileContent verify_checksummed(const std::filesystem::path& path, const FileStamp& stamp);

}  // namespace inforelay
