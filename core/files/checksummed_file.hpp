// HDF5 files that say whose they are and whether they are whole, before HDF5 looks at them: HDF5 1.10 may crash or hang
// on a damaged file, and takes any file that fits for the right one.
//
// After the end of the HDF5 data, where HDF5 does not look, stand lines of text (read them with `tail -n 6 FILE`):
//
//   inforelay stage file 1        the version of this format and of what is in the files
//   run 1a2b3c4d                  the run that it belongs to
//   name full-relay-test.h5       the file's name when it was written
//   input_digest 5f70...                 the digest of what it was computed from
//   seconds 12.5                  how long that took, over all starts
//   seal 0e9c... 00000150         the SHA-256 of all before this line, and the length of the five lines
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/files/hdf5_file.hpp"

namespace inforelay {

/// What a file must belong to, to be of use.
struct FileStamp {
  std::string run;           ///< identity of the run; one line
  std::string input_digest;  ///< digest of the results that the file's own were computed from; one line
};

/// What is known of a sealed file once it was written, or found whole.
struct FileContent {
  std::string digest;  ///< SHA-256 of the HDF5 data alone: equal results, equal digest
  double seconds = 0;
};

/// Writes a file by `write` and seals it; it is absent (or as it was) or whole at any moment. Throws IoError.
FileContent write_checksummed(const std::filesystem::path& path, const FileStamp& seal, double seconds,
                              const std::function<void(Hdf5Writer&)>& write);

/// Looks at all of the file but its meaning. Throws DataError where it is not one that write_checksummed() left under
/// this name for `seal`, saying what is wrong with it in a phrase ("it is damaged: ...").
FileContent verify_checksummed(const std::filesystem::path& path, const FileStamp& seal);

}  // namespace inforelay
