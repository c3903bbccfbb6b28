// HDF5 files that describe themselves: every dataset has units, a long name and named dimensions, and a file with its
// final name is always complete. h5py, netCDF-4 (ncdump, xarray with either engine) and Octave open all of them.
//
// Paths inside a file are relative to its root ("networks/full/relay/test/information"); missing groups are created.
//
// Dimensions follow the rules of netCDF-4. An array of one dimension that has the name of that dimension (class
// [class]) is its scale: it holds the coordinates along it, for all arrays in its group and below. Each axis of an
// array takes the nearest scale of its name, in the array's own group or above. If there is none, or one of another
// length above, the array's group gets a scale without values (no storage, h5py reads zeros), which netCDF shows as a
// dimension without variable. So `unit` may have 20 elements in one network and 8 in another, but only one length in a
// group.
//
// Texts have a fixed length, with NUL bytes behind shorter ones. In datasets they are UTF-8 declared as ASCII, since
// Octave cannot read HDF5's UTF-8. netCDF up to 4.9.0 crashes on lists of such texts longer than a byte, so these have
// the mark of netCDF's dimensions without variable, and in addition are attributes of their group under the same name.
//
// Writing a dataset takes time in proportion to those that already use its scales: for hundreds, not thousands.
//
// Debian's HDF5 is not thread-safe: use all writers and readers of a process from one thread at a time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

/// The element types of datasets. Stored little-endian, or as the machine has them.
template <class T>
concept Hdf5Number =
    std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> || std::same_as<T, std::uint32_t> ||
    std::same_as<T, std::int64_t> || std::same_as<T, float> || std::same_as<T, double>;

/// The description stored with a dataset.
struct DatasetInfo {
  std::string units{};              ///< "bit", "s"; "1" for fractions, counts and indices
  std::string long_name{};          ///< a description: "relay information of every set of units"
  std::vector<std::string> dims{};  ///< the name of each axis, {"class", "set"}; none for a scalar
};

/// Values of any type that a dataset may have, row-major.
using Hdf5Values =
    std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::uint32_t>,
                 std::vector<std::int64_t>, std::vector<float>, std::vector<double>, std::vector<std::string>>;

/// A dataset of any type and shape. Texts have at most one dimension.
struct Hdf5Array {
  DatasetInfo info{};
  std::vector<std::size_t> shape{};  ///< empty: a single value
  Hdf5Values values{};
};

using Hdf5Attribute = std::variant<std::string, std::int64_t, double, std::vector<std::string>,
                                   std::vector<std::int64_t>, std::vector<double>>;

/// Writes a new file. It grows under a temporary name beside its target and takes the target's name, replacing an older
/// file, in commit(); destroyed before that, it leaves nothing. Every function throws IoError with the file and the
/// reason (disk full, no such directory, a dimension of two lengths); then the writer can only be destroyed.
class Hdf5Writer {
 public:
  /// `user_block`: bytes at the beginning of the file that HDF5 leaves to its user, 0 or a power of two from 512 on.
  explicit Hdf5Writer(std::filesystem::path target, std::size_t user_block = 0);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// A scale of `group` ("" is the root) with units "1": short for dataset("GROUP/NAME", values, {.., .dims = {NAME}}).
  /// It must come before the arrays that use it.
  void scale(std::string_view group, const std::string& name, std::span<const std::int64_t> values,
             std::string_view long_name);
  void scale(std::string_view group, const std::string& name, const std::vector<std::string>& values,
             std::string_view long_name);

  /// A dataset of `shape`, row-major; values.size() is the product of shape; any extent may be 0.
  template <Hdf5Number T>
  void array(std::string_view path, std::span<const T> values, const std::vector<std::size_t>& shape,
             const DatasetInfo& info);
  /// [rows, columns]
  template <Hdf5Number T>
  void dataset(std::string_view path, const RowMatrix<T>& values, const DatasetInfo& info) {
    array<T>(path, {values.data(), static_cast<std::size_t>(values.size())},
             {static_cast<std::size_t>(values.rows()), static_cast<std::size_t>(values.cols())}, info);
  }
  /// [size]
  template <Hdf5Number T>
  void dataset(std::string_view path, std::span<const T> values, const DatasetInfo& info) {
    array<T>(path, values, {values.size()}, info);
  }
  template <Hdf5Number T>
  void dataset(std::string_view path, const std::vector<T>& values, const DatasetInfo& info) {
    dataset(path, std::span<const T>(values), info);
  }
  template <Hdf5Number T>
  void dataset(std::string_view path, const Eigen::Matrix<T, Eigen::Dynamic, 1>& values, const DatasetInfo& info) {
    dataset(path, std::span<const T>(values.data(), static_cast<std::size_t>(values.size())), info);
  }
  /// A single number.
  template <Hdf5Number T>
  void dataset(std::string_view path, T value, const DatasetInfo& info) {
    array<T>(path, {&value, 1}, {}, info);
  }
  /// A single text, and a list of texts [size]: UTF-8 without NUL. A list takes size times its longest text.
  void dataset(std::string_view path, const std::string& value, const DatasetInfo& info);
  void dataset(std::string_view path, const std::vector<std::string>& values, const DatasetInfo& info);

  /// Adds an attribute to the dataset or group at `path` ("" is the root); a missing group is created. It is an error
  /// if the attribute exists.
  void attribute(std::string_view path, const std::string& name, const Hdf5Attribute& value);

  /// Gets the path of the closed file, which still has its temporary name, and returns the text of the user block.
  using UserBlock = std::function<std::string(const std::filesystem::path& closed)>;

  /// Flushes, closes, syncs and renames the file, then syncs its directory. Nothing may be written afterwards.
  void commit(const UserBlock& user_block = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The kind of object at a path.
enum class Hdf5Kind {
  group,
  array,      ///< a dataset that is not a scale
  scale,      ///< the coordinates of a dimension
  dimension,  ///< a scale without values, created by the writer
};

/// Reads a file written by Hdf5Writer or by others. Every function throws DataError naming file, path, what was found
/// and what was expected. Truncation is always detected, and so is damage to the structures of our own files, which
/// have checksums. Damage to the values themselves is not detected, and HDF5 1.10 may hang on damage to the names of
/// dimensions, which it keeps in a heap without checksum.
///
/// No other file is ever opened: soft and external links on a path, raw storage outside the file and virtual datasets
/// are refused. Our own files have none of these.
///
/// A dataset is read as T if T holds all values of its stored type: u8 as u8, u16, u32, i64 or double, but f64 not as
/// f32.
class Hdf5Reader {
 public:
  /// Larger datasets (bytes in memory) are refused before anything is allocated.
  static constexpr std::uint64_t default_max_bytes = std::uint64_t{16} << 30;
  /// Accepts any length of an axis.
  static constexpr std::size_t any = ~std::size_t{0};

  explicit Hdf5Reader(std::filesystem::path file, std::uint64_t max_bytes = default_max_bytes);
  ~Hdf5Reader();
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  /// The file, as the errors name it.
  const std::string& name() const;

  /// True if there is a group or dataset at `path`. Throws DataError if a link leads elsewhere.
  bool exists(std::string_view path) const;
  Hdf5Kind kind(std::string_view path) const;
  /// Names of everything in the group at `path` ("" is the root), sorted.
  std::vector<std::string> children(std::string_view path) const;
  /// Calls `each` with the path and kind of everything below the group at `path`: in a group its scales first, then
  /// its arrays, then each of its groups followed by its content; by name. Copied in this order, scales precede their
  /// use.
  void visit(std::string_view path, const std::function<void(const std::string&, Hdf5Kind)>& each) const;
  /// Extents of a dataset; empty for a scalar.
  std::vector<std::size_t> shape(std::string_view path) const;
  /// Names of the dimensions of a dataset; "" for one without name.
  std::vector<std::string> dimension_names(std::string_view path) const;

  /// A dataset as it is: its type is the narrowest of Hdf5Values that holds all values of the stored type. Booleans of
  /// h5py (an enumeration of FALSE and TRUE) are u8; u64 is i64, and a value beyond its range is an error.
  Hdf5Array read_any(std::string_view path) const;
  /// The type that read_any() would give, without values.
  Hdf5Values values_type(std::string_view path) const;
  /// All attributes of a dataset or group but those that every dataset has (units, long_name), those of HDF5 and
  /// netCDF, and the copies of lists of texts.
  std::map<std::string, Hdf5Attribute> attributes(std::string_view path) const;

  /// Values of a dataset of any rank, row-major.
  template <Hdf5Number T>
  std::vector<T> array(std::string_view path) const;
  /// A dataset [rows, columns] of the given extents.
  template <Hdf5Number T>
  RowMatrix<T> matrix(std::string_view path, std::size_t rows = any, std::size_t columns = any) const;
  /// A dataset [size].
  template <Hdf5Number T>
  std::vector<T> vector(std::string_view path, std::size_t size = any) const;
  /// A list of texts.
  std::vector<std::string> texts(std::string_view path) const;

  bool has_attribute(std::string_view path, const std::string& name) const;
  /// T: std::string, std::int64_t, double, or a std::vector of one of these.
  template <class T>
  T attribute(std::string_view path, const std::string& name) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inforelay
