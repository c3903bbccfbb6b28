// The file driver through which HDF5 writes.
//
// HDF5 1.10 does not survive a failed write: closing a file on a full disk corrupts its caches and crashes the process
// immediately or at exit. So this driver records the first error and reports success to HDF5; the writer checks the
// record after each call.
#pragma once

#include <hdf5.h>

#include "core/files/hdf5_internal.hpp"

namespace inforelay::detail {

/// The file access properties for H5Fcreate to write an existing, empty file by this driver. `error`, 0 at first, gets
/// the errno of the first failure; it must outlive the file. Throws IoError if HDF5 refuses the driver.
Hdf5Handle writing_access(int* error);

}  // namespace inforelay::detail
