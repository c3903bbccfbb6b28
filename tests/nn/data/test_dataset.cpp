#include "nn/data/dataset.hpp"

#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "nn/data/input_statistics.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

RowMatrix<std::uint8_t> random_bytes(Eigen::Index samples, Eigen::Index width) {
  RandomStream random(3, "bytes");
  RowMatrix<std::uint8_t> bytes(samples, width);
  for (auto& byte : bytes.reshaped<Eigen::RowMajor>()) byte = static_cast<std::uint8_t>(random.below(256));
  return bytes;
}

std::vector<Symbol> zeros(std::size_t n) { return std::vector<Symbol>(n, 0); }

Dataset bytes_of(const RowMatrix<std::uint8_t>& bytes) {
  return {bytes, zeros(static_cast<std::size_t>(bytes.rows())), {"a", "b"}};
}

Dataset floats_of(const RowMatrix<float>& values) {
  return {values, zeros(static_cast<std::size_t>(values.rows())), {"a", "b"}};
}

}  // namespace

TEST_CASE("Selected samples keep inputs and scaling and labels, of bytes and of floats", "[data]") {
  const RowMatrix<std::uint8_t> bytes = random_bytes(4, 40);
  const InputScaling scaling{.scale = 2, .mean = std::vector<float>(40, 3), .deviation = std::vector<float>(40, 4)};
  for (const bool real : {false, true}) {
    Dataset data = real ? Dataset(RowMatrix<float>(bytes.cast<float>()), {0, 1, 1, 0}, {"a", "b"}, {5, 8})
                        : Dataset(bytes, {0, 1, 1, 0}, {"a", "b"}, {5, 8});
    data.scale_inputs(scaling);
    CHECK(data.has_bytes() == !real);
    CHECK_FALSE(data.has_plain_bytes());
    const std::vector<std::uint32_t> wanted{2, 0, 2};
    const Dataset part = data.select(wanted);
    CHECK(part.input_shape() == std::vector{5, 8});
    CHECK(std::vector(part.labels().begin(), part.labels().end()) == std::vector<Symbol>{1, 0, 1});
    CHECK(part.scaling().mean == data.scaling().mean);
    for (std::size_t row = 0; row < 3; ++row) {
      for (int i = 0; i < 40; ++i) {
        const auto at = static_cast<Eigen::Index>(row);
        if (real) {
          CHECK(part.real_inputs()(at, i) == (static_cast<float>(bytes(wanted[row], i)) / 2.0f - 3.0f) / 4.0f);
        } else {
          CHECK(part.inputs()(at, i) == bytes(wanted[row], i));
        }
      }
    }
    CHECK(data.head(3).size() == 3);
    CHECK(data.head(9).size() == 4);
    const Dataset renamed = data.select(wanted, {1, 1, 1}, {"x", "y"});
    CHECK(renamed.class_names().back() == "y");
    CHECK(renamed.labels()[1] == 1);
  }
}

TEST_CASE("Only plain bytes have blocks that can be skipped", "[data]") {
  const RowMatrix<std::uint8_t> zero = RowMatrix<std::uint8_t>::Zero(3, 1100);  // 68 blocks: two words
  Dataset bytes = bytes_of(zero);
  CHECK(bytes.block_words() == 2);
  CHECK((bytes.nonzero_blocks(2)[0] == 0 && bytes.nonzero_blocks(2)[1] == 0));
  bytes.scale_inputs({.scale = 255, .mean = {}, .deviation = {}});
  CHECK(bytes.has_plain_bytes());
  CHECK(bytes.nonzero_blocks(2)[0] == 0);
  const InputScaling moved{.scale = 255, .mean = std::vector<float>(1100, 1), .deviation = std::vector<float>(1100, 1)};
  bytes.scale_inputs(moved);
  const Dataset real = floats_of(zero.cast<float>());
  for (const Dataset* data : {static_cast<const Dataset*>(&bytes), &real}) {
    CHECK(data->block_words() == 2);
    CHECK(data->nonzero_blocks(2)[0] == ~std::uint64_t{0});
    CHECK(data->nonzero_blocks(2)[1] == 0b1111);
  }
}

TEST_CASE("Inputs that are not finite are errors, before and after they are scaled", "[data]") {
  RowMatrix<float> values = RowMatrix<float>::Ones(3, 4);
  values(1, 2) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(floats_of(values), "input 2 of sample 1 (both from 0) is nan, expected a finite number");
  values(1, 2) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(floats_of(values), DataError);
  values(1, 2) = 1e38f;
  Dataset data = floats_of(values);
  CHECK_THROWS_WITH(data.scale_inputs({.scale = 1e-3, .mean = {}, .deviation = {}}),
                    "scaled input 2 of sample 1 (both from 0) is inf, expected a finite number");
  Dataset bytes = bytes_of(random_bytes(3, 4));
  CHECK_THROWS_AS(bytes.scale_inputs({.scale = 1e-38, .mean = {}, .deviation = {}}), DataError);
}

TEST_CASE("Computed means and deviations are those over the training samples of the scaled values", "[data]") {
  RowMatrix<std::uint8_t> bytes = random_bytes(501, 7);
  bytes.col(3).setConstant(77);
  bytes.col(5).setConstant(0);
  const InputOptions options{
      .scale = 51, .mean = {.computed = ComputedStatistic::train}, .deviation = {.computed = ComputedStatistic::train}};
  const InputScaling of_bytes = scaling_for(options, 255, bytes_of(bytes));
  const InputScaling of_floats = scaling_for(options, 1, floats_of(bytes.cast<float>()));
  CHECK(of_bytes.scale == 51);
  CHECK(of_bytes.constant_inputs == 2);
  CHECK(of_bytes.mean == of_floats.mean);
  CHECK(of_bytes.deviation == of_floats.deviation);
  for (int i = 0; i < 7; ++i) {
    // E[x^2] - E[x]^2 in integers.
    std::int64_t sum = 0, squares = 0;
    for (int n = 0; n < 501; ++n) {
      sum += bytes(n, i);
      squares += std::int64_t{bytes(n, i)} * bytes(n, i);
    }
    const double variance = static_cast<double>(501 * squares - sum * sum) / (501.0 * 501.0);
    const auto input = static_cast<std::size_t>(i);
    CHECK(of_bytes.mean[input] == Approx(static_cast<double>(sum) / 501 / 51).epsilon(1e-6));
    CHECK(of_bytes.deviation[input] == Approx(i == 3 || i == 5 ? 1 : std::sqrt(variance) / 51).epsilon(1e-6));
  }
}

TEST_CASE("A constant input far from 0 has the deviation 1 and becomes 0", "[data]") {
  RowMatrix<float> values(1000, 2);
  values.col(0).setConstant(0.1f);
  for (int n = 0; n < 1000; ++n) values(n, 1) = static_cast<float>(n);
  Dataset data = floats_of(values);
  const InputScaling scaling = scaling_for({.scale = {},
                                            .mean = {.computed = ComputedStatistic::train},
                                            .deviation = {.computed = ComputedStatistic::train}},
                                           1, data);
  CHECK(scaling.constant_inputs == 1);
  CHECK(scaling.deviation[0] == 1);
  data.scale_inputs(scaling);
  CHECK(data.real_inputs().col(0).isZero(0));
  CHECK(data.real_inputs().col(1).mean() == Approx(0).margin(1e-5));
  CHECK(data.real_inputs().col(1).squaredNorm() == Approx(1000).epsilon(1e-5));
}

TEST_CASE("Given means and deviations are for all inputs or one for each", "[data]") {
  const Dataset data = bytes_of(random_bytes(3, 4));
  InputScaling scaling = scaling_for({}, 255, data);
  CHECK((scaling.scale == 255 && scaling.mean.empty() && scaling.deviation.empty()));
  scaling = scaling_for({.scale = {}, .mean = {.values = {0.5}}, .deviation = {}}, 255, data);
  CHECK((scaling.mean == std::vector<float>(4, 0.5f) && scaling.deviation == std::vector<float>(4, 1)));
  scaling = scaling_for({.scale = 2, .mean = {}, .deviation = {.values = {1, 2, 3, 4}}}, 255, data);
  CHECK((scaling.mean == std::vector<float>(4, 0) && scaling.deviation == std::vector<float>{1, 2, 3, 4}));
  CHECK_THROWS_WITH(scaling_for({.scale = {}, .mean = {.values = {1, 2, 3}}, .deviation = {}}, 255, data),
                    "data.inputs.mean: 3 numbers, but the data have 4 inputs");
  CHECK_THROWS_AS(scaling_for({.scale = {}, .mean = {}, .deviation = {.values = {1, 2}}}, 255, data), UsageError);
}
