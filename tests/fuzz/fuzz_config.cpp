#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/config/tree.hpp"
#include "core/error.hpp"
#include "experiments/run/load_config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace inforelay;
  try {
    ConfigErrors errors;
    const ConfigNode root = parse_config({reinterpret_cast<const char*>(data), size}, "fuzz.yaml", errors);
    if (errors.empty()) read_experiment_config(root, errors);
  } catch (const Error&) {
  }
  return 0;
}
