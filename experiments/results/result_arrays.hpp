// Results as named arrays: everything that is computed goes into one tree of arrays that carry their unit, their
// meaning and the names of their axes, and is written to and read from HDF5 by one function each (results_file.hpp).
//
// A path names an array below the root or below a view: "networks/full/layers/1/relay/test/total".
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/axes.hpp"
#include "core/files/hdf5_file.hpp"

namespace inforelay {

/// What an array is; a row of a measure's table.
struct ArrayInfo {
  std::string path;               ///< below the measure's group; a component `*` stands for any name
  std::string units;              ///< "bit"; "1" for fractions, counts and indices; "text"
  std::vector<std::string> axes;  ///< names of the axes, {"class", "set"}; none for a single number
  std::string long_name;          ///< a phrase that says what it is
};

/// Row-major values of any rank, kept as a matrix: [rows, columns], [1, size], [1, 1], or [first, product of the rest].
using ArrayValues =
    std::variant<RowMatrix<std::uint8_t>, RowMatrix<std::uint16_t>, RowMatrix<std::uint32_t>, RowMatrix<std::int64_t>,
                 RowMatrix<float>, RowMatrix<double>, std::vector<std::string>>;

struct ResultArray {
  std::string units, long_name;
  std::vector<std::string> axes;   ///< as many as `shape`
  std::vector<std::size_t> shape;  ///< none: a single value
  ArrayValues values;
  bool is_scale = false;  ///< the coordinates of the axis of its name, for all arrays in its group and below
};

using Attributes = std::map<std::string, Hdf5Attribute>;

class ResultView;

/// A tree of arrays, and attributes of its arrays and groups.
class ResultArrays {
 public:
  /// `infos` describes the arrays that put() accepts; it must outlive this object.
  explicit ResultArrays(std::span<const ArrayInfo> infos = {}) : infos_(infos) {}

  /// Adds an array that `infos` describes, with that path and number of axes; another one is a broken invariant.
  template <class T>
  void put(const std::string& path, RowMatrix<T> values) {
    const std::vector<std::size_t> shape{static_cast<std::size_t>(values.rows()),
                                         static_cast<std::size_t>(values.cols())};
    add(path, ArrayValues(std::move(values)), shape);
  }
  template <class T>
  void put(const std::string& path, std::span<const T> values) {
    add(path, row_of(values), {values.size()});
  }
  template <class T>
  void put(const std::string& path, const std::vector<T>& values) {
    if constexpr (std::is_same_v<T, std::string>) {
      add(path, values, {values.size()});
    } else {
      add(path, row_of(std::span<const T>(values)), {values.size()});
    }
  }
  template <class T>
  requires std::is_arithmetic_v<T>
  void put(const std::string& path, T value) { add(path, row_of(std::span<const T>(&value, 1)), {}); }
  void put(const std::string& path, const std::string& text) { add(path, std::vector<std::string>{text}, {}); }
  /// A matrix [a, b c] that stands for [a, b, c], c = `last`.
  template <class T>
  void put_cube(const std::string& path, RowMatrix<T> values, std::size_t last) {
    const auto rows = static_cast<std::size_t>(values.rows()), columns = static_cast<std::size_t>(values.cols());
    add(path, ArrayValues(std::move(values)), {rows, columns / last, last});
  }

  /// The coordinates of the axis `path` (its last component), for the arrays of its group and below.
  void put_scale(const std::string& path, const std::vector<std::string>& values, const std::string& long_name);
  void put_scale(const std::string& path, const std::vector<std::int64_t>& values, const std::string& long_name);
  /// Any array, as a file holds it.
  void put_array(const std::string& path, ResultArray array) { arrays_[path] = std::move(array); }

  /// The array at `path`; null if there is none.
  ResultArray* find(std::string_view path) {
    const auto found = arrays_.find(path);
    return found == arrays_.end() ? nullptr : &found->second;
  }

  /// An attribute of the array or group at `path` ("" is the root).
  void put_attribute(const std::string& path, const std::string& name, Hdf5Attribute value) {
    attributes_[path][name] = std::move(value);
  }

  /// Moves all of `other` below `group`.
  void merge(const std::string& group, ResultArrays&& other);

  const std::map<std::string, ResultArray, std::less<>>& arrays() const { return arrays_; }
  const std::map<std::string, Attributes, std::less<>>& attributes() const { return attributes_; }
  ResultView view(std::string group = "") const;

 private:
  template <class T>
  static RowMatrix<T> row_of(std::span<const T> values) {
    return Eigen::Map<const RowMatrix<T>>(values.data(), 1, static_cast<Eigen::Index>(values.size()));
  }
  void add(const std::string& path, ArrayValues values, const std::vector<std::size_t>& shape);

  std::span<const ArrayInfo> infos_;
  std::map<std::string, ResultArray, std::less<>> arrays_;
  std::map<std::string, Attributes, std::less<>> attributes_;
};

/// A group of a ResultArrays, which must outlive it: read access by paths relative to the group. Cheap to copy.
///
/// Throws DataError, naming the path, if an array or attribute is missing or has another type or rank: results may come
/// from a damaged file.
class ResultView {
 public:
  ResultView() = default;
  ResultView(const ResultArrays& arrays, std::string group) : arrays_(&arrays), group_(std::move(group)) {}

  /// A group below this one; the root.
  ResultView at(std::string_view group) const;
  ResultView root() const { return {*arrays_, ""}; }
  const std::string& group() const { return group_; }
  const ResultArrays& all() const { return *arrays_; }

  /// True if there is an array, or a group with arrays, at `path`.
  bool has(std::string_view path) const;
  /// Names of the arrays and groups directly below, sorted.
  std::vector<std::string> children() const;

  const ResultArray& array(std::string_view path) const;
  template <class T>
  const RowMatrix<T>& matrix(std::string_view path) const;  ///< an array of two or more axes
  template <class T>
  std::span<const T> vector(std::string_view path) const;  ///< an array of one axis
  template <class T>
  T number(std::string_view path) const;
  const std::vector<std::string>& texts(std::string_view path) const;
  const std::string& text(std::string_view path) const;
  /// The values of a number or an array of one axis, whatever their type.
  std::vector<double> numbers(std::string_view path) const;

  bool has_attribute(std::string_view path, const std::string& name) const;
  template <class T>
  T attribute(std::string_view path, const std::string& name) const;

 private:
  std::string full(std::string_view path) const;
  template <class T>
  const RowMatrix<T>& values(std::string_view path, std::size_t least_rank, std::size_t most_rank) const;
  const Hdf5Attribute* find_attribute(std::string_view path, const std::string& name) const;
  [[noreturn]] void fail(std::string_view path, std::string_view problem) const;

  const ResultArrays* arrays_ = nullptr;
  std::string group_;
};

/// "group/path"; the other one if one of them is empty.
std::string joined_path(std::string_view group, std::string_view path);

/// 0, 1, ... or 1, 2, ...
std::vector<std::int64_t> counting(std::int64_t first, std::size_t count);

}  // namespace inforelay
