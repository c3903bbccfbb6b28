#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "nn/training/accuracy.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"

using namespace inforelay;

namespace {

RowMatrix<float> random_output(Eigen::Index n, Eigen::Index classes, std::uint64_t seed) {
  RandomStream random(seed, "random_output");
  RowMatrix<float> output(n, classes);
  for (float& y : output.reshaped<Eigen::RowMajor>()) y = static_cast<float>(random.uniform(-1, 1));
  return output;
}

std::vector<Symbol> labels_of(const Dataset& data) { return {data.labels().begin(), data.labels().end()}; }

}  // namespace

TEST_CASE("Balanced accuracy is what counting by hand gives", "[accuracy]") {
  RowMatrix<float> output(5, 2);
  output << 1, -1, 1, 1, -1, 1, -1, -1, 0, 2;
  const std::vector<Symbol> labels{0, 0, 0, 1, 1};
  // Output 0: on for 2 of 3 of class 0 (0 is not on), off for both others. Output 1: on for 1 of 2; off for 1 of 3.
  const auto accuracy = balanced_accuracy(output, labels, 0);
  CHECK(accuracy[0] == Approx((2.0 / 3 + 1) / 2).epsilon(1e-15));
  CHECK(accuracy[1] == Approx((0.5 + 1.0 / 3) / 2).epsilon(1e-15));
}

TEST_CASE("An output that never changes has balanced accuracy one half", "[accuracy]") {
  const auto labels = labels_of(test::random_dataset(97, 1, 3, 1));
  for (const float constant : {-1.0f, 1.0f}) {
    CHECK(balanced_accuracy(RowMatrix<float>::Constant(97, 3, constant), labels, 0) == std::vector<double>(3, 0.5));
  }
}

TEST_CASE("Inverted outputs change a balanced accuracy a to 1 - a", "[accuracy]") {
  const auto labels = labels_of(test::random_dataset(1000, 1, 7, 2));
  const RowMatrix<float> output = random_output(1000, 7, 3);
  const auto accuracy = balanced_accuracy(output, labels, 0), inverted = balanced_accuracy(-output, labels, 0);
  for (std::size_t c = 0; c < 7; ++c) CHECK(accuracy[c] + inverted[c] == Approx(1).epsilon(1e-14));
}

TEST_CASE("Balanced accuracy without a class is an error and not a number", "[accuracy]") {
  const std::vector<Symbol> labels{0, 0, 2};
  CHECK_THROWS_WITH(balanced_accuracy(random_output(3, 3, 4), labels, 0),
                    "class 1 has 0 of 3 samples: its balanced accuracy is undefined");
  const std::vector<Symbol> all{1, 1, 1};
  CHECK_THROWS_AS(balanced_accuracy(random_output(3, 1, 5), all, 0), DataError);
}

TEST_CASE("A single output answers for label 1", "[accuracy]") {
  RowMatrix<float> output(4, 1);
  output << 0.9f, 0.4f, 0.6f, 0.1f;
  const std::vector<Symbol> labels{1, 1, 0, 0};
  CHECK(balanced_accuracy(output, labels, 0.5f) == std::vector<double>{0.5});
  CHECK(balanced_accuracy(output, labels, 0.3f) == std::vector<double>{0.75});
  CHECK(binary_accuracy(output, labels, 0.5f) == 0.5);
  CHECK(binary_accuracy(output, labels, 0.3f) == 0.75);
}

TEST_CASE("Sampled balanced accuracy draws from a balanced pool without replacement", "[accuracy]") {
  const auto labels = labels_of(test::random_dataset(503, 1, 5, 6));
  RandomStream random(7, "sample");
  const auto samples = draw_balanced_samples(labels, 5, 30, random);
  REQUIRE(samples.size() == 5);
  std::set<std::uint32_t> pool;
  for (const auto& sample : samples) pool.insert(sample.of_class.begin(), sample.of_class.end());
  CHECK(pool.size() == 5 * 30);
  for (std::size_t c = 0; c < 5; ++c) {
    CHECK(samples[c].of_class.size() == 30);
    CHECK(std::ranges::all_of(samples[c].of_class, [&](auto n) { return labels[n] == c; }));
    CHECK(std::ranges::none_of(samples[c].others, [&](auto n) { return labels[n] == c; }));
    CHECK(std::set(samples[c].others.begin(), samples[c].others.end()).size() == 30);
    CHECK(std::ranges::all_of(samples[c].others, [&](auto n) { return pool.contains(n); }));
  }
}

TEST_CASE("Sampled balanced accuracy is unbiased where classes are equally frequent", "[accuracy]") {
  const auto labels = labels_of(test::random_dataset(1000, 1, 5, 8));
  const RowMatrix<float> output = random_output(1000, 5, 9);
  const auto exact = balanced_accuracy(output, labels, 0);
  std::vector<double> mean(5);
  constexpr int draws = 400;
  constexpr std::size_t n = 40;
  for (std::uint64_t draw = 0; draw < draws; ++draw) {
    RandomStream random = RandomStream(10, "draws").child(draw);
    const auto sampled = balanced_accuracy(output, draw_balanced_samples(labels, 5, n, random), 0);
    for (std::size_t c = 0; c < 5; ++c) mean[c] += sampled[c] / draws;
  }
  // Deviation of one draw below sqrt(2 * 0.25 / n) / 2 = 0.056; of the mean of 400, 0.0028.
  for (std::size_t c = 0; c < 5; ++c) CHECK(mean[c] == Approx(exact[c]).margin(5 * 0.0028));
}

TEST_CASE("Sampling more images than a class has is an error with both numbers", "[accuracy]") {
  const std::vector<Symbol> labels{0, 0, 0, 1, 1};
  RandomStream random(11, "sample");
  CHECK_THROWS_WITH(draw_balanced_samples(labels, 2, 3, random),
                    "cannot draw 3 samples of class 1: expected 1 to 2, which is all of them");
  CHECK_THROWS_AS(draw_balanced_samples(labels, 2, 0, random), UsageError);
  // All images of two classes: the sample is everything.
  const std::vector<Symbol> even{0, 1, 0, 1};
  const RowMatrix<float> output = random_output(4, 2, 12);
  CHECK(balanced_accuracy(output, draw_balanced_samples(even, 2, 2, random), 0) == balanced_accuracy(output, even, 0));
}

TEST_CASE("Argmax accuracy counts rows whose largest output is the label", "[accuracy]") {
  RowMatrix<float> output(4, 3);
  output << 1, 0, 0, 0, 0, 1, 0.5f, 0.5f, 0, -3, -2, -1;
  CHECK(argmax_accuracy(output, std::vector<Symbol>{0, 2, 1, 2}) == 0.75);
}
