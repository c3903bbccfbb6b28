// Tests on real MNIST run if the environment variable INFORELAY_DATA is a folder with mnist/, reference/ and
// published/.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "tests/catch2.hpp"

namespace inforelay::test {

inline std::optional<std::filesystem::path> data_folder() {
  const char* folder = std::getenv("INFORELAY_DATA");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return std::filesystem::path(folder);
}

}  // namespace inforelay::test

/// Skips the test case if INFORELAY_DATA is not set.
#define REQUIRE_INFORELAY_DATA()            \
  if (!inforelay::test::data_folder()) {    \
    SKIP_CASE("INFORELAY_DATA is not set"); \
    SUCCEED();                              \
    return;                                 \
  }
