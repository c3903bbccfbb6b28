#include <boost/math/constants/constants.hpp>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"
#include "infotheory/information/estimators.hpp"
#include "infotheory/information/nsb.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

using Counts = std::vector<std::uint64_t>;

double estimate(std::string_view name, const Counts& counts, double alphabet) {
  return estimated_entropy_bits(entropy_estimator(name), counts, alphabet);
}

/// Counts of N samples of a distribution over `probabilities`.
Counts sampled(const std::vector<double>& probabilities, int samples, RandomStream random) {
  Counts counts(probabilities.size());
  for (int i = 0; i < samples; ++i) {
    double u = random.uniform();
    std::size_t k = 0;
    while (k + 1 < probabilities.size() && u >= probabilities[k]) u -= probabilities[k++];
    ++counts[k];
  }
  return counts;
}

}  // namespace

TEST_CASE("Estimators are found by name", "[estimators]") {
  std::vector<std::string_view> names;
  for (const NamedEstimator& row : entropy_estimators()) {
    names.push_back(row.name);
    CHECK(&entropy_estimator(row.name) == &row);
    CHECK(!row.about.empty());
  }
  CHECK(names == std::vector<std::string_view>{"plug_in", "miller_madow", "chao_shen", "grassberger_1988",
                                               "grassberger_2003", "nsb"});
  CHECK_THROWS_WITH(entropy_estimator("grassberger"),
                    "entropy estimator is grassberger, expected one of plug_in, miller_madow, chao_shen, "
                    "grassberger_1988, grassberger_2003, nsb");
}

TEST_CASE("Chao-Shen entropy of small counts", "[estimators]") {
  // [1,1]: N = 2, f_1 = 1, C = 1/2, C p = 1/4: - 2 (1/4) log2(1/4) / (1 - (3/4)^2) = 16/7.
  CHECK(chao_shen_entropy_bits(Counts{1, 1}) == exactly(16. / 7));
  // [2,2]: C = 1, p = 1/2: 1 / (1 - 1/16).
  CHECK(chao_shen_entropy_bits(Counts{2, 2}) == exactly(16. / 15));
  CHECK(chao_shen_entropy_bits(Counts{2, 0, 2}) == exactly(16. / 15));
  CHECK(chao_shen_entropy_bits(Counts{1}) == 0);
  CHECK(chao_shen_entropy_bits(Counts{7}) == 0);
}

TEST_CASE("Grassberger entropies of small counts", "[estimators]") {
  const double gamma = boost::math::constants::euler<double>(), ln2 = std::log(2.);
  // psi(1) = -gamma, psi(2) = 1 - gamma.
  CHECK(grassberger_1988_entropy_bits(Counts{1, 1}) == exactly((ln2 + gamma + 0.5) / ln2));
  CHECK(grassberger_1988_entropy_bits(Counts{2}) == exactly((ln2 - (1 - gamma) - 1 / 3.) / ln2));
  CHECK(grassberger_2003_entropy_bits(Counts{1, 1}) == exactly((ln2 + gamma + ln2) / ln2));
  CHECK(grassberger_2003_entropy_bits(Counts{2}) == exactly((ln2 - (2 - gamma - ln2)) / ln2));
  CHECK(grassberger_1988_entropy_bits(Counts{4}) < 0);  // is not repaired
}

TEST_CASE("Grassberger's G of 2003 obeys its recurrence", "[estimators]") {
  // The entropy of one value seen n times is (ln n - G(n)) / ln 2.
  const auto g = [](std::uint64_t n) {
    return std::log(static_cast<double>(n)) - grassberger_2003_entropy_bits(Counts{n}) * nats_per_bit;
  };
  double even = 2 - boost::math::constants::euler<double>() - std::log(2.);  // G(2)
  for (std::uint64_t n = 2; n < 2000; n += 2) {
    CHECK(g(n) == Approx(even).margin(1e-12));
    CHECK(g(n + 1) == Approx(even).margin(1e-12));
    even += 2 / (static_cast<double>(n) + 1);
  }
}

TEST_CASE("NSB entropy agrees with integration in 70 digits", "[estimators]") {
  // mpmath, the trapezoidal rule in ln(beta) with two steps that agree (1/4 and 3/16, finer for many samples).
  struct Case {
    Counts counts;
    double alphabet, bits;
  };
  const Counts ndd{4, 12, 4, 5, 3, 1, 5, 1, 2, 2, 2, 2, 11, 3, 4, 12, 12, 1, 2};
  for (const Case& c :
       {Case{{1}, 2, 0.5}, Case{{1}, 1000, 4.9828921423310435}, Case{{2, 1}, 2, 0.84966616778403202},
        Case{{1, 2, 3, 2, 1}, 5, 2.1770358016220777}, Case{{4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1}, 11, 3.1562913684864839},
        Case{{5}, 32, 0.38549424391994461}, Case{{1, 1, 1, 1}, 16, 3.2575145312474505},
        Case{{1, 1, 1, 1}, 0x1p20, 11.958817642606962}, Case{ndd, 100, 4.0483421050470369},
        Case{{1, 1, 1, 1, 5, 1}, 10, 2.6799999826721119}, Case{{3, 1, 1}, 0x1p100, 2.7520417335180151},
        Case{{300'000, 500'000, 200'000}, 4, 1.4854770560195092}, Case{{1'000'000}, 2, 1.24961077969667e-6}}) {
    CAPTURE(c.counts, c.alphabet);
    CHECK(nsb_entropy_bits(c.counts, c.alphabet) == Approx(c.bits).margin(1e-9).epsilon(0));
  }
}

TEST_CASE("The NSB entropy of one value, and of an alphabet of one, is defined", "[estimators]") {
  CHECK(nsb_entropy_bits(Counts{9}, 1) == 0);
  // The more samples of the same value, the lower.
  double before = 1;
  for (const std::uint64_t n : {1u, 2u, 5u, 100u, 10000u, 1000000u}) {
    const double bits = nsb_entropy_bits(Counts{n}, 2);
    CHECK(bits < before);
    CHECK(bits > 0);
    before = bits;
  }
  CHECK(before < 2e-6);
}

TEST_CASE("NSB entropy approaches the plug-in entropy with many samples", "[estimators]") {
  const Counts counts{300'000, 500'000, 200'000};
  const double plug_in = estimate("plug_in", counts, 4);
  CHECK(std::abs(nsb_entropy_bits(counts, 4) - plug_in) < 1e-5);
  CHECK(nsb_entropy_bits(Counts(1000, 1000), 1000) == Approx(std::log2(1000.)).margin(1e-3));
}

TEST_CASE("NSB entropy is stable for huge alphabets and samples that never repeat", "[estimators]") {
  // Without a coincidence nothing but the alphabet bounds the entropy from above.
  const double bits = nsb_entropy_bits(Counts(1'000'000, 1), 1e6);
  CHECK(bits > 19.93);
  CHECK(bits < std::log2(1e6));
  for (const double alphabet : {0x1p30, 0x1p100, 1e250}) {
    const double value = nsb_entropy_bits(Counts{3, 1, 1}, alphabet);
    CHECK(std::isfinite(value));
    CHECK(value > estimate("plug_in", {3, 1, 1}, 3));
    CHECK(value < std::log2(alphabet));
  }
  Counts distinct;  // all counts differ: the most expensive kind
  for (std::uint64_t n = 1; n < 1414; ++n) distinct.push_back(n);
  CHECK(std::abs(nsb_entropy_bits(distinct, 1413) - estimate("plug_in", distinct, 1413)) < 1e-2);
}

TEST_CASE("Every estimator approaches the entropy with many samples", "[estimators]") {
  const std::vector<double> probabilities{0.4, 0.3, 0.15, 0.1, 0.05};
  const double exact = entropy_bits(probabilities);
  const Counts counts = sampled(probabilities, 400'000, RandomStream(1, "many"));
  for (const NamedEstimator& row : entropy_estimators()) {
    CAPTURE(row.name);
    CHECK(std::abs(estimated_entropy_bits(row, counts, 5) - exact) < 0.01);
  }
}

TEST_CASE("Every corrected estimator is less biased than the plug-in entropy", "[estimators]") {
  const std::vector<double> probabilities(40, 1 / 40.);
  const double exact = std::log2(40.);
  std::vector<double> bias(entropy_estimators().size());
  constexpr int trials = 200;
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    const Counts counts = sampled(probabilities, 60, RandomStream(2, "bias").child(trial));
    for (std::size_t i = 0; i < bias.size(); ++i)
      bias[i] += (estimated_entropy_bits(entropy_estimators()[i], counts, 40) - exact) / trials;
  }
  for (std::size_t i = 1; i < bias.size(); ++i) {
    CAPTURE(entropy_estimators()[i].name, bias[i]);
    CHECK(std::abs(bias[i]) < std::abs(bias[0]) / 2);
  }
}

TEST_CASE("Estimators name what they cannot take", "[estimators]") {
  for (const NamedEstimator& row : entropy_estimators()) {
    CHECK_THROWS_AS(estimated_entropy_bits(row, Counts{0, 0}, 2), UsageError);
    CHECK_THROWS_AS(estimated_entropy_bits(row, Counts{3, 1, 1}, 2), UsageError);
    CHECK_THROWS_AS(estimated_entropy_bits(row, Counts{3, 1, 1}, 3.5), UsageError);
    CHECK_THROWS_AS(estimated_entropy_bits(row, Counts{3, 1, 1}, NAN), UsageError);
  }
  CHECK_THROWS_WITH(estimate("nsb", {3, 1, 1}, 2),
                    "entropy estimator nsb: alphabet size is 2, expected a whole number of at least 3, the occupied "
                    "values");
  CHECK_THROWS_WITH(nsb_entropy_bits(Counts{1, 2}, 1e300), Catch::Contains("alphabet size is 1e+300"));
}

TEST_CASE("Relay information by estimators is the sum of its eight entropies", "[estimators]") {
  RandomStream random(3, "relay");
  std::vector<std::vector<DiscreteValue>> columns(4, std::vector<DiscreteValue>(200));  // in, out, Y_R, Y_0
  for (std::size_t i = 0; i < 200; ++i) {
    for (auto& column : columns) column[i] = static_cast<DiscreteValue>(random.below(3));
    columns[1][i] = random.uniform() < 0.7 ? columns[0][i] : columns[1][i];
    columns[2][i] = random.uniform() < 0.8 ? columns[0][i] : columns[2][i];
  }
  const JointTable table = JointTable::from_samples({columns[0], columns[1], columns[2], columns[3]});
  const RelayVariables variables{.in = {0}, .out = {1}, .relay = {2}, .rest = {3}};
  const std::vector<double> alphabets{3, 3, 4, 3};  // Y_R has a value that was never seen
  CHECK(relay_information_bits(entropy_estimator("plug_in"), table, variables, alphabets) ==
        exactly(relay_information_bits(table, variables)));
  CHECK(relay_information_bits(entropy_estimator("miller_madow"), table, variables, alphabets) ==
        exactly(relay_information_bits(table, variables, EntropyEstimator::miller_madow)));

  const NamedEstimator& nsb = entropy_estimator("nsb");
  const auto h = [&](VariableSet of, double alphabet) {
    const JointTable marginal = table.marginal(of);
    Counts counts;
    for (std::size_t m = 0; m < marginal.occupied(); ++m)
      counts.push_back(static_cast<std::uint64_t>(marginal.weight(m)));
    return nsb_entropy_bits(counts, alphabet);
  };
  const double expected = -h({3}, 3) + h({0, 3}, 9) + h({2, 3}, 12) + h({1, 3}, 9) - h({0, 2, 3}, 36) -
                          h({0, 1, 3}, 27) - h({1, 2, 3}, 36) + h({0, 1, 2, 3}, 108);
  CHECK(relay_information_bits(nsb, table, variables, alphabets) == exactly(expected));

  CHECK(estimated_entropy_bits(nsb, table, VariableSet(), alphabets) == 0);
  const std::vector<double> few{3, 3, 3};
  CHECK_THROWS_WITH(relay_information_bits(nsb, table, variables, few),
                    "entropy estimator nsb: 3 alphabet sizes for 4 variables, expected one for each");
  CHECK_THROWS_AS(estimated_entropy_bits(nsb, JointTable::from_probabilities({2}, {0.5, 0.5}), {0}, few), UsageError);
}
