#include "experiments/page/thumbnails.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "experiments/page/drawn_samples.hpp"
#include "experiments/page/packed_array.hpp"
#include "experiments/page/reduced_image.hpp"

namespace inforelay {
namespace {

// The image of a sample, of few pixels.
std::vector<double> small_image(const Dataset& data, std::size_t sample, int step) {
  return reduced_image(data.input_shape()[0], data.input_shape()[1], step, [&](int i) {
    return data.has_bytes() ? static_cast<double>(data.inputs(sample)[i])
                            : static_cast<double>(data.real_inputs(sample)[i]);
  });
}

}  // namespace

nlohmann::json thumbnails(const Dataset& data, std::size_t most) {
  if (data.input_shape().size() != 2 || data.size() == 0) return nullptr;
  const int rows = data.input_shape()[0], columns = data.input_shape()[1];
  const int step = image_step(rows, columns);
  if (std::min(rows, columns) < 2 * step) return nullptr;  // nothing to be seen
  const std::vector<std::uint32_t> samples = drawn_samples(data.size(), most);
  std::vector<std::vector<double>> images;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const std::uint32_t sample : samples) {
    images.push_back(small_image(data, sample, step));
    const auto [least, largest] = std::minmax_element(images.back().begin(), images.back().end());
    low = std::min(low, *least);
    high = std::max(high, *largest);
  }
  if (data.has_bytes()) low = 0, high = 255;
  const std::size_t bytes = (images.front().size() + 1) / 2;
  std::vector<std::uint8_t> packed_pixels(samples.size() * bytes);
  for (std::size_t n = 0; n < images.size(); ++n) {
    for (std::size_t i = 0; i < images[n].size(); ++i) {
      const auto level = high > low ? static_cast<unsigned>(std::lround(15 * (images[n][i] - low) / (high - low))) : 0u;
      std::uint8_t& byte = packed_pixels[n * bytes + i / 2];
      byte = static_cast<std::uint8_t>(byte | level << (4 * (i % 2)));
    }
  }
  return {{"rows", rows / step},
          {"columns", columns / step},
          {"sample", packed(samples)},
          {"pixel", packed(std::span<const std::uint8_t>(packed_pixels), {samples.size(), bytes})}};
}

}  // namespace inforelay
