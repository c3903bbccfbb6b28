// Images of few pixels, for the page.
#pragma once

#include <functional>
#include <vector>

namespace inforelay {

/// How many inputs of an image become one pixel, in each direction: as few as give at most 28 pixels on its longer
/// side.
int image_step(int rows, int columns);

/// [rows / step * (columns / step)] means over squares of `step` x `step` inputs, what is left at the right and lower
/// edge cut off. `input(i)`: that of row i / columns and column i % columns.
std::vector<double> reduced_image(int rows, int columns, int step, const std::function<double(int)>& input);

}  // namespace inforelay
