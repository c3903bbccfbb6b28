#include <bit>
#include <cmath>
#include <functional>

#include "core/error.hpp"
#include "core/random.hpp"
#include "infotheory/information/information.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

constexpr VariableSet X{0}, Y{1}, Z{2}, XY{0, 1};

// Two fair bits X and Y, and Z a function of them.
JointTable gate(const std::function<DiscreteValue(DiscreteValue, DiscreteValue)>& z) {
  std::vector<DiscreteValue> cells;
  for (DiscreteValue x = 0; x < 2; ++x) {
    for (DiscreteValue y = 0; y < 2; ++y) cells.insert(cells.end(), {x, y, z(x, y)});
  }
  return JointTable::from_cells(3, cells, std::vector<double>(4, 0.25));
}

// n bits that are uniform over the words for which `allowed` holds.
JointTable uniform_bits(int n, const std::function<bool(std::uint32_t)>& allowed) {
  std::vector<DiscreteValue> cells;
  std::vector<std::uint64_t> counts;
  for (std::uint32_t word = 0; word < 1u << n; ++word) {
    if (!allowed(word)) continue;
    for (int v = 0; v < n; ++v) cells.push_back(word >> v & 1u);
    counts.push_back(1);
  }
  return JointTable::from_cells(n, cells, counts);
}

std::vector<double> random_distribution(std::size_t size, RandomStream& random) {
  std::vector<double> p(size);
  double sum = 0;
  for (double& value : p) sum += value = random.below(4) == 0 ? 0 : random.uniform();
  for (double& value : p) value /= sum;
  return p;
}

JointTable random_table(RandomStream& random) {
  const std::vector<std::size_t> shape{3, 2, 4};
  return JointTable::from_probabilities(shape, random_distribution(24, random));
}

}  // namespace

TEST_CASE("An XOR gate is pure synergy", "[information]") {
  const JointTable table = gate([](DiscreteValue x, DiscreteValue y) { return x ^ y; });
  CHECK(mutual_information_bits(table, X, Z) == exactly(0));
  CHECK(mutual_information_bits(table, XY, Z) == exactly(1));
  CHECK(conditional_mutual_information_bits(table, X, Z, Y) == exactly(1));
  CHECK(co_information_bits(table, X, Y, Z) == exactly(-1));
  CHECK(total_correlation_bits(table) == exactly(1));
  CHECK(dual_total_correlation_bits(table) == exactly(2));
  CHECK(o_information_bits(table) == exactly(-1));
}

TEST_CASE("Information about an AND gate has its analytic value", "[information]") {
  const JointTable table = gate([](DiscreteValue x, DiscreteValue y) { return x & y; });
  CHECK(mutual_information_bits(table, X, Z) == exactly(0.3112781244591328));
  CHECK(mutual_information_bits(table, XY, Z) == exactly(0.8112781244591328));
  CHECK(conditional_mutual_information_bits(table, X, Z, Y) == exactly(0.5));
  CHECK(conditional_mutual_information_bits(table, X, Y, Z) == exactly(0.188721875540867));
  CHECK(co_information_bits(table, X, Y, Z) == exactly(-0.188721875540867));
}

TEST_CASE("A copy of two bits has two bits of information", "[information]") {
  const JointTable table = gate([](DiscreteValue x, DiscreteValue y) { return 2 * x + y; });
  CHECK(mutual_information_bits(table, XY, Z) == exactly(2));
  CHECK(conditional_mutual_information_bits(table, X, Z, Y) == exactly(1));
}

TEST_CASE("A common bit is redundant and even parity is synergistic", "[information]") {
  const int n = GENERATE(2, 3, 4, 6);
  const JointTable giant = uniform_bits(n, [&](std::uint32_t word) { return word == 0 || word + 1 == 1u << n; });
  CHECK(total_correlation_bits(giant) == exactly(n - 1));
  CHECK(dual_total_correlation_bits(giant) == exactly(1));
  CHECK(o_information_bits(giant) == exactly(n - 2));
  if (n == 3) CHECK(co_information_bits(giant, X, Y, Z) == exactly(1));

  const JointTable parity = uniform_bits(n, [](std::uint32_t word) { return std::popcount(word) % 2 == 0; });
  CHECK(total_correlation_bits(parity) == exactly(1));
  CHECK(dual_total_correlation_bits(parity) == exactly(n - 1));
  CHECK(o_information_bits(parity) == exactly(-(n - 2)));
}

TEST_CASE("Channels with known capacity have their information", "[information]") {
  struct Case {
    std::vector<std::size_t> shape;
    std::vector<double> probabilities;
    double bits;
  };
  const auto [shape, probabilities, bits] =
      GENERATE(Case{{2, 2}, {0.45, 0.05, 0.05, 0.45}, 0.5310044064107188},  // symmetric, 0.1
               Case{{2, 2}, {0.41, 0.09, 0.09, 0.41}, 0.31992295427172},    // two of them in a row
               Case{{2, 3}, {0.375, 0, 0.125, 0, 0.375, 0.125}, 0.75},      // erasure, 1/4
               Case{{2, 2}, {0.5, 0, 0.25, 0.25}, 0.3112781244591328});     // Z-channel, 1/2
  const JointTable table = JointTable::from_probabilities(shape, probabilities);
  CHECK(mutual_information_bits(table, X, Y) == exactly(bits));
}

TEST_CASE("Columns of samples have the same information in bits and in nats", "[information]") {
  const std::vector<DiscreteValue> x{0, 0, 1}, y{0, 1, 1};
  const double bits = mutual_information_bits(x, y);
  CHECK(bits == exactly(0.251629167387823));
  CHECK(bits * nats_per_bit == exactly(0.174416047921516));
}

TEST_CASE("Miller-Madow information is not clamped", "[information]") {
  const JointTable table = JointTable::from_counts({2, 2}, {25, 25, 25, 25});
  CHECK(mutual_information_bits(table, X, Y) == exactly(0));
  const double corrected = mutual_information_bits(table, X, Y, EntropyEstimator::miller_madow);
  CHECK(corrected == Approx(-0.0072134752).margin(1e-10).epsilon(0));
  CHECK(corrected == exactly(-1 / (200 * std::log(2.0))));
  CHECK(conditional_mutual_information_bits(table, X, Y, {}, EntropyEstimator::miller_madow) == exactly(corrected));
  CHECK_THROWS_AS(
      mutual_information_bits(JointTable::from_probabilities({2, 1}, {0.5, 0.5}), X, Y, EntropyEstimator::miller_madow),
      UsageError);
}

TEST_CASE("The G-test is 2 N ln 2 times the information", "[information]") {
  const GTest test = g_test(JointTable::from_counts({2, 2}, {30, 20, 20, 30}), X, Y);
  CHECK(test.information_bits == Approx(0.0290494055).margin(1e-10).epsilon(0));
  CHECK(test.statistic == Approx(4.0271027).margin(1e-7).epsilon(0));
  CHECK(test.degrees_of_freedom == 1);
  CHECK(test.p_value == Approx(0.0447748).margin(1e-7).epsilon(0));

  const GTest independent = g_test(JointTable::from_counts({2, 3}, {10, 20, 30, 20, 40, 60}), X, Y);
  CHECK(independent.statistic == exactly(0));
  CHECK(independent.degrees_of_freedom == 2);
  CHECK(independent.p_value == exactly(1));
  const GTest constant = g_test(JointTable::from_counts({2, 1}, {3, 4}), X, Y);
  CHECK(constant.degrees_of_freedom == 0);
  CHECK(constant.p_value == 1);
  CHECK_THROWS_AS(g_test(JointTable::from_probabilities({2, 2}, {0.25, 0.25, 0.25, 0.25}), X, Y), UsageError);
}

TEST_CASE("The G-test is calibrated where variables are independent", "[information]") {
  RandomStream random(1, "null");
  int rejected = 0;
  constexpr int trials = 2000;
  std::vector<DiscreteValue> x(300), y(300);
  for (int trial = 0; trial < trials; ++trial) {
    for (auto& symbol : x) symbol = static_cast<DiscreteValue>(random.below(2));
    for (auto& symbol : y) symbol = static_cast<DiscreteValue>(random.below(3));
    rejected += g_test(JointTable::from_samples({x, y}), X, Y).p_value < 0.05;
  }
  const double expected = 0.05 * trials;
  CHECK(rejected == Approx(expected).margin(5 * std::sqrt(expected)));
}

TEST_CASE("Identities and bounds on random distributions", "[information]") {
  RandomStream random(2, "identities");
  for (int trial = 0; trial < 30; ++trial) {
    const JointTable table = random_table(random);
    const auto h = [&](VariableSet of) { return table.entropy_bits(of); };
    const auto mi = [&](VariableSet a, VariableSet b) { return mutual_information_bits(table, a, b); };
    const auto cmi = [&](VariableSet a, VariableSet b, VariableSet c) {
      return conditional_mutual_information_bits(table, a, b, c);
    };
    // chain rules
    CHECK(h(XY) == exactly(h(X) + conditional_entropy_bits(table, Y, X)));
    CHECK(mi(XY, Z) == exactly(mi(X, Z) + cmi(Y, Z, X)));
    CHECK(mi(X, Y) == exactly(h(X) - conditional_entropy_bits(table, X, Y)));
    CHECK(total_correlation_bits(table) == exactly(mi(X, Y) + mi(XY, Z)));
    // symmetry
    CHECK(mi(X, Y) == exactly(mi(Y, X)));
    CHECK(cmi(X, Y, Z) == exactly(cmi(Y, X, Z)));
    CHECK(co_information_bits(table, X, Y, Z) == exactly(co_information_bits(table, Z, X, Y)));
    CHECK(o_information_bits(table) == exactly(co_information_bits(table, X, Y, Z)));  // three variables
    // bounds
    CHECK(mi(X, Y) >= -1e-12);
    CHECK(cmi(X, Y, Z) >= -1e-12);
    CHECK(mi(X, Y) <= std::min(h(X), h(Y)) + 1e-12);
    CHECK(dual_total_correlation_bits(table) >= -1e-12);
    CHECK(dual_total_correlation_bits(table) <= table.entropy_bits() + 1e-12);
    // a variable with itself
    CHECK(mi(X, X) == exactly(h(X)));
  }
}

TEST_CASE("Information does not change when symbols are renamed", "[information]") {
  RandomStream random(3, "names");
  std::vector<DiscreteValue> x(400), y(400), z(400), renamed(400);
  const std::vector<DiscreteValue> names{4000000000u, 3, 77, 0, 12};
  for (std::size_t n = 0; n < x.size(); ++n) {
    x[n] = static_cast<DiscreteValue>(random.below(5));
    y[n] = static_cast<DiscreteValue>((x[n] + random.below(3)) % 5);
    z[n] = static_cast<DiscreteValue>(random.below(2));
    renamed[n] = names[x[n]];
  }
  const JointTable before = JointTable::from_samples({x, y, z}), after = JointTable::from_samples({renamed, y, z});
  for (const auto estimator : {EntropyEstimator::plug_in, EntropyEstimator::miller_madow}) {
    CHECK(mutual_information_bits(before, X, Y, estimator) == exactly(mutual_information_bits(after, X, Y, estimator)));
    CHECK(conditional_mutual_information_bits(before, X, Y, Z, estimator) ==
          exactly(conditional_mutual_information_bits(after, X, Y, Z, estimator)));
    CHECK(dual_total_correlation_bits(before, estimator) == exactly(dual_total_correlation_bits(after, estimator)));
  }
}

TEST_CASE("Processing loses information", "[information]") {
  RandomStream random(4, "processing");
  for (int trial = 0; trial < 30; ++trial) {
    // X - Y - Z: a random joint of X and Y, and a random channel from Y to Z.
    const std::vector<double> xy = random_distribution(9, random);
    std::vector<double> joint(27);
    for (std::size_t y = 0; y < 3; ++y) {
      const std::vector<double> channel = random_distribution(3, random);
      for (std::size_t x = 0; x < 3; ++x) {
        for (std::size_t z = 0; z < 3; ++z) joint[9 * x + 3 * y + z] = xy[3 * x + y] * channel[z];
      }
    }
    const std::vector<std::size_t> shape{3, 3, 3};
    const JointTable table = JointTable::from_probabilities(shape, joint);
    CHECK(mutual_information_bits(table, X, Z) <= mutual_information_bits(table, X, Y) + 1e-12);
    CHECK(conditional_mutual_information_bits(table, X, Z, Y) == exactly(0));
  }
}
