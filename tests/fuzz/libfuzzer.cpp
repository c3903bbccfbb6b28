// The entry of libFuzzer for the target INFORELAY_FUZZ_TARGET.
#include "tests/fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  inforelay::test::INFORELAY_FUZZ_TARGET(data, size);
  return 0;  // an input that is rejected stays in the corpus too
}
