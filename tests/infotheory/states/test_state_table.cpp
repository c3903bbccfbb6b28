#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "infotheory/information/n_log_n.hpp"
#include "random_tables.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using namespace inforelay::test;

TEST_CASE("NLogN is n log2 n within its bound", "[relay]") {
  const std::uint32_t max = GENERATE(1u, 2u, 10u, 1000u, 60000u, 65536u);
  const NLogN f(max);
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

TEST_CASE("NLogN keeps the logarithm additive and so equal sums equal", "[relay]") {
  const NLogN f(60000);
  for (std::uint32_t m = 1; m <= 200; ++m)
    for (std::uint32_t n = 1; n <= 200; ++n) REQUIRE(f(m * n) == f(m) * n + f(n) * m);
}

TEST_CASE("State table counts what a map counts", "[relay]") {
  const Samples samples = random_samples(500, 5, 4, RandomStream(1, "table"));
  const StateTable table = samples.table();
  std::map<StateWord, std::uint32_t> count;
  for (const StateWord state : samples.states) ++count[state];
  REQUIRE(table.size() == count.size());
  CHECK(table.occupied_states() == count.size());
  CHECK(table.sample_count() == 500);
  double entropy = 0;
  std::size_t alone = 0, row = 0;
  for (const auto& [word, n] : count) {
    CHECK(table.words()[row] == word);
    CHECK(table.counts()[row] == n);
    for (int c = 0; c < 4; ++c) {
      std::uint32_t a = 0, b = 0, ab = 0;
      for (std::size_t i = 0; i < 500; ++i) {
        if (samples.states[i] != word) continue;
        a += samples.labels[i] == c;
        b += samples.predictions[i] == c;
        ab += samples.labels[i] == c && samples.predictions[i] == c;
      }
      CHECK(table.class_counts(c)[row].label == a);
      CHECK(table.class_counts(c)[row].prediction == b);
      CHECK(table.class_counts(c)[row].both == ab);
    }
    entropy -= n / 500.0 * std::log2(n / 500.0);
    alone += n == 1;
    ++row;
  }
  CHECK(table.entropy_bits() == Approx(entropy).margin(1e-12));
  CHECK(table.singleton_fraction() == static_cast<double>(alone) / 500);
}

TEST_CASE("State table names what is wrong with its samples", "[relay]") {
  const std::vector<StateWord> states = {0, 3};
  const std::vector<std::uint8_t> labels = {0, 1}, bad = {0, 2}, few = {0};
  const auto make = [&](const auto& l, const auto& p, int neurons, int classes) {
    return StateTable(states, l, p, neurons, classes);
  };
  CHECK_NOTHROW(make(labels, labels, 2, 2));
  CHECK_THROWS_WITH(make(labels, labels, 1, 2), "state table: sample 1 has state 0x3, expected 1 bits");
  CHECK_THROWS_WITH(make(bad, labels, 2, 2), "state table: sample 1 has label 2, expected [0,2)");
  CHECK_THROWS_WITH(make(labels, bad, 2, 2), "state table: sample 1 has prediction 2, expected [0,2)");
  CHECK_THROWS_AS(make(few, labels, 2, 2), UsageError);
  CHECK_THROWS_AS(make(labels, few, 2, 2), UsageError);
  CHECK_THROWS_AS(make(labels, labels, 0, 2), UsageError);
  CHECK_THROWS_AS(make(labels, labels, 33, 2), UsageError);
  CHECK_THROWS_AS(make(labels, labels, 2, 0), UsageError);
  CHECK_THROWS_WITH(StateTable({}, {}, {}, 2, 2), "state table: 0 samples, expected [1,2^31)");
}
