// The skeletons that generated digits are drawn from (used by digits.cpp only).
#pragma once

#include <span>
#include <vector>

namespace inforelay::detail {

struct PenPoint {
  float x, y;
  bool operator==(const PenPoint&) const = default;
};

/// Points that the pen passes through, as a smooth curve. The same point twice in a row is a corner.
using PenStroke = std::vector<PenPoint>;

/// One way of writing a digit: x to the right, y downwards, about 0.7 wide and 1 high.
using PenStyle = std::vector<PenStroke>;

/// The styles of a digit in [0,10); at least three.
std::span<const PenStyle> digit_styles(int digit);

}  // namespace inforelay::detail
