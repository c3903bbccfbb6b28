// Small images of some samples, for the page.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "nn/data/dataset.hpp"

namespace inforelay {

/// The stream of random numbers by which the page draws samples: of draws of different size from the same samples, the
/// smaller one is part of the larger one, so that samples with images are among those with values.
inline constexpr const char* page_samples = "samples of the page";

/// Of at most `most` samples, drawn at random without replacement, always the same ones; null if the samples are not
/// images {rows, columns}. The longer side is divided until it has at most 28 pixels, each the mean of what it covers.
/// {"rows", "columns", "sample": [n] ascending, "pixel": [n, rows columns / 2 rounded up]}: two pixels a byte, the
/// first one in its low half, 15 is the largest input of these samples and 0 the least (of bytes: 255 and 0).
nlohmann::json thumbnails(const Dataset& data, std::size_t most);

}  // namespace inforelay
