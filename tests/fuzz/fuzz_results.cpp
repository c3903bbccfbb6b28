#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include "nn/weights/results_weights.hpp"
#include "tests/fuzz/weights.hpp"
#include "tests/temporary_folder.hpp"

// HDF5 reads in a child: what crashes or hangs there is an error here, not a finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const inforelay::test::TemporaryFolder folder;
  const std::filesystem::path path = folder / "fuzz.h5";
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  inforelay::test::read_to_network([&] {
    return inforelay::read_results_weights(path, "", {.memory_bytes = std::uint64_t{1} << 30, .cpu_seconds = 1});
  });
  return 0;
}
