#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "infotheory/states/discretize.hpp"
#include "infotheory/states/discretize_view.hpp"
#include "infotheory/states/level_cuts.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

// Squares within the two groups that `in_upper` makes, in two passes and long double: the slow, obvious way.
template <class InUpper>
long double squares_within(const std::vector<float>& values, const InUpper& in_upper) {
  long double squares = 0;
  for (const bool upper : {false, true}) {
    long double sum = 0, count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (in_upper(i) != upper) continue;
      sum += static_cast<long double>(values[i]);
      ++count;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (in_upper(i) != upper) continue;
      const long double difference = static_cast<long double>(values[i]) - sum / count;
      squares += difference * difference;
    }
  }
  return squares;
}

RowMatrix<float> random_values(Eigen::Index samples, Eigen::Index units, std::uint64_t seed) {
  RandomStream random(seed, "values");
  RowMatrix<float> values(samples, units);
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    values.data()[i] = std::tanh(static_cast<float>(random.normal() * 2));
  }
  return values;
}

RowMatrix<float> column(const std::vector<float>& values) {
  return Eigen::Map<const RowMatrix<float>>(values.data(), static_cast<Eigen::Index>(values.size()), 1);
}

}  // namespace

TEST_CASE("Two-means cuts hand-made cases where it should", "[discretize]") {
  struct Case {
    std::vector<float> values;
    double threshold;
  };
  const auto [values, threshold] = GENERATE(Case{{0, 1}, 0.5}, Case{{5}, 5}, Case{{3, 3, 3}, 3},
                                            Case{{10, 0, 11, 1}, 5.5}, Case{{0, 0, 0, 1}, 0.5}, Case{{-1, 1, 1, 1}, 0},
                                            // Both cuts leave 1/2: the lowest wins.
                                            Case{{0, 1, 2}, 0.5}, Case{{-4, 0, 4}, -2}, Case{{7, 5, 6}, 5.5},
                                            // Neither the mean (4.2) nor the median (1) is the cut.
                                            Case{{0, 0, 1, 10, 10}, 5.5});
  CHECK(two_means_threshold(values) == threshold);
}

TEST_CASE("Two-means finds the least squares of all partitions", "[discretize]") {
  RandomStream random(1, "partitions");
  for (int trial = 0; trial < 40; ++trial) {
    std::vector<float> values(2 + random.below(9));
    const bool ties = trial % 2 == 0;
    for (float& value : values) {
      value = ties ? static_cast<float>(random.below(5)) : static_cast<float>(random.normal());
    }
    const double threshold = two_means_threshold(values);
    const long double found = squares_within(values, [&](std::size_t i) { return values[i] > threshold; });
    long double best = found;
    for (std::uint32_t partition = 1; partition + 1 < 1u << values.size(); ++partition) {
      best = std::min(best, squares_within(values, [&](std::size_t i) { return (partition >> i & 1u) != 0; }));
    }
    CHECK(static_cast<double>(found - best) == Approx(0).margin(1e-12));
  }
}

TEST_CASE("Two-means takes the lowest of the best cuts and is exact far from 0", "[discretize]") {
  RandomStream random(2, "cuts");
  for (const float offset : {0.f, -3.f, 1e6f}) {
    for (int trial = 0; trial < 20; ++trial) {
      std::vector<float> values(200);
      for (float& value : values) value = offset + static_cast<float>(random.below(40)) / 4;
      const double threshold = two_means_threshold(values);
      std::vector<float> cuts = values;
      std::sort(cuts.begin(), cuts.end());
      cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
      long double best = std::numeric_limits<long double>::infinity();
      double expected = 0;
      for (std::size_t i = 1; i < cuts.size(); ++i) {
        const long double squares = squares_within(values, [&](std::size_t n) { return values[n] >= cuts[i]; });
        if (squares < best * (1 - 1e-15L)) {
          best = squares;
          expected = (static_cast<double>(cuts[i - 1]) + static_cast<double>(cuts[i])) / 2;
        }
      }
      CHECK(threshold == expected);
    }
  }
}

TEST_CASE("The midpoint separates neighbouring floats", "[discretize]") {
  for (const float low : {0.f, 1.f, -1.f, 0.9999999f, 1e-45f, -1e-45f, 1e30f, 3.4e38f}) {
    const float high = std::nextafter(low, infinity);
    const double threshold = two_means_threshold(std::vector<float>{high, low, low});
    CHECK(threshold > low);
    CHECK(threshold < high);
  }
  const double wide = two_means_threshold(std::vector<float>{-3e38f, 3e38f});
  CHECK(wide == 0);
}

TEST_CASE("Each method sets its threshold", "[discretize]") {
  struct Case {
    Discretization method;
    std::vector<float> values;
    double threshold;
  };
  const auto [method, values, threshold] =
      GENERATE(Case{Discretization::median, {3, 1, 2}, 2}, Case{Discretization::median, {4, 1, 2, 8}, 3},
               Case{Discretization::median, {7, 7, 7, 7}, 7}, Case{Discretization::mean, {1, 2, 6}, 3},
               Case{Discretization::sign, {1, 2, 6}, 0}, Case{Discretization::threshold, {1, 2, 6}, 0.25});
  CHECK(thresholds(column(values), {.method = method, .threshold = 0.25}) == std::vector<double>{threshold});
}

TEST_CASE("A unit that never varies has one state", "[discretize]") {
  const float value = GENERATE(0.1f, -0.7f, 0.f, 0.3333333f);
  RowMatrix<float> values = RowMatrix<float>::Constant(1237, 1, value);
  for (const auto method : {Discretization::kmeans, Discretization::median, Discretization::mean}) {
    const DiscretizedStates result = discretize(values, {.method = method});
    CHECK(result.thresholds.front() == static_cast<double>(value));
    CHECK(result.states == UnitStates(1237, 1));
  }
  const std::vector<StateWord> signs = discretize(values, {.method = Discretization::sign}).states.words();
  CHECK(std::count(signs.begin(), signs.end(), value > 0 ? 1u : 0u) == 1237);
}

TEST_CASE("State words have unit k in bit k", "[discretize]") {
  RowMatrix<float> values(3, 32);
  values.setConstant(-1);
  values(0, 0) = values(0, 31) = values(1, 5) = 1;
  CHECK(discretize(values, {.method = Discretization::sign}).states.words() ==
        std::vector<StateWord>{0x80000001u, 32u, 0u});
}

TEST_CASE("Every value is compared with the threshold of its unit", "[discretize]") {
  const int units = GENERATE(7, 32, 33, 130);
  const RowMatrix<float> train = random_values(3000, units, 1), test = random_values(9001, units, 2);
  const auto method =
      GENERATE(Discretization::kmeans, Discretization::median, Discretization::mean, Discretization::sign);
  const std::vector<double> cuts = thresholds(train, {.method = method});
  const UnitStates states = discretize(test, cuts);
  for (Eigen::Index n = 0; n < test.rows(); ++n) {
    for (Eigen::Index k = 0; k < test.cols(); ++k) {
      REQUIRE(states.bit(static_cast<std::size_t>(n), static_cast<int>(k)) ==
              (test(n, k) > cuts[static_cast<std::size_t>(k)]));
    }
  }
  if (method == Discretization::median) {
    for (Eigen::Index k = 0; k < train.cols(); ++k) {
      const double threshold = cuts[static_cast<std::size_t>(k)];
      CHECK((train.col(k).cast<double>().array() > threshold).count() == 1500);
    }
  }
}

TEST_CASE("Discretisation does not depend on the order of samples or the number of threads", "[discretize]") {
  const RowMatrix<float> values = random_values(10000, 6, 3);
  set_thread_count(1);
  const DiscretizedStates one = discretize(values);
  set_thread_count(5);
  const DiscretizedStates five = discretize(values);
  CHECK(one.thresholds == five.thresholds);
  CHECK(one.states == five.states);
  CHECK(thresholds(values.colwise().reverse()) == one.thresholds);
}

TEST_CASE("Discretisation names what is wrong", "[discretize]") {
  RowMatrix<float> values = random_values(10, 3, 4);
  const std::vector<double> cuts(3, 0.0);
  for (const float bad : {infinity, -infinity, std::numeric_limits<float>::quiet_NaN()}) {
    values(7, 2) = bad;
    CHECK_THROWS_AS(thresholds(values), DataError);
    CHECK_THROWS_WITH(thresholds(values), Catch::Contains("unit 2 of sample 7"));
    CHECK_THROWS_WITH(discretize(values, cuts), Catch::Contains("unit 2 of sample 7"));
  }
  values(7, 2) = 0;
  CHECK_THROWS_WITH(discretize(values, std::vector<double>(2)), Catch::Contains("2 thresholds for 3 units"));
  CHECK_THROWS_AS(discretize(values, std::vector<double>{0, NAN, 0}), UsageError);
  CHECK_THROWS_AS(discretize(values, {.method = Discretization::threshold, .threshold = NAN}), UsageError);
  CHECK_THROWS_AS(discretize(RowMatrix<float>(0, 3)), DataError);
  CHECK_THROWS_AS(discretize(RowMatrix<float>::Zero(4, 4097)), UsageError);
}

TEST_CASE("Iterated 2-means is near the exact cut, and equal to it for well separated clusters", "[discretize]") {
  // Three values near 0, two near 1: every start ends with the means 0.1 and 0.95.
  const std::vector<float> plain{0.0f, 1.0f, 0.1f, 0.9f, 0.2f};
  CHECK(iterated_two_means_threshold(plain, RandomStream(1, "plain")) == Approx((0.1 + 0.95) / 2).margin(1e-7));
  CHECK(iterated_two_means_threshold(std::vector<float>(5, 0.25f), RandomStream(1, "constant")) == 0.25);

  // Its sum of squares is at least that of the exact cut, and hardly more.
  RandomStream random(7, "values");
  std::vector<float> values(2000);
  for (float& value : values) value = static_cast<float>(std::tanh(2 * random.normal() + 0.5));
  const auto squares = [&](double cut) {
    double result = 0;
    for (const bool high : {false, true}) {
      double sum = 0, count = 0;
      for (const float value : values) {
        if ((value > cut) != high) continue;
        sum += value;
        count += 1;
      }
      for (const float value : values) {
        if ((value > cut) == high) result += (value - sum / count) * (value - sum / count);
      }
    }
    return result;
  };
  const double exact = squares(two_means_threshold(values));
  for (std::uint64_t start = 0; start < 20; ++start) {
    const double iterated = squares(iterated_two_means_threshold(values, RandomStream(start, "start")));
    CHECK(iterated >= exact * (1 - 1e-12));
    CHECK(iterated < exact * 1.001);
  }
}

namespace {

// Sum of squares within the levels that the cuts make.
long double squares_by_cuts(const std::vector<float>& values, const std::vector<double>& cuts) {
  long double squares = 0;
  for (std::size_t level = 0; level <= cuts.size(); ++level) {
    long double sum = 0, count = 0;
    const auto inside = [&](float value) {
      return (level == 0 || value > cuts[level - 1]) && (level == cuts.size() || value <= cuts[level]);
    };
    for (const float value : values) {
      if (!inside(value)) continue;
      sum += value;
      ++count;
    }
    for (const float value : values)
      if (inside(value)) squares += (value - sum / count) * (value - sum / count);
  }
  return squares;
}

// The least sum of squares over all ways to put `left` more cuts between the sorted distinct values.
long double least_squares(const std::vector<float>& values, const std::vector<float>& distinct, std::size_t from,
                          std::size_t left, std::vector<double>& cuts) {
  if (left == 0) return squares_by_cuts(values, cuts);
  long double least = std::numeric_limits<long double>::infinity();
  for (std::size_t i = from; i + left <= distinct.size(); ++i) {
    cuts.push_back((static_cast<double>(distinct[i - 1]) + static_cast<double>(distinct[i])) / 2);
    least = std::min(least, least_squares(values, distinct, i + 1, left - 1, cuts));
    cuts.pop_back();
  }
  return least;
}

}  // namespace

TEST_CASE("k-means with several levels is the best of all divisions", "[discretize]") {
  const int levels = GENERATE(2, 3, 4, 5);
  RandomStream random(51, "kmeans");
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<float> values;
    for (int i = 0; i < 14; ++i)
      values.push_back(static_cast<float>(trial % 2 == 0 ? random.normal() : std::floor(6 * random.uniform())));
    std::vector<float> distinct = values;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    if (distinct.size() < static_cast<std::size_t>(levels)) continue;
    const std::vector<double> cuts = kmeans_cuts(values, levels);
    std::vector<double> tried;
    const auto expected = least_squares(values, distinct, 1, static_cast<std::size_t>(levels) - 1, tried);
    CHECK(static_cast<double>(squares_by_cuts(values, cuts)) == Approx(static_cast<double>(expected)).margin(1e-12));
    CHECK(std::is_sorted(cuts.begin(), cuts.end()));
  }
}

TEST_CASE("k-means with two levels is the exact 2-means threshold", "[discretize]") {
  RandomStream random(52, "kmeans");
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<float> values;
    for (int i = 0; i < 300; ++i) values.push_back(std::tanh(static_cast<float>(random.normal() * 2)));
    CHECK(kmeans_cuts(values, 2) == std::vector<double>{two_means_threshold(values)});
  }
  const RowMatrix<float> values = random_values(500, 6, 53);
  const std::vector<double> old = thresholds(values);
  const RowMatrix<double> found = cuts(values, {.method = Discretization::kmeans, .levels = 2});
  CHECK(std::equal(old.begin(), old.end(), found.data()));
  CHECK(levels_by_cuts(values, found) == discretize(values, old).to_bytes());
}

TEST_CASE("k-means cuts hand-made cases where it should", "[discretize]") {
  CHECK(kmeans_cuts(std::vector<float>{0, 0, 1, 10, 11, 20}, 3) == std::vector<double>{5.5, 15.5});
  // Both {-3}, {-1}, {1, 3} and its mirror image and {-3}, {-1, 1}, {3} leave 2: the lowest last cut, then the lowest
  // first one.
  CHECK(kmeans_cuts(std::vector<float>{-3, -1, 1, 3}, 3) == std::vector<double>{-2, 0});
  CHECK(kmeans_cuts(std::vector<float>{4, 4, 4}, 3) == std::vector<double>{4, 4});
  CHECK(kmeans_cuts(std::vector<float>{4, 6, 4}, 4) == std::vector<double>{5, 6, 6});
}

TEST_CASE("Levels of equal population never divide equal values", "[discretize]") {
  CHECK(equal_population_cuts(std::vector<float>{4, 1, 3, 2}, 2) == std::vector<double>{2.5});
  CHECK(equal_population_cuts(std::vector<float>{6, 5, 1, 2, 3, 4}, 3) == std::vector<double>{2.5, 4.5});
  // Wanted after 2 of 4; possible after 1 and after 3: the lower.
  CHECK(equal_population_cuts(std::vector<float>{0, 1, 1, 2}, 2) == std::vector<double>{0.5});
  // Wanted after 1.5, 3 and 4.5 of 6; possible only after 5.
  CHECK(equal_population_cuts(std::vector<float>{0, 0, 0, 0, 0, 7}, 4) == std::vector<double>{3.5, 3.5, 3.5});
  CHECK(equal_population_cuts(std::vector<float>{2, 2}, 3) == std::vector<double>{2, 2});
  const std::vector<float> continuous = [] {
    RandomStream random(54, "population");
    std::vector<float> values;
    for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(random.normal()));
    return values;
  }();
  const RowMatrix<std::uint8_t> levels = levels_by_cuts(
      column(continuous), cuts(column(continuous), {.method = Discretization::equal_population, .levels = 8}));
  for (int level = 0; level < 8; ++level) CHECK((levels.cast<int>().array() == level).count() == 125);
}

TEST_CASE("Levels of equal width and given edges", "[discretize]") {
  CHECK(equal_width_cuts(std::vector<float>{0, 8, 1}, 4) == std::vector<double>{2, 4, 6});
  CHECK(equal_width_cuts(std::vector<float>{3, 3}, 3) == std::vector<double>{3, 3});
  const RowMatrix<float> values = column({0, 2, 2.5f, 4, 6, 8, -1, 9});
  const RowMatrix<double> edges = cuts(values, {.method = Discretization::edges, .edges = {2, 4, 6}});
  const RowMatrix<std::uint8_t> levels = levels_by_cuts(values, edges);
  CHECK(std::vector<int>(levels.data(), levels.data() + 8) == std::vector<int>{0, 0, 1, 1, 2, 3, 0, 3});
  const RowMatrix<std::uint8_t> width =
      levels_by_cuts(values, cuts(values, {.method = Discretization::equal_width, .levels = 256}));
  CHECK(int{width(6, 0)} == 0);
  CHECK(int{width(7, 0)} == 255);
  // Cuts of one subset for the values of another.
  CHECK(int{levels_by_cuts(column({100}), edges)(0, 0)} == 3);
}

TEST_CASE("Symbols are levels as they are", "[discretize]") {
  const RowMatrix<float> values = column({0, 255, 17, 3});
  const RowMatrix<std::uint8_t> levels = levels_of_symbols(values);
  CHECK(std::vector<int>(levels.data(), levels.data() + 4) == std::vector<int>{0, 255, 17, 3});
  CHECK(level_count({.method = Discretization::symbols}) == 256);
  CHECK(cuts(values, {.method = Discretization::symbols}).size() == 0);
  CHECK_THROWS_AS(levels_of_symbols(column({0, 256})), DataError);
  CHECK_THROWS_WITH(levels_of_symbols(column({0, 2.5f})),
                    "discretize: value of unit 0 of sample 1 is 2.5, expected a whole number in [0,255]");
  CHECK_THROWS_WITH(levels_of_symbols(column({-1, 2})), Catch::Contains("unit 0 of sample 0 is -1"));
}

TEST_CASE("Options of levels that do not go together are refused", "[discretize]") {
  const auto problem = [](const DiscretizeOptions& options, const std::string& message) {
    CHECK_THROWS_AS(level_count(options), UsageError);
    CHECK_THROWS_WITH(level_count(options), Catch::Contains(message));
  };
  problem({.levels = 1}, "levels is 1, expected [2,256]");
  problem({.levels = 257}, "levels is 257, expected [2,256]");
  problem({.method = Discretization::median, .levels = 3}, "levels is 3 with method median, expected 2");
  problem({.method = Discretization::symbols, .levels = 3}, "levels is 3 with method symbols");
  problem({.method = Discretization::edges}, "0 edges, expected [1,255]");
  problem({.method = Discretization::edges, .edges = {1, 1}}, "edge 1 is 1 after 1");
  problem({.method = Discretization::edges, .levels = 5, .edges = {1, 2}}, "levels is 5 with 2 edges, expected 3");
  problem({.method = Discretization::mean, .edges = {1}}, "edges with method mean");
  CHECK(level_count({.method = Discretization::edges, .levels = 3, .edges = {1, 2}}) == 3);
  CHECK_THROWS_WITH(thresholds(random_values(5, 1, 1), {.levels = 3}),
                    "discretize: a threshold of 3 levels, expected 2");
  RowMatrix<double> falling(1, 2);
  falling << 2, 1;
  CHECK_THROWS_AS(levels_by_cuts(column({1, 2}), falling), UsageError);
  CHECK_THROWS_AS(levels_by_cuts(column({1, 2}), RowMatrix<double>(1, 0)), UsageError);
  CHECK_THROWS_AS(levels_by_cuts(column({1, NAN}), RowMatrix<double>::Zero(1, 1)), DataError);
}

TEST_CASE("Values in the memory of others are discretised as those of our own", "[discretize]") {
  RowMatrix<float> values = random_values(300, 5, 11);
  const ValueView view(values.data(), values.rows(), values.cols());
  DiscretizeOptions options;
  const RowMatrix<double> two = cuts(view, options);
  CHECK(two == cuts(values, options));
  const std::span<const double> thresholds(two.data(), static_cast<std::size_t>(two.size()));
  CHECK(discretize(view, thresholds) == discretize(values, thresholds));
  options.levels = 3;
  const RowMatrix<double> three = cuts(view, options);
  CHECK(three == cuts(values, options));
  CHECK(levels_by_cuts(view, three) == levels_by_cuts(values, three));
  values(7, 2) = infinity;
  CHECK_THROWS_WITH(cuts(view, options), "discretize: value of unit 2 of sample 7 is inf, expected a finite number");
  RowMatrix<float> whole = values.array().abs().floor();
  whole(7, 2) = 4;
  CHECK(levels_of_symbols(ValueView(whole.data(), whole.rows(), whole.cols())) == levels_of_symbols(whole));
}
