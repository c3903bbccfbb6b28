#include <filesystem>
#include <fstream>

#include "nn/weights/results_weights.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/weights.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay::test {

// HDF5 reads in a child process: a file at which it crashes or hangs is rejected like any other.
bool fuzz_results(const std::uint8_t* data, std::size_t size) {
  static const TemporaryFolder folder;
  const std::filesystem::path path = folder / "fuzz.h5";
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return read_to_network(
      [&] { return read_results_weights(path, "", {.memory_bytes = std::uint64_t{1} << 30, .cpu_seconds = 1}); });
}

}  // namespace inforelay::test
