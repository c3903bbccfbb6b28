// Internal: handles, types, paths and error messages shared by writer and reader of HDF5 files.
#pragma once

#include <hdf5.h>

#include <string>
#include <string_view>
#include <utility>

#include "core/files/hdf5_file.hpp"

namespace inforelay::detail {

/// An HDF5 identifier and the function that closes it. id() < 0: the call that made it failed.
class Hdf5Handle {
 public:
  Hdf5Handle() = default;
  Hdf5Handle(hid_t id, herr_t (*closer)(hid_t)) : id_(id), closer_(closer) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), closer_(other.closer_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(closer_, other.closer_);
    return *this;
  }
  ~Hdf5Handle() { close(); }

  hid_t id() const { return id_; }
  bool valid() const { return id_ >= 0; }
  /// Closes now; false if HDF5 reports an error.
  bool close() {
    const hid_t id = std::exchange(id_, -1);
    return id < 0 || closer_(id) >= 0;
  }

 private:
  hid_t id_ = -1;
  herr_t (*closer_)(hid_t) = nullptr;
};

/// The memory type of T, also used in files.
template <class T>
hid_t native_type() {
  if constexpr (std::same_as<T, std::uint8_t>) return H5T_NATIVE_UINT8;
  if constexpr (std::same_as<T, std::uint16_t>) return H5T_NATIVE_UINT16;
  if constexpr (std::same_as<T, std::uint32_t>) return H5T_NATIVE_UINT32;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::same_as<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::same_as<T, double>) return H5T_NATIVE_DOUBLE;
}

/// The name of a scale that netCDF takes for a dimension without variable; then comes its length, %10d.
inline constexpr std::string_view without_variable = "This is a netCDF dimension but not a netCDF variable. ";

/// Turns off the stack trace that HDF5 prints for every failed call, process-wide.
void silence_hdf5();

/// Throws IoError if `result` is the failure of a call that prepares HDF5.
void require_hdf5(herr_t result);

/// The innermost message of HDF5's last failed call, on one line; "unknown error" if it left none.
std::string hdf5_reason();

/// "/a/b" and "a/b/" -> "a/b"
std::string_view trim_slashes(std::string_view path);

/// "/a/b" for messages, "/" for the root.
std::string shown_path(std::string_view path);

/// "a/b" and "c" -> "a/b/c"; "" and "c" -> "c"
std::string join_path(std::string_view group, std::string_view name);

/// "a/b/c" -> "a/b"; "a" -> ""
std::string_view parent_of(std::string_view path);

/// "a/b/c" -> "c"
std::string_view name_of(std::string_view path);

}  // namespace inforelay::detail
