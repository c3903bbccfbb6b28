#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "infotheory/information/entropy.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

using Probabilities = std::vector<double>;
using Counts = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("Entropy of known distributions has its analytic value", "[entropy]") {
  struct Case {
    Probabilities probabilities;
    double bits;
  };
  const auto [probabilities, bits] = GENERATE(
      Case{Probabilities(10, 0.1), 3.321928094887362}, Case{{0.5, 0.25, 0.125, 0.125}, 1.75},
      Case{{0.25, 0.75}, 0.8112781244591328}, Case{{0.1, 0.9}, 0.4689955935892812},
      Case{{1 / 16., 4 / 16., 6 / 16., 4 / 16., 1 / 16.}, 2.0306390622295662}, Case{{1}, 0}, Case{{0, 1, 0}, 0});
  CHECK(entropy_bits(probabilities) == exactly(bits));
}

TEST_CASE("Binary entropy has its analytic values and is symmetric", "[entropy]") {
  CHECK(binary_entropy_bits(0.25) == exactly(0.8112781244591328));
  CHECK(binary_entropy_bits(0.1) == exactly(0.4689955935892812));
  CHECK(binary_entropy_bits(0.9) == exactly(0.4689955935892812));
  CHECK(binary_entropy_bits(0) == 0);
  CHECK(binary_entropy_bits(1) == 0);
  CHECK(binary_entropy_bits(0.5) == exactly(1));
  CHECK_THROWS_AS(binary_entropy_bits(1.1), UsageError);
  CHECK_THROWS_AS(binary_entropy_bits(NAN), UsageError);
}

TEST_CASE("Entropy of known counts has its analytic value", "[entropy]") {
  struct Case {
    Counts counts;
    EntropyEstimator estimator;
    double bits;
  };
  constexpr auto plug_in = EntropyEstimator::plug_in, miller_madow = EntropyEstimator::miller_madow;
  const auto [counts, estimator, bits] =
      GENERATE(Case{{7, 3}, plug_in, 0.8812908992306927}, Case{{7, 3}, miller_madow, 0.9534256512751409},
               Case{{3, 1}, plug_in, 0.8112781244591328}, Case{{3, 1}, miller_madow, 0.9916150045702532},
               Case{{0, 3, 0, 1}, miller_madow, 0.9916150045702532}, Case{{5}, plug_in, 0}, Case{{5}, miller_madow, 0},
               // The labels of MNIST: train, test.
               Case{{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}, plug_in, 3.319870926755188},
               Case{{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, plug_in, 3.319422526120826});
  CHECK(entropy_bits(counts, estimator) == exactly(bits));
}

TEST_CASE("Miller-Madow entropy may exceed the logarithm of the alphabet size", "[entropy]") {
  CHECK(entropy_bits(Counts{1, 1}, EntropyEstimator::miller_madow) > 1);
}

TEST_CASE("Entropies of counts and of their frequencies agree", "[entropy]") {
  RandomStream random(1, "counts");
  for (int trial = 0; trial < 20; ++trial) {
    Counts counts(1 + random.below(50));
    double total = 0;
    for (auto& count : counts) total += static_cast<double>(count = random.below(1000));
    if (total == 0) continue;
    Probabilities frequencies;
    for (const auto count : counts) frequencies.push_back(static_cast<double>(count) / total);
    const double bits = entropy_bits(counts);
    CHECK(bits == exactly(entropy_bits(frequencies)));
    CHECK(bits <= std::log2(static_cast<double>(counts.size())) + 1e-12);
    CHECK(bits >= -1e-12);
    shuffle(counts, random);
    CHECK(entropy_bits(counts) == exactly(bits));
  }
}

TEST_CASE("Grouping splits an entropy", "[entropy]") {
  // H(a,b,c) = H(a,b+c) + (b+c) H(b/(b+c), c/(b+c))
  const double a = 0.2, b = 0.5, c = 0.3;
  CHECK(entropy_bits(Probabilities{a, b, c}) ==
        exactly(binary_entropy_bits(a) + (b + c) * binary_entropy_bits(b / (b + c))));
}

TEST_CASE("Bad probabilities and counts are named", "[entropy]") {
  CHECK_THROWS_AS(entropy_bits(Probabilities{0.5, -0.25, 0.75}), UsageError);
  CHECK_THROWS_WITH(entropy_bits(Probabilities{0.5, -0.25, 0.75}), Catch::Contains("probability 1 is -0.25"));
  CHECK_THROWS_WITH(entropy_bits(Probabilities{0.5, 0.5, NAN}), Catch::Contains("probability 2 is nan"));
  CHECK_THROWS_WITH(entropy_bits(Probabilities{0.5, 0.4}), Catch::Contains("sum to 0.9"));
  CHECK_THROWS_AS(entropy_bits(Probabilities{}), UsageError);
  CHECK_THROWS_AS(entropy_bits(Probabilities{std::numeric_limits<double>::infinity()}), UsageError);
  CHECK_THROWS_WITH(entropy_bits(Counts{0, 0}), Catch::Contains("counts sum to 0"));
}

TEST_CASE("The entropy of a single state is exactly 0", "[entropy]") {
  for (std::uint64_t n = 1; n <= 3000; ++n) {
    const double entropy = entropy_bits(Counts{0, n});
    REQUIRE(entropy == 0);
    REQUIRE(!std::signbit(entropy));
  }
  CHECK(!std::signbit(entropy_bits(Probabilities{0, 1})));
  CHECK(!std::signbit(binary_entropy_bits(0)));
  CHECK(!std::signbit(binary_entropy_bits(1)));
}
