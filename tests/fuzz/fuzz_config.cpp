#include <string_view>

#include "core/config/tree.hpp"
#include "core/error.hpp"
#include "experiments/run/load_config.hpp"
#include "tests/fuzz/targets.hpp"

namespace inforelay::test {

bool fuzz_config(const std::uint8_t* data, std::size_t size) {
  try {
    ConfigErrors errors;
    const ConfigNode root = parse_config({reinterpret_cast<const char*>(data), size}, "fuzz.yaml", errors);
    if (errors.empty()) read_experiment_config(root, errors);
    return errors.empty();
  } catch (const Error&) {
    return false;
  }
}

}  // namespace inforelay::test
