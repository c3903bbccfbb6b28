#include "tests/catch2.hpp"

bool& inforelay::test::case_skipped() {
  static bool skipped = false;
  return skipped;
}
