// HDF5 files that explain themselves: every dataset carries units, a long name and named dimensions, and a file under
// its final name is always whole.
//
// Paths inside a file are relative to its root ("networks/full/relay/test/information"); missing groups are made.
//
// Dimensions are real dimension scales (h5py: dataset.dims[0].label, dataset.dims[0][0]), kept in groups called
// `dimensions`:
//   * GROUP/dimensions/NAME       declared with scale() below, with its values (class labels, epochs, ...)
//   * /dimensions/NAME_LENGTH     made on its own for every other axis, e.g. /dimensions/set_1048576. It names the axis
//                                 and has its length, but no values (nothing is stored; they read as 0).
// An axis takes the scale declared under its name and with its length in the nearest enclosing group, else the second
// kind. So `neuron` may be 20 long in one network and 8 in another.
//
// Writing a dataset costs time in proportion to those that share its scales already: meant for hundreds, not thousands.
//
// HDF5 as Debian builds it is not thread-safe: use all writers and readers of a process from one thread at a time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
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

/// What the values of a dataset are; stored with it.
struct DatasetInfo {
  std::string units{};              ///< "bit", "s"; "1" for fractions, counts and indices
  std::string long_name{};          ///< a phrase for people: "relay information of every set of neurons"
  std::vector<std::string> dims{};  ///< the name of each axis, {"class", "set"}; none for a scalar
  int deflate = 0;                  ///< [0,9]. 0: one contiguous block; else shuffled and deflated in 1 MiB chunks
};

using Hdf5Attribute = std::variant<std::string, std::int64_t, double, std::vector<std::string>,
                                   std::vector<std::int64_t>, std::vector<double>>;

/// Writes a new file. It grows under a temporary name beside its target and takes the target's name, replacing what was
/// there, in commit(); destroyed without that, it leaves nothing. Every function throws IoError, naming the file and
/// the reason (disk full, no such directory), after which the writer is only good for destruction.
class Hdf5Writer {
 public:
  /// `user_block`: bytes at the file's beginning that HDF5 leaves to us, 0 or a power of two from 512 on.
  explicit Hdf5Writer(std::filesystem::path target, std::size_t user_block = 0);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// Declares the values along the dimension `name` for all datasets at or below `group` ("" is the root) that are
  /// written from now on.
  void scale(std::string_view group, const std::string& name, std::span<const std::int64_t> values,
             std::string_view long_name);
  void scale(std::string_view group, const std::string& name, std::span<const std::string> values,
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
  /// A single text, and a list of texts [size]. UTF-8, of variable length, without NUL.
  void dataset(std::string_view path, const std::string& value, const DatasetInfo& info);
  void dataset(std::string_view path, const std::vector<std::string>& values, const DatasetInfo& info);

  /// Attaches an attribute to the dataset or group at `path` ("" is the root); a missing group is made. An attribute of
  /// that name must not exist.
  void attribute(std::string_view path, const std::string& name, const Hdf5Attribute& value);

  /// Gets the path of the closed file, which still has its temporary name, and returns the text of the user block.
  using UserBlock = std::function<std::string(const std::filesystem::path& closed)>;

  /// Flushes, closes, syncs and renames the file, then syncs its directory. Nothing may be written afterwards.
  void commit(const UserBlock& user_block = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a file written by Hdf5Writer or by others. Every function throws DataError naming file, path, what was found
/// and what was expected. Truncation is always noticed, and so is damage to the structures of a file of ours, which
/// carry checksums; damage to the numbers themselves is not, and in HDF5's heap of texts HDF5 1.10 may hang on it.
///
/// No other file is ever opened: soft and external links on a path, raw storage outside the file and virtual datasets
/// are refused. Files of ours have none of these.
///
/// A dataset is read as T where T holds all values of its stored type: u8 as u8, u16, u32, i64 or double, but f64 not
/// as f32.
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

  /// Is there a group or dataset at `path`? Throws DataError where a link leads elsewhere.
  bool exists(std::string_view path) const;
  /// Names of the groups and datasets in the group at `path` ("" is the root), sorted.
  std::vector<std::string> children(std::string_view path) const;
  /// Extents of a dataset; empty for a scalar.
  std::vector<std::size_t> shape(std::string_view path) const;
  /// Names of the dimensions of a dataset; "" where it has none.
  std::vector<std::string> dimension_names(std::string_view path) const;

  /// Values of a dataset of any rank, row-major.
  template <Hdf5Number T>
  std::vector<T> array(std::string_view path) const;
  /// A dataset [rows, columns] of the given extents.
  template <Hdf5Number T>
  RowMatrix<T> matrix(std::string_view path, std::size_t rows = any, std::size_t columns = any) const;
  /// A dataset [size].
  template <Hdf5Number T>
  std::vector<T> vector(std::string_view path, std::size_t size = any) const;
  /// A single number.
  template <Hdf5Number T>
  T scalar(std::string_view path) const;
  /// A single text, and a list of texts.
  std::string text(std::string_view path) const;
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
