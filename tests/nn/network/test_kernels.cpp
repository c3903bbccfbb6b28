#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <tuple>
#include <vector>

#include "core/random.hpp"
#include "nn/network/kernels.hpp"
#include "nn/network/tile.hpp"
#include "tests/catch2.hpp"
#include "tests/instruction_sets.hpp"
#include "tests/nn/network/reference_network.hpp"

using namespace inforelay;

namespace {

std::vector<std::uint8_t> random_bytes(std::size_t count, RandomStream& random) {
  std::vector<std::uint8_t> bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  return bytes;
}

std::vector<float> random_values(std::size_t count, RandomStream& random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.uniform(-1, 1));
  return values;
}

// The last row first: rows need not lie side by side.
std::vector<const std::uint8_t*> rows_of(const std::vector<std::uint8_t>& bytes, std::size_t width) {
  std::vector<const std::uint8_t*> rows;
  for (std::size_t end = bytes.size(); end > 0; end -= width) rows.push_back(bytes.data() + end - width);
  return rows;
}

struct Shape {
  std::size_t samples, width, outputs;
};
const std::vector<Shape> shapes{{1, 1, 1},   {24, 784, 20}, {24, 784, 2}, {23, 783, 1}, {5, 20, 10}, {7, 2, 1},
                                {13, 17, 3}, {24, 33, 7},   {2, 100, 11}, {9, 50, 6},   {24, 8, 4},  {11, 31, 5}};

std::vector<std::uint32_t> all_blocks(std::size_t width) {
  std::vector<std::uint32_t> begin;
  for (std::size_t b = 0; b < width / kernels::block_inputs; ++b) {
    begin.push_back(static_cast<std::uint32_t>(b * kernels::block_inputs));
  }
  return begin;
}

kernels::InputBlocks blocks_of(const std::vector<std::uint32_t>& begin) { return {begin.data(), begin.size()}; }

// Everything that the kernels compute from random numbers of a shape, in one vector.
std::vector<float> all_results(const Shape& shape, RandomStream random) {
  const auto& [samples, width, outputs] = shape;
  const auto in = random_values(samples * width, random), weight = random_values(outputs * width, random);
  const auto bias = random_values(outputs, random), delta = random_values(samples * outputs, random);
  const auto every = all_blocks(width);
  std::vector<float> forward(samples * outputs), gradient(outputs * width), bias_gradient(outputs);
  std::vector<float> in_delta(samples * width);
  kernels::dense_forward(in.data(), samples, width, blocks_of(every), weight.data(), bias.data(), outputs,
                         forward.data());
  kernels::accumulate_gradient(in.data(), delta.data(), samples, width, blocks_of(every), outputs, gradient.data(),
                               bias_gradient.data());
  kernels::input_gradient(delta.data(), weight.data(), samples, width, outputs, in_delta.data());
  const auto bytes = random_bytes(samples * width, random);
  const auto rows = rows_of(bytes, width);
  std::vector<float> from_bytes(samples * outputs);
  kernels::dense_forward(rows.data(), samples, width, blocks_of(every), weight.data(), bias.data(), outputs,
                         from_bytes.data());
  kernels::accumulate_gradient(rows.data(), delta.data(), samples, width, blocks_of(every), outputs, gradient.data(),
                               bias_gradient.data());
  std::vector<float> all;
  for (const auto* part : {&forward, &from_bytes, &gradient, &bias_gradient, &in_delta}) {
    all.insert(all.end(), part->begin(), part->end());
  }
  for (const Activation activation : test::elementwise_activations) {
    auto active = forward;
    activate(activation, active.data(), active.size());
    all.insert(all.end(), active.begin(), active.end());
  }
  return all;
}

// Rounding of a sum of `terms` products of values up to 1.
double tolerance(std::size_t terms) { return 1e-7 * static_cast<double>(terms) + 1e-6; }

}  // namespace

TEST_CASE("dense_forward equals the plain sum", "[kernels]") {
  RandomStream random(1, "dense_forward");
  for (const auto& [samples, width, outputs] : shapes) {
    const auto in = random_values(samples * width, random), weight = random_values(outputs * width, random);
    const auto bias = random_values(outputs, random);
    std::vector<float> out(samples * outputs + 1, 42.0f);
    const auto every = all_blocks(width);
    kernels::dense_forward(in.data(), samples, width, blocks_of(every), weight.data(), bias.data(), outputs,
                           out.data());
    for (std::size_t s = 0; s < samples; ++s) {
      for (std::size_t o = 0; o < outputs; ++o) {
        double expected = bias[o];
        for (std::size_t i = 0; i < width; ++i) expected += double{in[s * width + i]} * double{weight[o * width + i]};
        CHECK(out[s * outputs + o] == Approx(expected).margin(tolerance(width)));
      }
    }
    CHECK(out.back() == 42.0f);
  }
}

TEST_CASE("dense_forward gives a sample the same bits wherever it stands", "[kernels]") {
  RandomStream random(2, "dense_forward");
  for (const auto& [samples, width, outputs] : shapes) {
    const auto in = random_values(samples * width, random), weight = random_values(outputs * width, random);
    const auto bias = random_values(outputs, random);
    std::vector<float> together(samples * outputs), alone(outputs);
    const auto every = all_blocks(width);
    kernels::dense_forward(in.data(), samples, width, blocks_of(every), weight.data(), bias.data(), outputs,
                           together.data());
    for (std::size_t s = 0; s < samples; ++s) {
      kernels::dense_forward(in.data() + s * width, 1, width, blocks_of(every), weight.data(), bias.data(), outputs,
                             alone.data());
      for (std::size_t o = 0; o < outputs; ++o) CHECK(alone[o] == together[s * outputs + o]);
    }
  }
}

TEST_CASE("accumulate_gradient adds the plain sum", "[kernels]") {
  RandomStream random(3, "accumulate_gradient");
  for (const auto& [samples, width, outputs] : shapes) {
    const auto in = random_values(samples * width, random), delta = random_values(samples * outputs, random);
    const auto weight_before = random_values(outputs * width, random), bias_before = random_values(outputs, random);
    auto weight = weight_before, bias = bias_before;
    const auto every = all_blocks(width);
    kernels::accumulate_gradient(in.data(), delta.data(), samples, width, blocks_of(every), outputs, weight.data(),
                                 bias.data());
    for (std::size_t o = 0; o < outputs; ++o) {
      double expected = bias_before[o];
      for (std::size_t s = 0; s < samples; ++s) expected += delta[s * outputs + o];
      CHECK(bias[o] == Approx(expected).margin(tolerance(samples)));
      for (std::size_t i = 0; i < width; ++i) {
        expected = weight_before[o * width + i];
        for (std::size_t s = 0; s < samples; ++s)
          expected += double{delta[s * outputs + o]} * double{in[s * width + i]};
        REQUIRE(weight[o * width + i] == Approx(expected).margin(tolerance(samples)));
      }
    }
  }
}

TEST_CASE("input_gradient equals the plain sum", "[kernels]") {
  RandomStream random(4, "input_gradient");
  for (const auto& [samples, width, outputs] : shapes) {
    const auto delta = random_values(samples * outputs, random), weight = random_values(outputs * width, random);
    std::vector<float> in_delta(samples * width);
    kernels::input_gradient(delta.data(), weight.data(), samples, width, outputs, in_delta.data());
    for (std::size_t s = 0; s < samples; ++s) {
      for (std::size_t i = 0; i < width; ++i) {
        double expected = 0;
        for (std::size_t o = 0; o < outputs; ++o) {
          expected += double{delta[s * outputs + o]} * double{weight[o * width + i]};
        }
        REQUIRE(in_delta[s * width + i] == Approx(expected).margin(tolerance(outputs)));
      }
    }
  }
}

TEST_CASE("bytes_to_inputs multiplies by 1/255, to the last bit", "[kernels]") {
  const Dataset data = test::random_dataset(3, 257, 2, 5);
  const std::vector<float> expected = test::inputs_of(data, 0, 3);
  std::vector<float> actual(expected.size());
  kernels::bytes_to_inputs(data.inputs().data(), actual.size(), actual.data());
  CHECK(actual == expected);
}

TEST_CASE("scale_bytes rounds after each of its operations", "[kernels]") {
  const Dataset data = test::random_dataset(1, 261, 2, 6);
  RandomStream random(7, "scaling");
  std::vector<float> mean(261), deviation(261), actual(261);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    mean[i] = static_cast<float>(random.normal());
    deviation[i] = static_cast<float>(random.uniform(0.1, 3));
  }
  for (const bool standardised : {false, true}) {
    kernels::scale_bytes(data.inputs().data(), 261, 255, standardised ? mean.data() : nullptr,
                         standardised ? deviation.data() : nullptr, actual.data());
    for (std::size_t i = 0; i < actual.size(); ++i) {
      const float scaled = static_cast<float>(data.inputs().data()[i]) / 255.0f;
      const float moved = scaled - mean[i];
      CHECK(actual[i] == (standardised ? moved / deviation[i] : scaled));
    }
  }
}

TEST_CASE("Activations are exact to 1e-6 everywhere and keep NaN", "[kernels]") {
  for (const Activation activation : test::elementwise_activations) {
    CAPTURE(to_string(activation));
    std::vector<float> x{0.0f, -0.0f, 1e-20f, -1e-20f, 1e-4f, 88.0f, -88.0f, 1e30f, -1e30f};
    for (int i = -4000; i <= 4000; ++i) x.push_back(static_cast<float>(i) * 0.005f);
    std::vector<float> y = x;
    activate(activation, y.data(), y.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      REQUIRE(y[i] == Approx(test::activate(activation, double{x[i]})).epsilon(1e-6).margin(1e-6));
      float alone = x[i];
      activate(activation, &alone, 1);
      REQUIRE(alone == y[i]);
    }
    for (const double infinite : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
      const double expected = test::activate(activation, infinite);
      if (std::isnan(expected)) continue;  // x times 0
      auto value = static_cast<float>(infinite);
      activate(activation, &value, 1);
      CHECK(value == static_cast<float>(expected));
    }
    float nan = std::numeric_limits<float>::quiet_NaN();
    activate(activation, &nan, 1);
    CHECK(std::isnan(nan));
  }
}

TEST_CASE("Skipping blocks of zeros changes no bit", "[kernels]") {
  RandomStream random(6, "blocks");
  for (const auto& [samples, width, outputs] : shapes) {
    auto in = random_values(samples * width, random);
    const auto weight = random_values(outputs * width, random), bias = random_values(outputs, random);
    const auto delta = random_values(samples * outputs, random), before = random_values(outputs * width, random);
    const auto every = all_blocks(width);
    std::vector<std::uint32_t> some;
    for (const std::uint32_t begin : every) {
      if (random.below(3) > 0) {
        some.push_back(begin);
        continue;
      }
      for (std::size_t s = 0; s < samples; ++s) {
        std::fill_n(in.begin() + static_cast<std::ptrdiff_t>(s * width + begin), kernels::block_inputs, 0.0f);
      }
    }
    std::vector<float> expected(samples * outputs), actual(samples * outputs);
    kernels::dense_forward(in.data(), samples, width, blocks_of(every), weight.data(), bias.data(), outputs,
                           expected.data());
    kernels::dense_forward(in.data(), samples, width, blocks_of(some), weight.data(), bias.data(), outputs,
                           actual.data());
    CHECK(actual == expected);
    auto expected_gradient = before, actual_gradient = before;
    std::vector<float> expected_bias = bias, actual_bias = bias;
    kernels::accumulate_gradient(in.data(), delta.data(), samples, width, blocks_of(every), outputs,
                                 expected_gradient.data(), expected_bias.data());
    kernels::accumulate_gradient(in.data(), delta.data(), samples, width, blocks_of(some), outputs,
                                 actual_gradient.data(), actual_bias.data());
    CHECK(actual_gradient == expected_gradient);
    CHECK(actual_bias == expected_bias);
  }
}

TEST_CASE("Inputs as bytes give the bits that they give as floats", "[kernels]") {
  RandomStream random(9, "bytes");
  for (const auto& [samples, width, outputs] : shapes) {
    CAPTURE(samples, width, outputs);
    const auto bytes = random_bytes(samples * width, random);
    const auto rows = rows_of(bytes, width);
    std::vector<float> in(samples * width);
    for (std::size_t s = 0; s < samples; ++s) kernels::bytes_to_inputs(rows[s], width, in.data() + s * width);
    const auto weight = random_values(outputs * width, random), bias = random_values(outputs, random);
    const auto delta = random_values(samples * outputs, random);
    const auto every = all_blocks(width);
    std::vector<float> expected(samples * outputs), actual(samples * outputs);
    kernels::dense_forward(in.data(), samples, width, blocks_of(every), weight.data(), bias.data(), outputs,
                           expected.data());
    kernels::dense_forward(rows.data(), samples, width, blocks_of(every), weight.data(), bias.data(), outputs,
                           actual.data());
    CHECK(actual == expected);
    auto expected_gradient = weight, actual_gradient = weight, expected_bias = bias, actual_bias = bias;
    kernels::accumulate_gradient(in.data(), delta.data(), samples, width, blocks_of(every), outputs,
                                 expected_gradient.data(), expected_bias.data());
    kernels::accumulate_gradient(rows.data(), delta.data(), samples, width, blocks_of(every), outputs,
                                 actual_gradient.data(), actual_bias.data());
    CHECK(actual_gradient == expected_gradient);
    CHECK(actual_bias == expected_bias);
  }
}

TEST_CASE("Results are the same with every instruction set that has a fused multiply-add", "[kernels]") {
  std::vector<std::int64_t> targets;
#if HWY_ARCH_X86
  for (const std::int64_t target : {std::int64_t{HWY_AVX3}, std::int64_t{HWY_AVX2}}) {
    if ((hwy::SupportedTargets() & target) != 0) targets.push_back(target);
  }
#endif
  if (targets.size() < 2) WARN("this processor has only one such instruction set: nothing to compare");
  for (const Shape& shape : shapes) {
    CAPTURE(shape.samples, shape.width, shape.outputs);
    const RandomStream random(7, "targets");
    const auto expected = all_results(shape, random);
    for (const std::int64_t target : targets) {
      CAPTURE(target);
      const test::OnlyInstructionSets only(target);
      CHECK(all_results(shape, random) == expected);
    }
  }
}

TEST_CASE("A data set knows the blocks of each sample that hold an input other than 0", "[kernels]") {
  constexpr int width = 70 * 16 + 5;  // more blocks than a word has bits, and a rest
  RowMatrix<std::uint8_t> inputs_ = RowMatrix<std::uint8_t>::Zero(3, width);
  inputs_(0, 0) = 1;
  inputs_(0, 63 * 16 + 15) = 1;
  inputs_(2, 64 * 16) = 255;
  inputs_(2, 69 * 16 + 7) = 2;
  inputs_(1, width - 1) = 9;  // in no block
  const Dataset data(inputs_, std::vector<Symbol>(3, 0), 1);
  REQUIRE(data.block_words() == 2);
  const auto blocks = [&](std::size_t sample) {
    return std::array{data.nonzero_blocks(sample)[0], data.nonzero_blocks(sample)[1]};
  };
  CHECK(blocks(0) == std::array{std::uint64_t{1} | std::uint64_t{1} << 63, std::uint64_t{0}});
  CHECK(blocks(1) == std::array{std::uint64_t{0}, std::uint64_t{0}});
  CHECK(blocks(2) == std::array{std::uint64_t{0}, std::uint64_t{1} | std::uint64_t{1} << 5});
}

TEST_CASE("A tile knows its blocks of zeros, and loads the same from a list as from a range", "[kernels]") {
  constexpr int width = 70;
  RowMatrix<std::uint8_t> inputs_ = RowMatrix<std::uint8_t>::Zero(30, width);
  inputs_(3, 15) = 1;     // block 0, by its last input, in one row only
  inputs_(17, 48) = 255;  // block 3, by its first
  inputs_(29, 20) = 7;    // block 1, in a row that the first tile does not hold
  inputs_(4, 69) = 9;     // behind the last block
  const Dataset data(inputs_, std::vector<Symbol>(30, 0), 1);
  RandomStream init(8, "tile");
  const Mlp network = make_mlp(std::array{width, 3, 2}, Activation::tanh, Activation::tanh, init);
  const auto blocks = [](const Tile& tile) {
    return std::vector<std::uint32_t>(tile.blocks(0).begin, tile.blocks(0).begin + tile.blocks(0).count);
  };
  std::vector<std::uint32_t> everything(30);
  std::iota(everything.begin(), everything.end(), 0u);
  Tile range(network), list(network);
  for (const auto& [begin, end, expected] :
       {std::tuple{0u, 24u, std::vector<std::uint32_t>{0, 48}}, std::tuple{24u, 30u, std::vector<std::uint32_t>{16}}}) {
    range.load(data, begin, end);
    list.load(data, everything, begin, end);
    CHECK(blocks(range) == expected);
    CHECK(blocks(list) == expected);
    const std::vector<float> inputs = test::inputs_of(data, begin, end);
    for (const Tile* tile : {&range, &list}) {
      CHECK(std::vector<float>(tile->values(0), tile->values(0) + inputs.size()) == inputs);
    }
  }
}
