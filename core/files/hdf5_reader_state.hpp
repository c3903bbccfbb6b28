// Internal: the open file behind Hdf5Reader; finds, checks and reads its datasets and attributes.
#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/files/hdf5_file.hpp"
#include "core/files/hdf5_internal.hpp"

namespace inforelay {

namespace detail {

/// A dataset or attribute, and what it holds.
struct Hdf5Source {
  std::string path;  ///< for messages: "/networks/full@activation"
  Hdf5Handle object, type, space;
  bool is_attribute;
  std::vector<std::size_t> shape{};
  std::size_t size = 0;  ///< number of elements

  bool is_text() const { return H5Tget_class(type.id()) == H5T_STRING; }
};

/// True if T can represent every value of the stored type.
template <class T>
bool holds(hid_t stored) {
  const H5T_class_t type_class = H5Tget_class(stored);
  if (type_class == H5T_FLOAT) return std::is_floating_point_v<T> && H5Tget_size(stored) <= sizeof(T);
  if (type_class != H5T_INTEGER) return false;
  const bool negative = H5Tget_sign(stored) == H5T_SGN_2;
  if (negative && !std::numeric_limits<T>::is_signed) return false;
  const auto digits = static_cast<int>(H5Tget_precision(stored)) - (negative ? 1 : 0);
  return digits <= std::numeric_limits<T>::digits;
}

/// True for an enumeration of one byte, as which h5py stores booleans.
inline bool is_boolean(hid_t stored) { return H5Tget_class(stored) == H5T_ENUM && H5Tget_size(stored) == 1; }

/// A type for messages: "32-bit float", "8-bit unsigned integer", "text".
std::string type_name(hid_t type);

}  // namespace detail

struct Hdf5Reader::State {
  using Source = detail::Hdf5Source;

  std::string name;  // of the file, for messages
  std::uint64_t max_bytes;
  detail::Hdf5Handle file{};
  // Objects that were found, and checked: "networks", "networks/full". The file does not change while it is open.
  mutable std::set<std::string> found{};

  [[noreturn]] void fail(std::string_view path, std::string_view what) const;

  bool exists(std::string_view path) const;
  detail::Hdf5Handle open(std::string_view path) const;
  Source dataset(std::string_view path) const;
  Source attribute(std::string_view path, const std::string& attribute_name) const;
  /// Names of the axes; those of scales have none of their own and are named like the scale.
  std::vector<std::string> dimension_names(const Source& dataset) const;

  /// The extents must be `expected`, in which `any` stands for any length.
  void check_shape(const Source& source, const std::vector<std::size_t>& expected) const;
  template <Hdf5Number T>
  void check_type(const Source& source) const {
    if (detail::holds<T>(source.type.id())) return;
    wrong_type(source, detail::type_name(detail::native_type<T>()) + " or narrower");
  }

  void read(const Source& source, hid_t memory_type, void* out) const;
  template <Hdf5Number T>
  std::vector<T> numbers(const Source& source) const {
    check_type<T>(source);
    std::vector<T> values(source.size);
    read(source, detail::native_type<T>(), values.data());
    return values;
  }
  std::vector<std::string> texts(const Source& source) const;

  /// Empty values of the narrowest type that holds those of the source.
  Hdf5Values values_type(const Source& source) const;
  /// All values, of a source for which values_type() is T.
  template <class T>
  std::vector<T> read_as(const std::vector<T>&, const Source& source) const {
    if constexpr (std::is_same_v<T, std::string>) {
      return texts(source);
    } else {
      if constexpr (std::is_same_v<T, std::uint8_t>) {
        if (detail::is_boolean(source.type.id())) return booleans(source);
      }
      if constexpr (std::is_same_v<T, std::int64_t>) {
        if (!detail::holds<T>(source.type.id())) return large_integers(source);
      }
      return numbers<T>(source);
    }
  }

 private:
  std::vector<std::uint8_t> booleans(const Source& source) const;
  std::vector<std::int64_t> large_integers(const Source& source) const;
  [[noreturn]] void wrong_type(const Source& source, std::string_view expected) const;
  void check_link(const std::string& path) const;
  void check_storage(const Source& source) const;
  void measure(Source& source) const;
  std::vector<std::string> variable_texts(const Source& source) const;
  std::vector<std::string> fixed_texts(const Source& source) const;
};

}  // namespace inforelay
