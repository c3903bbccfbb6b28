// The letters of all shapes, and the array types with these shapes.
//
//   N  samples      K  units of the analysed layer     C  classes     S = 2^K  sets of units
//   D  inputs       E  epochs
//
// "[N,K]" is an array with N rows of K values, rows contiguous.
#pragma once

#include <Eigen/Core>
#include <cstdint>

namespace inforelay {

/// Row-major dense array [rows, columns].
template <class T>
using RowMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A hidden state of up to 32 binary neurons: bit k is neuron k.
using StateWord = std::uint32_t;

}  // namespace inforelay
