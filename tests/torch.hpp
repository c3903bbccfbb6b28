// PyTorch's side of tests: scripts that end with status 77 where there is no PyTorch.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>

#include "tests/catch2.hpp"
#include "tests/python.hpp"

namespace inforelay::test {

/// What `script` prints. None where there is no PyTorch: the case is then marked as skipped and is to return.
inline std::optional<std::string> run_torch(const std::string& script, const std::string& arguments) {
  const auto [output, status] = run_command(fmt::format("{} '{}' {} 2>&1", python, script, arguments));
  constexpr int not_installed = 77, no_such_command = 127;
  if (status == not_installed || status == no_such_command) {
    SKIP_CASE("python3-torch is not installed");
    SUCCEED();
    return std::nullopt;
  }
  INFO(output);
  REQUIRE(status == 0);
  return output;
}

}  // namespace inforelay::test
