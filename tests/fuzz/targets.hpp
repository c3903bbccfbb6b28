// The fuzz targets, one for each reader of files from outside. Each returns whether it accepts the bytes as a file of
// its format; a crash, or a result that breaks a promise, ends the process.
#pragma once

#include <cstddef>
#include <cstdint>

namespace inforelay::test {

bool fuzz_arrays(const std::uint8_t* data, std::size_t size);
bool fuzz_config(const std::uint8_t* data, std::size_t size);
bool fuzz_csv(const std::uint8_t* data, std::size_t size);
bool fuzz_idx(const std::uint8_t* data, std::size_t size);
bool fuzz_recurrent(const std::uint8_t* data, std::size_t size);
bool fuzz_results(const std::uint8_t* data, std::size_t size);
bool fuzz_safetensors(const std::uint8_t* data, std::size_t size);
bool fuzz_torch_legacy(const std::uint8_t* data, std::size_t size);
bool fuzz_torch_zip(const std::uint8_t* data, std::size_t size);

}  // namespace inforelay::test
