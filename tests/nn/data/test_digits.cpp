#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/files/sha256.hpp"
#include "core/parallel.hpp"
#include "nn/data/digits.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

std::string content_sha256(const Dataset& data) {
  const auto& pixels = data.inputs();
  const std::vector<std::uint8_t> labels(data.labels().begin(), data.labels().end());
  return Sha256().update(std::span(pixels.data(), static_cast<std::size_t>(pixels.size()))).update(labels).hex();
}

using Image = Eigen::Map<const RowMatrix<std::uint8_t>>;
Image image(const Dataset& data, std::size_t sample) {
  return {data.inputs().row(static_cast<Eigen::Index>(sample)).data(), digits_side, digits_side};
}

}  // namespace

TEST_CASE("Generated digits are the same for any number of threads and have their pinned digest", "[digits]") {
  std::set<std::string> digests;
  for (const int threads : {1, 2, 3}) {
    set_thread_count(threads);
    const DataPair data = generate_digits({1700, 600, 1});
    digests.insert(content_sha256(data.train) + content_sha256(data.test));
  }
  REQUIRE(digests.size() == 1);
  // To change an image on purpose, raise generator_version in digits.cpp and put the new digest here.
  CHECK(digests.begin()->substr(0, 64) == "f99d239bdea1ccc00045828aa016bdea8aa0779fbdb2cd72eff62152d3a65847");
}

TEST_CASE("A smaller set of digits is the beginning of a larger one", "[digits]") {
  const DataPair small = generate_digits({123, 7, 5}), large = generate_digits({1000, 600, 5});
  CHECK(content_sha256(small.train) == content_sha256(large.train.head(123)));
  CHECK(content_sha256(small.test) == content_sha256(large.test.head(7)));
}

TEST_CASE("Digits depend on the seed and differ between splits", "[digits]") {
  const DataPair one = generate_digits({100, 100, 1}), two = generate_digits({100, 100, 2});
  CHECK(content_sha256(one.train) != content_sha256(one.test));
  CHECK(content_sha256(one.train) != content_sha256(two.train));
}

TEST_CASE("Labels of digits are balanced and in random order", "[digits]") {
  const Dataset data = generate_digits({5000, 0, 1}).train;
  const auto labels = data.labels();
  for (int digit = 0; digit < 10; ++digit) CHECK(std::count(labels.begin(), labels.end(), digit) == 500);
  // Place in its ten and digit are independent: chi-square with 81 degrees of freedom, 99.9 % point 126.
  RowMatrix<double> counts = RowMatrix<double>::Zero(10, 10);
  for (std::size_t i = 0; i < labels.size(); ++i) counts(static_cast<Eigen::Index>(i % 10), labels[i]) += 1;
  CHECK(((counts.array() - 50).square() / 50).sum() < 126);
}

TEST_CASE("Generated digits are scaled and centred as in MNIST", "[digits]") {
  const Dataset data = generate_digits({5000, 0, 3}).train;
  double offset_squares = 0, ink = 0;
  int at_the_rim = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const RowMatrix<double> pixels = image(data, i).cast<double>() / 255;
    REQUIRE(pixels.maxCoeff() > 0.5);
    const double mass = pixels.sum();
    const Eigen::VectorXd place = Eigen::VectorXd::LinSpaced(digits_side, 0.5, digits_side - 0.5);
    const double x = pixels.colwise().sum().dot(place) / mass, y = pixels.rowwise().sum().dot(place) / mass;
    offset_squares += std::pow(x - 14, 2) + std::pow(y - 14, 2);
    ink += mass / static_cast<double>(pixels.size());
    if (pixels.row(0).any() || pixels.row(27).any() || pixels.col(0).any() || pixels.col(27).any()) ++at_the_rim;
    int rows = 0;
    for (Eigen::Index row = 0; row < digits_side; ++row) rows += pixels.row(row).any() ? 1 : 0;
    REQUIRE((8 <= rows && rows <= 28));
  }
  const auto n = static_cast<double>(data.size());
  CHECK(std::sqrt(offset_squares / n / 2) < 1.0);  // pixels, each way
  CHECK(ink / n == Approx(0.1307).margin(0.03));   // MNIST: 0.1307
  CHECK(at_the_rim < 0.05 * n);
}

TEST_CASE("Images of one digit are similar but vary", "[digits]") {
  // The nearest class mean is right far more often than chance, and far from always: MNIST gives 0.82.
  const DataPair data = generate_digits({5000, 2000, 4});
  RowMatrix<float> mean = RowMatrix<float>::Zero(10, data.train.input_width());
  for (std::size_t i = 0; i < data.train.size(); ++i) {
    mean.row(data.train.labels()[i]) += data.train.inputs().row(static_cast<Eigen::Index>(i)).cast<float>() / 500;
  }
  int right = 0;
  for (std::size_t i = 0; i < data.test.size(); ++i) {
    Eigen::Index nearest = 0;
    const Eigen::RowVectorXf pixels = data.test.inputs().row(static_cast<Eigen::Index>(i)).cast<float>();
    (mean.rowwise() - pixels).rowwise().squaredNorm().minCoeff(&nearest);
    right += nearest == data.test.labels()[i] ? 1 : 0;
  }
  INFO("right: " << right << " of 2000");
  CHECK(right > 1400);
  CHECK(right < 1900);
}

TEST_CASE("Generating digits stops when asked", "[digits]") {
  struct Stopped : Progress {
    bool stop_requested() const override { return true; }
  } progress;
  CHECK_THROWS_AS(generate_digits({1000, 0, 1}, progress), Interrupted);
}
