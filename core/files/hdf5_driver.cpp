#include "core/files/hdf5_driver.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <new>

namespace inforelay::detail {
namespace {

/// What the access properties carry to open_file.
struct DriverInfo {
  int* error;
};

struct DriverFile : H5FD_t {
  int descriptor;
  int* error;
  haddr_t end_of_allocation;
  haddr_t end_of_file;  // for HDF5: after an error, past what could be written

  void note(int value) const {
    if (*error == 0) *error = value;
  }
};

DriverFile& self(H5FD_t* file) { return *static_cast<DriverFile*>(file); }
const DriverFile& self(const H5FD_t* file) { return *static_cast<const DriverFile*>(file); }

H5FD_t* open_file(const char* name, unsigned, hid_t access, haddr_t) {
  const auto* info = static_cast<const DriverInfo*>(H5Pget_driver_info(access));
  const int descriptor = ::open(name, O_RDWR | O_TRUNC | O_CLOEXEC);
  auto* file = descriptor < 0 ? nullptr : new (std::nothrow) DriverFile{};
  if (file == nullptr) {
    *info->error = descriptor < 0 ? errno : ENOMEM;
    if (descriptor >= 0) ::close(descriptor);
    return nullptr;
  }
  file->descriptor = descriptor;
  file->error = info->error;
  return file;
}

herr_t close_file(H5FD_t* file) {
  if (::close(self(file).descriptor) != 0) self(file).note(errno);
  delete &self(file);
  return 0;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t end_of_allocation(const H5FD_t* file, H5FD_mem_t) { return self(file).end_of_allocation; }

herr_t set_end_of_allocation(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  self(file).end_of_allocation = address;
  return 0;
}

haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) { return self(file).end_of_file; }

herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) {
  auto* out = static_cast<char*>(buffer);
  while (size > 0) {
    const ssize_t n = ::pread(self(file).descriptor, out, size, static_cast<off_t>(address));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) self(file).note(errno);
    if (n <= 0) break;
    out += n;
    address += static_cast<haddr_t>(n);
    size -= static_cast<std::size_t>(n);
  }
  std::memset(out, 0, size);  // bytes that were never written read as 0
  return 0;
}

herr_t write(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, const void* buffer) {
  DriverFile& target = self(file);
  const auto* in = static_cast<const char*>(buffer);
  target.end_of_file = std::max(target.end_of_file, address + size);
  while (size > 0 && *target.error == 0) {
    const ssize_t n = ::pwrite(target.descriptor, in, size, static_cast<off_t>(address));
    if (n < 0 && errno == EINTR) continue;
    // Nothing written and no error: trying again could loop forever.
    if (n <= 0) target.note(n == 0 ? EIO : errno);
    if (n <= 0) break;
    in += n;
    address += static_cast<haddr_t>(n);
    size -= static_cast<std::size_t>(n);
  }
  return 0;
}

herr_t truncate(H5FD_t* file, hid_t, hbool_t) {
  DriverFile& target = self(file);
  if (target.end_of_allocation == target.end_of_file) return 0;
  if (*target.error == 0 && ::ftruncate(target.descriptor, static_cast<off_t>(target.end_of_allocation)) != 0) {
    target.note(errno);
  }
  target.end_of_file = target.end_of_allocation;
  return 0;
}

H5FD_class_t make_driver() {
  H5FD_class_t driver{};
#ifdef H5FD_CLASS_VERSION  // HDF5 1.14
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(H5_VFD_RESERVED);  // the first number that HDF5 leaves to others
#endif
  driver.name = "inforelay";
  driver.maxaddr = (haddr_t{1} << 63) - 1;
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(DriverInfo);
  driver.open = open_file;
  driver.close = close_file;
  driver.query = query;
  driver.get_eoa = end_of_allocation;
  driver.set_eoa = set_end_of_allocation;
  driver.get_eof = end_of_file;
  driver.read = read;
  driver.write = write;
  driver.truncate = truncate;
  constexpr H5FD_mem_t kinds[] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(kinds), std::end(kinds), driver.fl_map);
  return driver;
}

/// Registered once; HDF5 unregisters it when the process ends.
hid_t driver_id() {
  static const H5FD_class_t driver = make_driver();
  static const hid_t id = [] {
    const hid_t registered = H5FDregister(&driver);
    require_hdf5(registered < 0 ? -1 : 0);
    return registered;
  }();
  return id;
}

}  // namespace

Hdf5Handle writing_access(int* error) {
  Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  const DriverInfo info{error};
  require_hdf5(H5Pset_driver(access.id(), driver_id(), &info));
  // The format of HDF5 1.8: checksums over all structures (damage is detected), attributes of any size.
  require_hdf5(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V18, H5F_LIBVER_V18));
  return access;
}

}  // namespace inforelay::detail
