// Small images of some samples, for the page.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "nn/data/dataset.hpp"

namespace inforelay {

/// Of drawn_samples(N, most); null if the samples are not images {rows, columns}, or are a few pixels wide. Pixels are
/// those of reduced_image().
/// {"rows", "columns", "sample": [n] ascending, "pixel": [n, rows columns / 2 rounded up]}: two pixels a byte, the
/// first one in its low half, 15 is the largest input of these samples and 0 the least (of bytes: 255 and 0).
nlohmann::json thumbnails(const Dataset& data, std::size_t most);

}  // namespace inforelay
