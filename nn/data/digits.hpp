// Digits that look handwritten, drawn by a program: a substitute for MNIST if that is not available, in the same format
// (28 x 28 bytes, white on black, the digit within about 20 x 20, centre of mass in the middle).
//
// Each digit has several styles, each a few pen strokes (Catmull-Rom curves). An image draws a style, moves its points,
// bends, slants, turns and stretches it, and draws it with a pen of random width, softness and pressure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/progress.hpp"
#include "nn/data/dataset.hpp"

namespace inforelay {

struct DigitsOptions {
  std::size_t train = 60000;  ///< images in the training set
  std::size_t test = 10000;   ///< images in the test set, drawn from the same distribution
  std::uint64_t seed = 1;
};

inline constexpr int digits_side = 28;  ///< pixels; D = 784

/// Image i of a set depends on seed, set and i only, so a smaller set is the beginning of a larger one, and threads do
/// not matter. Images 10j, ..., 10j+9 show each digit once, in random order. Cost: 25 us per image on one core.
DataPair generate_digits(const DigitsOptions& options, Progress& progress = Progress::none());

}  // namespace inforelay
