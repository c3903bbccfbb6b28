#include <cstddef>
#include <cstdint>

#include "core/error.hpp"
#include "core/text/csv.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    inforelay::parse_csv({reinterpret_cast<const char*>(data), size}, "fuzz");
  } catch (const inforelay::DataError&) {
  }
  return 0;
}
