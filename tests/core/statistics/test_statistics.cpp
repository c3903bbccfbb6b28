#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "core/statistics/statistics.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

using Values = std::vector<double>;

Approx about(double value, double relative) { return Approx(value).epsilon(relative).margin(0); }

Values normals(std::size_t n, RandomStream random) {
  Values values(n);
  for (double& value : values) value = random.normal();
  return values;
}

// Everything that a regression says, for comparisons to the last bit.
Values numbers(const Regression& fit) {
  Values all = fit.coefficient;
  for (const auto* part : {&fit.standard_error, &fit.t, &fit.p}) all.insert(all.end(), part->begin(), part->end());
  all.insert(all.end(), {fit.f, fit.f_p, fit.r_squared, fit.residual_variance});
  return all;
}

// Ordinary least squares by a QR decomposition of the whole design matrix: slow and obvious.
struct Reference {
  Eigen::VectorXd coefficient, standard_error;
  double r_squared, f;

  Reference(const Values& response, const std::vector<Values>& predictors) {
    const auto n = static_cast<Eigen::Index>(response.size()), p = static_cast<Eigen::Index>(predictors.size());
    Eigen::MatrixXd design = Eigen::MatrixXd::Ones(n, p + 1);
    for (Eigen::Index j = 0; j < p; ++j) {
      design.col(j + 1) = Eigen::Map<const Eigen::VectorXd>(predictors[static_cast<std::size_t>(j)].data(), n);
    }
    const Eigen::Map<const Eigen::VectorXd> y(response.data(), n);
    coefficient = design.colPivHouseholderQr().solve(y);
    const double residual = (y - design * coefficient).squaredNorm();
    const double total = (y.array() - y.mean()).square().sum();
    const double variance = residual / static_cast<double>(n - p - 1);
    const Eigen::MatrixXd covariance = (design.transpose() * design).inverse() * variance;
    standard_error = covariance.diagonal().cwiseSqrt();
    r_squared = 1 - residual / total;
    f = (total - residual) / static_cast<double>(p) / variance;
  }
};

}  // namespace

// Certified values: NIST Statistical Reference Datasets.
TEST_CASE("Regression meets NIST Norris", "[statistics]") {
  const Values y{0.1, 338.8, 118.1, 888.0, 9.2,   228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3,
                 0.1, 778.1, 668.8, 339.3, 448.9, 10.8,  557.7, 228.3, 998.0, 888.8, 119.6, 0.3,
                 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2,  117.6, 228.9, 668.4, 449.2, 0.2};
  const Values x{0.2, 337.4, 118.2, 884.6, 10.1,  226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4,
                 0.6, 775.5, 666.9, 338.0, 447.5, 11.6,  556.0, 228.1, 995.8, 887.6, 120.2, 0.3,
                 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1,  118.3, 229.2, 669.1, 448.9, 0.5};
  const std::vector<Column> predictors{{"x", x}};
  const Regression fit = ordinary_least_squares({"y", y}, predictors);
  REQUIRE(fit.defined());
  CHECK(fit.rows == 36);
  CHECK(fit.terms == std::vector<std::string>{"intercept", "x"});
  CHECK(fit.coefficient[0] == about(-0.262323073774029, 1e-11));
  CHECK(fit.coefficient[1] == about(1.00211681802045, 1e-13));
  CHECK(fit.standard_error[0] == about(0.232818234301152, 1e-12));
  CHECK(fit.standard_error[1] == about(0.429796848199937e-3, 1e-12));
  CHECK(std::sqrt(fit.residual_variance) == about(0.884796396144373, 1e-12));
  CHECK(fit.r_squared == about(0.999993745883712, 1e-14));
  CHECK(fit.f == about(5436385.54079785, 1e-11));
}

TEST_CASE("Regression meets NIST Longley", "[statistics]") {
  const Values y{60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761,
                 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551};
  const std::vector<Values> x{
      {83.0, 88.5, 88.2, 89.5, 96.2, 98.1, 99.0, 100.0, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9},
      {234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704, 502601,
       518173, 554894},
      {2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007},
      {1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827},
      {107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366, 125368,
       127852, 130081},
      {1947, 1948, 1949, 1950, 1951, 1952, 1953, 1954, 1955, 1956, 1957, 1958, 1959, 1960, 1961, 1962}};
  const Values coefficient{-3482258.63459582, 15.0618722713733,      -0.358191792925910e-1, -2.02022980381683,
                           -1.03322686717359, -0.511041056535807e-1, 1829.15146461355};
  const Values standard_error{890420.383607373,  84.9149257747669,  0.334910077722432e-1, 0.488399681651699,
                              0.214274163161675, 0.226073200069370, 455.478499142212};
  std::vector<Column> predictors;
  for (const Values& values : x) predictors.push_back({"x", values});
  const Regression fit = ordinary_least_squares({"employed", y}, predictors);
  REQUIRE(fit.defined());
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(fit.coefficient[i] == about(coefficient[i], 1e-9));
    CHECK(fit.standard_error[i] == about(standard_error[i], 1e-9));
  }
  CHECK(std::sqrt(fit.residual_variance) == about(304.854073561965, 1e-11));
  CHECK(fit.r_squared == about(0.995479004577296, 1e-13));
  CHECK(fit.f == about(330.285339234588, 1e-10));
}

TEST_CASE("Regression agrees with a QR decomposition", "[statistics]") {
  const RandomStream random(1, "regression");
  const std::size_t n = GENERATE(7, 500, 20000);
  std::vector<Values> x{normals(n, random.child("a")), normals(n, random.child("b")), normals(n, random.child("c"))};
  Values y = normals(n, random.child("noise"));
  for (std::size_t i = 0; i < n; ++i) {
    x[1][i] = 100 + 3 * x[1][i] + x[0][i];
    y[i] += 2 - x[0][i] + 0.5 * x[1][i];
  }
  const std::vector<Column> predictors{{"a", x[0]}, {"b", x[1]}, {"c", x[2]}};
  const Regression fit = ordinary_least_squares({"y", y}, predictors);
  const Reference reference(y, x);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto term = static_cast<Eigen::Index>(i);
    CHECK(fit.coefficient[i] == Approx(reference.coefficient[term]).epsilon(1e-9).margin(1e-11));
    CHECK(fit.standard_error[i] == about(reference.standard_error[term], 1e-8));
    CHECK(fit.t[i] == about(fit.coefficient[i] / fit.standard_error[i], 1e-14));
  }
  CHECK(fit.r_squared == about(reference.r_squared, 1e-10));
  CHECK(fit.f == about(reference.f, 1e-9));
}

TEST_CASE("Scaling to the unit interval changes coefficients but neither t nor R squared", "[statistics]") {
  const RandomStream random(2, "scaling");
  const std::size_t n = 3000;
  Values size = normals(n, random.child("size")), information = normals(n, random.child("information"));
  Values accuracy = normals(n, random.child("accuracy"));
  for (std::size_t i = 0; i < n; ++i) {
    size[i] = std::floor(10 + 3 * size[i]);
    information[i] = 0.01 * information[i] - 0.001 * size[i];
    accuracy[i] = 0.7 + 0.02 * accuracy[i] - 2 * information[i] + 0.01 * size[i];
  }
  const std::vector<Column> raw{{"set_size", size}, {"information", information}};
  const Regression fit = ordinary_least_squares({"accuracy", accuracy}, raw, ColumnScaling::unit);
  const auto scaled_to_unit = [](Values values) {
    const double low = *std::min_element(values.begin(), values.end());
    const double range = *std::max_element(values.begin(), values.end()) - low;
    for (double& x : values) x = (x - low) / range;
    return values;
  };
  const Values y = scaled_to_unit(accuracy), d = scaled_to_unit(size), i = scaled_to_unit(information);
  const std::vector<Column> scaled{{"set_size", d}, {"information", i}};
  const Regression expected = ordinary_least_squares({"accuracy", y}, scaled);
  const Values a = numbers(fit), b = numbers(expected);
  for (std::size_t k = 0; k < a.size(); ++k) CHECK(a[k] == Approx(b[k]).epsilon(1e-9).margin(1e-14));
  const Regression unscaled = ordinary_least_squares({"accuracy", accuracy}, raw);
  for (std::size_t term = 1; term < 3; ++term) CHECK(fit.t[term] == about(unscaled.t[term], 1e-11));
  CHECK(fit.f == about(unscaled.f, 1e-11));
  CHECK(fit.r_squared == unscaled.r_squared);
}

TEST_CASE("The p-values of a regression are those of Student and of Fisher", "[statistics]") {
  // y = (1,3,2,5,4) on x = 1..5: slope 0.8, R^2 0.64, t = 4/sqrt(3) with 3 degrees of freedom; F = t^2.
  const Values x{1, 2, 3, 4, 5}, y{1, 3, 2, 5, 4};
  const std::vector<Column> predictors{{"x", x}};
  const Regression fit = ordinary_least_squares({"y", y}, predictors);
  CHECK(fit.coefficient[1] == about(0.8, 1e-13));
  CHECK(fit.coefficient[0] == about(0.6, 1e-13));
  CHECK(fit.r_squared == about(0.64, 1e-13));
  const double t = 4 / std::sqrt(3.0);
  CHECK(fit.t[1] == about(t, 1e-13));
  CHECK(fit.f == about(t * t, 1e-13));
  // Student's distribution with 3 degrees of freedom in closed form.
  const double s = t / std::sqrt(3.0);
  CHECK(fit.p[1] == about(1 - 2 / M_PI * (s / (1 + s * s) + std::atan(s)), 1e-12));
  CHECK(fit.f_p == about(fit.p[1], 1e-12));
}

TEST_CASE("Degenerate regressions are undefined and say why", "[statistics]") {
  const Values y{1, 3, 2, 5, 4, 7}, x{1, 2, 3, 4, 5, 6}, constant(6, 0.1), twice{2, 4, 6, 8, 10, 12};
  struct Case {
    const Values& response;
    std::vector<Column> predictors;
    std::string reason;
  };
  const std::vector<Case> cases{
      {y, {{"size", x}, {"information", constant}}, "predictor \"information\" is constant (0.1)"},
      {constant, {{"size", x}}, "response \"accuracy\" is constant (0.1)"},
      {y, {{"size", x}, {"double", twice}}, "predictor \"double\" is a linear combination of those before it"},
  };
  for (const auto& [response, predictors, reason] : cases) {
    for (const auto scaling : {ColumnScaling::none, ColumnScaling::unit}) {
      const Regression fit = ordinary_least_squares({"accuracy", response}, predictors, scaling);
      CHECK_FALSE(fit.defined());
      CHECK(fit.undefined == reason);
      CHECK(fit.terms.size() == predictors.size() + 1);
      for (const double number : numbers(fit)) CHECK(std::isnan(number));
    }
  }
  const std::span<const double> two(y.data(), 2);
  const std::vector<Column> one{{"size", std::span<const double>(x.data(), 2)}};
  CHECK(ordinary_least_squares({"accuracy", two}, one).undefined == "2 rows for 2 coefficients; more rows are needed");
}

TEST_CASE("A nearly collinear predictor still has a fit", "[statistics]") {
  const RandomStream random(3, "collinear");
  const std::size_t n = 1000;
  const Values a = normals(n, random.child("a")), noise = normals(n, random.child("noise"));
  Values b = normals(n, random.child("b")), y(n);
  for (std::size_t i = 0; i < n; ++i) {
    b[i] = a[i] + 1e-3 * b[i];
    y[i] = 3 * a[i] - b[i] + 0.01 * noise[i];
  }
  const std::vector<Column> predictors{{"a", a}, {"b", b}};
  const Regression fit = ordinary_least_squares({"y", y}, predictors);
  const Reference reference(y, {a, b});
  REQUIRE(fit.defined());
  CHECK(fit.coefficient[1] == about(reference.coefficient[1], 1e-7));
  CHECK(fit.coefficient[2] == about(reference.coefficient[2], 1e-7));
}

TEST_CASE("A perfect fit has R squared 1", "[statistics]") {
  const Values x{0, 1, 2, 3}, y{1, 3, 5, 7};
  const std::vector<Column> predictors{{"x", x}};
  const Regression fit = ordinary_least_squares({"y", y}, predictors);
  REQUIRE(fit.defined());
  CHECK(fit.coefficient[1] == about(2, 1e-14));
  CHECK(fit.r_squared == about(1, 1e-14));
  CHECK(fit.p[1] < 1e-15);
  CHECK(fit.f_p < 1e-15);
}

TEST_CASE("Regression and moments do not depend on the number of threads", "[statistics]") {
  const std::size_t n = 100001;
  RandomStream random(4, "threads");
  std::vector<float> x(n), y(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = static_cast<float>(random.normal());
    y[i] = x[i] + static_cast<float>(random.normal());
  }
  const std::vector<Column> predictors{{"x", x}};
  const auto run = [&](int threads) {
    set_thread_count(threads);
    return numbers(ordinary_least_squares({"y", y}, predictors, ColumnScaling::unit));
  };
  const Values one = run(1);
  CHECK(run(2) == one);
  CHECK(run(7) == one);
  // Floats and the same numbers as doubles are the same columns.
  const Values x_double(x.begin(), x.end()), y_double(y.begin(), y.end());
  const std::vector<Column> doubles{{"x", x_double}};
  CHECK(numbers(ordinary_least_squares({"y", y_double}, doubles, ColumnScaling::unit)) == one);
}

TEST_CASE("Moments are exact where means dwarf deviations", "[statistics]") {
  RandomStream random(5, "moments");
  const std::size_t n = 30000;  // several blocks, the last one short
  Values a(n), b(n);
  for (std::size_t i = 0; i < n; ++i) {
    a[i] = 1e9 + static_cast<double>(random.below(7));
    b[i] = -1e6 + random.uniform();
  }
  const std::vector<Column> columns{{"a", a}, {"b", b}};
  const Moments m = moments(columns);
  long double mean_a = 0, mean_b = 0, aa = 0, ab = 0;
  for (std::size_t i = 0; i < n; ++i) mean_a += a[i], mean_b += b[i];
  mean_a /= n, mean_b /= n;
  for (std::size_t i = 0; i < n; ++i) {
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    ab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  CHECK(m.rows == n);
  CHECK(m.mean[0] == about(static_cast<double>(mean_a), 1e-15));
  CHECK(m.comoment(0, 0) == about(static_cast<double>(aa), 1e-12));
  CHECK(m.comoment(0, 1) == Approx(static_cast<double>(ab)).epsilon(1e-11).margin(1e-8));
  CHECK(m.comoment(1, 0) == m.comoment(0, 1));
  CHECK(m.minimum[0] == 1e9);
  CHECK(m.maximum[0] == 1e9 + 6);
}

TEST_CASE("Moments of a matrix are those of its columns", "[statistics]") {
  RandomStream random(6, "matrix");
  RowMatrix<float> matrix(9000, 3);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = static_cast<float>(random.normal());
  std::vector<std::vector<float>> values(3);
  std::vector<Column> columns;
  for (Eigen::Index c = 0; c < 3; ++c) {
    auto& column = values[static_cast<std::size_t>(c)];
    for (Eigen::Index n = 0; n < matrix.rows(); ++n) column.push_back(matrix(n, c));
    columns.push_back({"c", column});
  }
  CHECK(moments(matrix).comoment == moments(columns).comoment);
  CHECK(moments(matrix).mean == moments(columns).mean);
  matrix(8500, 2) = NAN;
  CHECK_THROWS_WITH(moments(matrix), Catch::Contains("column 2 is nan in row 8500"));
  CHECK_THROWS_AS(moments(RowMatrix<float>(0, 3)), UsageError);
}

TEST_CASE("Pearson correlations are in [-1,1], and NaN with a constant column", "[statistics]") {
  const Values a{1, 2, 3, 4}, b{-2, -4, -6, -8}, c{1, -1, -1, 1}, constant(4, 0.1), d{1, 3, 2, 4};
  const std::vector<Column> columns{{"a", a}, {"b", b}, {"c", c}, {"constant", constant}, {"d", d}};
  const Eigen::MatrixXd r = pearson_correlations(columns);
  CHECK(r(0, 0) == about(1, 1e-15));
  CHECK(r(0, 1) == about(-1, 1e-15));
  CHECK(r(0, 2) == Approx(0).margin(1e-15));
  CHECK(r(0, 4) == about(0.8, 1e-14));
  for (Eigen::Index i = 0; i < 5; ++i) {
    CHECK(std::isnan(r(3, i)));
    CHECK(std::isnan(r(i, 3)));
  }
}

TEST_CASE("Bad columns are named", "[statistics]") {
  Values a{1, 2, 3}, b{1, 2};
  const std::vector<Column> lengths{{"a", a}, {"b", b}};
  CHECK_THROWS_WITH(moments(lengths), Catch::Contains("b has 2 rows, expected 3 as a has"));
  CHECK_THROWS_AS(moments(std::span<const Column>{}), UsageError);
  CHECK_THROWS_AS(moments(std::vector<Column>{{"a", std::span<const double>{}}}), UsageError);
  a[1] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(moments(std::vector<Column>{{"a", a}}), ComputeError);
  CHECK_THROWS_WITH(moments(std::vector<Column>{{"a", a}}), Catch::Contains("a is inf in row 1"));
}

TEST_CASE("Where predictors explain nothing, F is 0 up to rounding and its p-value 1", "[statistics]") {
  const Values a{0, 0, 1, 1, 0, 0, 1, 1}, b{0, 1, 0, 1, 0, 1, 0, 1};
  const std::vector<Column> predictors{{"a", a}, {"b", b}};
  int below_zero = 0;
  for (int i = 1; i <= 200; ++i) {
    Values y;  // an exclusive or of a and b
    for (std::size_t n = 0; n < a.size(); ++n)
      y.push_back(0.1 * i + (a[n] == b[n] ? 0.0 : 1.0 / i) + (n < 4 ? 0.01 : 0));
    const Regression fit = ordinary_least_squares({"y", y}, predictors);
    REQUIRE(fit.defined());
    CHECK(fit.f == Approx(0).margin(1e-12));
    CHECK(fit.f_p == Approx(1).margin(1e-6));
    below_zero += fit.f < 0;
  }
  CHECK(below_zero > 0);  // so that the case is met at all
}

TEST_CASE("Quantiles interpolate between order statistics", "[statistics]") {
  const Values values{5, 1, 4, 2};
  CHECK(quantile(values, 0) == 1);
  CHECK(quantile(values, 1) == 5);
  CHECK(quantile(values, 0.25) == about(1.75, 1e-15));
  CHECK(quantile(values, 0.5) == 3);
  CHECK(quantile(Values{9, 1, 2}, 0.5) == 2);
  CHECK(quantile(Values{6}, 0.3) == 6);
  CHECK_THROWS_AS(quantile(Values{}, 0.5), UsageError);
  CHECK_THROWS_AS(quantile(values, 1.5), UsageError);
  CHECK_THROWS_AS(quantile(values, NAN), UsageError);
}

TEST_CASE("A spread is that of the finite values", "[statistics]") {
  const double infinity = INFINITY;
  const Values values{4, NAN, 1, 2, infinity, 3, 5, -infinity};
  const Spread all = spread(values);
  CHECK(all.count == 5);
  CHECK(all.median == 3);
  CHECK(all.low == about(1.2, 1e-15));
  CHECK(all.high == about(4.8, 1e-15));
  CHECK(all.least == 1);
  CHECK(all.greatest == 5);
  const Spread none = spread(Values{infinity});
  CHECK(none.count == 0);
  CHECK(std::isnan(none.median));
}

TEST_CASE("The interval of a probability is Wilson's", "[statistics]") {
  const auto [low, high] = probability_interval(17, 20);  // values of statsmodels' proportion_confint
  CHECK(low == about(0.6395810, 1e-6));
  CHECK(high == about(0.9476313, 1e-6));
  CHECK(probability_interval(0, 100).low == 0);
  CHECK(probability_interval(0, 100).high == about(0.0369935, 1e-6));  // z^2 / (n + z^2)
  CHECK(probability_interval(100, 100).low == about(1 - 0.0369935, 1e-6));
  CHECK(probability_interval(100, 100).high == 1);
  CHECK(probability_interval(0, 1).low == 0);
  CHECK(probability_interval(0, 1).high == about(1 - probability_interval(1, 1).low, 1e-15));
  CHECK(probability_interval(1, 2).low == about(1 - probability_interval(1, 2).high, 1e-15));
  // Both ends solve the equation of the score test, (p - q)^2 = z^2 q (1 - q) / n.
  for (const double q : {probability_interval(3, 11).low, probability_interval(3, 11).high})
    CHECK((3 / 11. - q) * (3 / 11. - q) == about(3.841458820694124 * q * (1 - q) / 11, 1e-14));
  CHECK_THROWS_AS(probability_interval(0, 0), UsageError);
  CHECK_THROWS_AS(probability_interval(3, 2), UsageError);
}
