#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/weights.hpp"

namespace inforelay::test {

bool fuzz_safetensors(const std::uint8_t* data, std::size_t size) {
  return read_to_network([&] { return read_safetensors({data, size}, "fuzz"); });
}

}  // namespace inforelay::test
