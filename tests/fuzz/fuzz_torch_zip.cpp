#include "nn/weights/torch_files.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/weights.hpp"

namespace inforelay::test {

bool fuzz_torch_zip(const std::uint8_t* data, std::size_t size) {
  return read_to_network([&] { return read_torch_zip({data, size}, "fuzz"); });
}

}  // namespace inforelay::test
