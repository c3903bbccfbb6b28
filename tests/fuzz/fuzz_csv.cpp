#include "core/error.hpp"
#include "core/text/csv.hpp"
#include "tests/fuzz/targets.hpp"

namespace inforelay::test {

bool fuzz_csv(const std::uint8_t* data, std::size_t size) {
  try {
    parse_csv({reinterpret_cast<const char*>(data), size}, "fuzz");
    return true;
  } catch (const DataError&) {
    return false;
  }
}

}  // namespace inforelay::test
