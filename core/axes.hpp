// The letters that every shape in this project is written in, and the array types that carry them.
//
//   N  samples      K  neurons of the analysed layer     C  classes     S = 2^K  sets of neurons
//   D  inputs of a network (784 for MNIST)               E  epochs
//
// "[N,K]" is an array with N rows of K values, rows contiguous.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string_view>

namespace inforelay {

/// Row-major dense array [rows, columns].
template <class T>
using RowMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Which images of a data set: the ones trained on, or the ones held back.
enum class Split { train, test };

constexpr std::string_view to_string(Split split) { return split == Split::train ? "train" : "test"; }
constexpr Split split_of(std::string_view subset) { return subset == "train" ? Split::train : Split::test; }

/// A hidden state of up to 32 binary neurons: bit k is neuron k.
using StateWord = std::uint32_t;

}  // namespace inforelay
