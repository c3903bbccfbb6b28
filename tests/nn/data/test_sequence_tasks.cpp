#include "nn/data/sequence_tasks.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {
const RandomStream stream(5, "tasks");
}

TEST_CASE("The label of n-back is the input n steps ago, and 0 before", "[sequences]") {
  for (const std::size_t n : {0u, 1u, 5u}) {
    const SequenceData data = n_back({.n = n, .trials = 3, .steps = 2000}, stream);
    data.check();
    std::size_t ones = 0;
    for (std::size_t trial = 0; trial < 3; ++trial) {
      for (std::size_t t = 0; t < 2000; ++t) {
        const float bit = data.inputs.row(trial, t)[0];
        REQUIRE((bit == 0.0f || bit == 1.0f));
        ones += bit == 1.0f ? 1u : 0u;
        const float expected = t < n ? 0.0f : data.inputs.row(trial, t - n)[0];
        REQUIRE(static_cast<float>(data.label(trial, t)) == expected);
      }
    }
    CHECK(ones > 2850);  // 3000 +- 4 standard deviations
    CHECK(ones < 3150);
  }
}

TEST_CASE("Generated trials do not depend on how many there are", "[sequences]") {
  const SequenceData few = n_back({.trials = 2, .steps = 30}, stream),
                     many = n_back({.trials = 9, .steps = 30}, stream);
  CHECK(std::equal(few.inputs.values.begin(), few.inputs.values.end(), many.inputs.values.begin()));
  CHECK(!std::equal(few.inputs.row(0, 0).data(), few.inputs.row(0, 0).data() + 30, few.inputs.row(1, 0).data()));
}

TEST_CASE("Delayed match to sample shows a symbol, nothing, and the same symbol or another", "[sequences]") {
  const SequenceData data = delayed_match({.symbols = 3, .delay = 4, .trials = 3000}, stream);
  data.check();
  REQUIRE(data.steps() == 6);
  CHECK(data.first_labelled_step() == 5);
  std::size_t matches = 0, pairs[3][3] = {};
  for (std::size_t trial = 0; trial < data.trials(); ++trial) {
    std::size_t shown[6];
    for (std::size_t t = 0; t < 6; ++t) {
      const auto row = data.inputs.row(trial, t);
      const auto ones = static_cast<std::size_t>(std::ranges::count(row, 1.0f));
      REQUIRE(ones == (t == 0 || t == 5 ? 1u : 0u));
      REQUIRE(static_cast<std::size_t>(std::ranges::count(row, 0.0f)) == 3 - ones);
      shown[t] = static_cast<std::size_t>(std::ranges::find(row, 1.0f) - row.begin());
    }
    REQUIRE(data.label(trial, 5) == (shown[0] == shown[5] ? 1 : 0));
    matches += data.label(trial, 5);
    ++pairs[shown[0]][shown[5]];
  }
  CHECK(matches > 1390);  // 1500 +- 4 standard deviations
  CHECK(matches < 1610);
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) CHECK(pairs[a][b] > (a == b ? 400u : 170u));  // 500 and 250 expected
  }
}

TEST_CASE("Flip-flops keep the sign of the last pulse", "[sequences]") {
  const SequenceData data = flip_flop({.bits = 3, .pulse = 0.2, .trials = 5, .steps = 400}, stream);
  data.check();
  CHECK(data.class_names == std::vector<std::string>{"000", "100", "010", "110", "001", "101", "011", "111"});
  std::size_t pulses = 0;
  for (std::size_t trial = 0; trial < 5; ++trial) {
    bool on[3] = {};
    for (std::size_t t = 0; t < 400; ++t) {
      for (std::size_t bit = 0; bit < 3; ++bit) {
        const float input = data.inputs.row(trial, t)[bit];
        REQUIRE((input == 0.0f || input == 1.0f || input == -1.0f));
        if (input == 0.0f) continue;
        on[bit] = input > 0;
        ++pulses;
      }
      REQUIRE(data.label(trial, t) == on[0] + 2 * on[1] + 4 * on[2]);
    }
  }
  CHECK(pulses > 1080);  // 1200 +- 4 standard deviations
  CHECK(pulses < 1320);
}

TEST_CASE("Images become sequences of their rows", "[sequences]") {
  RowMatrix<std::uint8_t> pixels(2, 6);
  pixels << 0, 51, 102, 153, 204, 255, 5, 4, 3, 2, 1, 0;
  const SequenceData data = rows_as_sequences({pixels, {1, 0}, {"a", "b"}, {3, 2}});
  data.check();
  CHECK((data.trials() == 2 && data.steps() == 3 && data.inputs.width == 2));
  CHECK(data.inputs.row(0, 1)[0] == Approx(0.4f));
  CHECK(data.inputs.row(0, 2)[1] == 1.0f);
  CHECK(data.label(0, 2) == 1);
  CHECK(data.class_names == std::vector<std::string>{"a", "b"});
  CHECK_THROWS_WITH(rows_as_sequences({pixels, {1, 0}, 2}), Contains("1 dimensions, expected 2"));
}

TEST_CASE("Sequences that are not consistent are refused by place", "[sequences]") {
  const auto refused = [&](auto change, const std::string& message) {
    SequenceData data = n_back({.n = 1, .trials = 2, .steps = 4}, stream);
    change(data);
    CHECK_THROWS_WITH(data.check(), Contains(message));
  };
  refused([](auto& d) { d.inputs.values.pop_back(); }, "7 input values, expected 8");
  refused([](auto& d) { d.labels.pop_back(); }, "7 labels, expected 8");
  refused([](auto& d) { d.label_time = LabelTime::end; }, "8 labels, expected 2");
  refused([](auto& d) { d.labels[3] = 2; }, "label 3 is 2, expected below 2");
  refused([](auto& d) { d.inputs.values[6] = std::numeric_limits<float>::infinity(); },
          "input 0 at step 2 of trial 1 is inf");
  refused([](auto& d) { d.class_names.clear(); }, "number of classes is 0");
  refused([](auto& d) { d = {}; }, "number of trials is 0");
  CHECK_THROWS_WITH(SequenceArray(std::size_t{1} << 40, std::size_t{1} << 40, 1), Contains("do not fit into memory"));
}

TEST_CASE("Options of generated tasks out of range are refused by name", "[sequences]") {
  CHECK_THROWS_WITH(n_back({.trials = 0}, stream), Contains("nback: trials is 0"));
  CHECK_THROWS_WITH(n_back({.steps = 0}, stream), Contains("nback: steps is 0"));
  CHECK_THROWS_WITH(delayed_match({.symbols = 1}, stream), Contains("symbols is 1"));
  CHECK_THROWS_WITH(flip_flop({.bits = 17}, stream), Contains("bits is 17"));
  CHECK_THROWS_WITH(flip_flop({.pulse = 1.5}, stream), Contains("pulse is 1.5"));
}
