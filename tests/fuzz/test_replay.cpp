// The fuzz targets over their corpus, in builds without a fuzzer: a crash or a broken promise ends the program.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "core/files/files.hpp"
#include "tests/catch2.hpp"

extern "C" {
int fuzz_config(const std::uint8_t* data, std::size_t size);
int fuzz_csv(const std::uint8_t* data, std::size_t size);
int fuzz_idx(const std::uint8_t* data, std::size_t size);
int fuzz_results(const std::uint8_t* data, std::size_t size);
int fuzz_safetensors(const std::uint8_t* data, std::size_t size);
int fuzz_torch_legacy(const std::uint8_t* data, std::size_t size);
int fuzz_torch_zip(const std::uint8_t* data, std::size_t size);
}

namespace {

void replay(int (*target)(const std::uint8_t*, std::size_t), const std::string& name) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(INFORELAY_CORPUS) / name)) {
    INFO(entry.path());
    const auto bytes = inforelay::read_file(entry.path(), 1 << 20);
    CHECK(target(bytes.data(), bytes.size()) == 0);
    ++files;
  }
  CHECK(files > 0);
}

}  // namespace

TEST_CASE("fuzz corpus: config", "[fuzz]") { replay(fuzz_config, "config"); }
TEST_CASE("fuzz corpus: csv", "[fuzz]") { replay(fuzz_csv, "csv"); }
TEST_CASE("fuzz corpus: idx", "[fuzz]") { replay(fuzz_idx, "idx"); }
TEST_CASE("fuzz corpus: results", "[fuzz]") { replay(fuzz_results, "results"); }
TEST_CASE("fuzz corpus: safetensors", "[fuzz]") { replay(fuzz_safetensors, "safetensors"); }
TEST_CASE("fuzz corpus: torch_legacy", "[fuzz]") { replay(fuzz_torch_legacy, "torch_legacy"); }
TEST_CASE("fuzz corpus: torch_zip", "[fuzz]") { replay(fuzz_torch_zip, "torch_zip"); }
