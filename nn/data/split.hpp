// A test set taken from the samples of a data set that has none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "core/recording.hpp"

namespace inforelay {

/// Samples [T] and [N - T], each in ascending order.
struct StratifiedSplit {
  std::vector<std::uint32_t> train, test;
};

/// Number T of test samples: fraction N, rounded to the nearest, halves up.
std::size_t split_size(std::size_t samples, double fraction);

/// Draws T = split_size() samples of N for the test so that classes have equal shares of both sets: of the n_c samples
/// of class c, floor(fraction n_c), and one more of the classes with the largest remainders (of equal ones, the first)
/// until there are T. Which samples of class c are drawn depends on child c of `random` only. Throws DataError, naming
/// the class, if one that has samples would have none in one of the sets.
StratifiedSplit stratified_split(std::span<const Symbol> labels, const std::vector<std::string>& class_names,
                                 double fraction, const RandomStream& random);

}  // namespace inforelay
