#include "experiments/page/reduced_image.hpp"

#include <algorithm>

namespace inforelay {

int image_step(int rows, int columns) {
  constexpr int most_side = 28;
  return (std::max(rows, columns) + most_side - 1) / most_side;
}

std::vector<double> reduced_image(int rows, int columns, int step, const std::function<double(int)>& input) {
  std::vector<double> pixels;
  for (int r = 0; r + step <= rows; r += step) {
    for (int c = 0; c + step <= columns; c += step) {
      double sum = 0;
      for (int i = 0; i < step * step; ++i) sum += input((r + i / step) * columns + c + i % step);
      pixels.push_back(sum / (step * step));
    }
  }
  return pixels;
}

}  // namespace inforelay
