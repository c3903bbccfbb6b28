// Arrays of NumPy seen as those of the libraries, and the other way round, without copies.
#pragma once

#include <pybind11/numpy.h>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/axes.hpp"
#include "core/error.hpp"

namespace inforelay::python {

namespace py = pybind11;

/// An argument with elements of exactly this type, rows contiguous. To be declared with noconvert().
template <class T>
using Array = py::array_t<T, py::array::c_style>;

/// [n]. UsageError unless the array has one dimension.
template <class T>
std::span<const T> span_of(const Array<T>& array) {
  if (array.ndim() != 1) throw UsageError("array with {} dimensions, expected 1", array.ndim());
  return {array.data(), static_cast<std::size_t>(array.size())};
}

/// [rows, columns]. UsageError unless the array has two dimensions.
template <class T>
Eigen::Map<const RowMatrix<T>> matrix_of(const Array<T>& array) {
  if (array.ndim() != 2) throw UsageError("array with {} dimensions, expected 2", array.ndim());
  return {array.data(), array.shape(0), array.shape(1)};
}

/// An array of this shape over the elements of `values`, which it owns from now on.
template <class Values>
py::array owned_array(Values&& values, std::vector<py::ssize_t> shape) {
  using Kept = std::remove_cvref_t<Values>;
  using Element = std::remove_cvref_t<decltype(*values.data())>;
  auto kept = std::make_unique<Kept>(std::forward<Values>(values));
  const Element* const data = kept->data();
  const py::capsule owner(kept.get(), [](void* pointer) { delete static_cast<Kept*>(pointer); });
  kept.release();  // NOLINT(bugprone-unused-return-value): the capsule has it
  return py::array_t<Element>(std::move(shape), data, owner);
}

template <class T>
py::array to_numpy(RowMatrix<T>&& values) {
  std::vector<py::ssize_t> shape{values.rows(), values.cols()};
  return owned_array(std::move(values), std::move(shape));
}

/// [rows, columns / last, last]: an array whose last axis lies side by side in the columns.
template <class T>
py::array to_numpy(RowMatrix<T>&& values, std::size_t last) {
  const auto depth = static_cast<py::ssize_t>(last);
  std::vector<py::ssize_t> shape{values.rows(), values.cols() / depth, depth};
  return owned_array(std::move(values), std::move(shape));
}

template <class T>
py::array to_numpy(std::vector<T>&& values) {
  std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(values.size())};
  return owned_array(std::move(values), std::move(shape));
}

}  // namespace inforelay::python
