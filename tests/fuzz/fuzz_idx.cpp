#include "core/error.hpp"
#include "nn/data/idx.hpp"
#include "tests/fuzz/targets.hpp"

namespace inforelay::test {

// Images, or labels of bytes or of other integers.
bool fuzz_idx(const std::uint8_t* data, std::size_t size) {
  const auto accepts = [&](auto parse) {
    try {
      parse({data, size}, "fuzz");
      return true;
    } catch (const DataError&) {
      return false;
    }
  };
  const bool images = accepts(parse_idx_images), labels = accepts(parse_idx_labels);
  return accepts(parse_idx_integers) || images || labels;
}

}  // namespace inforelay::test
