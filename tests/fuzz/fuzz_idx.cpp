#include "core/error.hpp"
#include "nn/data/idx.hpp"
#include "tests/fuzz/targets.hpp"

namespace inforelay::test {

// Images, or labels of bytes or of other integers.
bool fuzz_idx(const std::uint8_t* data, std::size_t size) {
  bool is_accepted = false;
  try {
    parse_idx_images({data, size}, "fuzz");
    is_accepted = true;
  } catch (const DataError&) {
  }
  try {
    parse_idx_labels({data, size}, "fuzz");
    is_accepted = true;
  } catch (const DataError&) {
  }
  try {
    parse_idx_integers({data, size}, "fuzz");
    is_accepted = true;
  } catch (const DataError&) {
  }
  return is_accepted;
}

}  // namespace inforelay::test
