#include "infotheory/information/n_log_n.hpp"
#include "tests/catch2.hpp"

#include <cmath>

using namespace inforelay;

TEST_CASE("ExactNLogN is n log2 n within its bound", "[entropy]") {
  const std::uint32_t max = GENERATE(1u, 2u, 10u, 1000u, 60000u, 65536u);
  const ExactNLogN f(max);
  CHECK(f(0) == 0);
  CHECK(f(1) == 0);
  for (std::uint32_t n = 2; n <= max; ++n) {
    // Modulo 2^64, so what is compared is the difference.
    const long double exact = n * std::log2(static_cast<long double>(n));
    const long double scale = std::ldexp(1.0L, f.fraction_bits());
    const long double wrapped = std::fmod(exact * scale, std::ldexp(1.0L, 64));
    const auto difference = static_cast<std::int64_t>(f(n) - static_cast<std::uint64_t>(wrapped));
    REQUIRE(std::fabs(static_cast<double>(difference)) <= static_cast<double>(exact) / 2 + 1 + 64);
  }
  CHECK(f.bits(std::uint64_t{max} << f.fraction_bits()) == Approx(1).epsilon(1e-15));
}

TEST_CASE("ExactNLogN keeps the logarithm additive and so equal sums equal", "[entropy]") {
  const ExactNLogN f(60000);
  for (std::uint32_t m = 1; m <= 200; ++m)
    for (std::uint32_t n = 1; n <= 200; ++n) REQUIRE(f(m * n) == f(m) * n + f(n) * m);
}

TEST_CASE("FloatNLogN is n log2 n rounded", "[entropy]") {
  const FloatNLogN table(1000);
  CHECK(table[0] == 0);
  CHECK(table[1] == 0);
  CHECK(table[8] == 24);
  for (std::uint64_t n = 1; n <= 1000; ++n) REQUIRE(table[n] == static_cast<double>(n) * std::log2(n));
}

TEST_CASE("Extra bits leave room for the information of many symbols", "[information]") {
  CHECK(ExactNLogN::extra_bits_of(1) == 0);
  CHECK(ExactNLogN::extra_bits_of(2) == 0);
  CHECK(ExactNLogN::extra_bits_of(3) == 1);
  CHECK(ExactNLogN::extra_bits_of(16) == 2);
  CHECK(ExactNLogN::extra_bits_of(17) == 3);
  CHECK(ExactNLogN::extra_bits_of(65536) == 4);
  // N log2 N bits: N samples of as many symbols, each seen twice, X_in = X_out.
  const std::uint32_t n = 65536;
  const ExactNLogN f(n, ExactNLogN::extra_bits_of(n / 2));
  CHECK(f.bits(f(n) - n / 2 * f(2)) == 15);
}

TEST_CASE("A shared table of n log n is the same one while it is kept, and that of its own size", "[entropy]") {
  const auto table = ExactNLogN::shared(100);
  CHECK(ExactNLogN::shared(100) == table);
  CHECK(ExactNLogN::shared(100, 1) != table);
  CHECK(ExactNLogN::shared(101)->max_count() == 101);
  const ExactNLogN own(100);
  for (std::uint32_t n = 0; n <= 100; ++n) CHECK((*table)(n) == own(n));
}
