#include <cstddef>
#include <cstdint>

#include "tests/fuzz/weights.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  inforelay::test::read_to_network([&] { return inforelay::read_safetensors({data, size}, "fuzz"); });
  return 0;
}
