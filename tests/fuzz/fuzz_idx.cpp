#include <cstddef>
#include <cstdint>

#include "core/error.hpp"
#include "nn/data/idx.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    inforelay::parse_idx_images({data, size}, "fuzz");
  } catch (const inforelay::DataError&) {
  }
  try {
    inforelay::parse_idx_labels({data, size}, "fuzz");
  } catch (const inforelay::DataError&) {
  }
  return 0;
}
