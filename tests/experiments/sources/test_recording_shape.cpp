// Axes of recordings in any order, and symbols with names.
#include "experiments/sources/recording_shape.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "experiments/sources/recording_symbols.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

using Axis = RecordingAxis;
using Shape = std::vector<std::uint64_t>;

FileArrayInfo states_of(const Shape& shape) { return {.shape = shape, .type = "float32", .place = "x.npz: 's'"}; }

RecordingConfig with_axes(const std::vector<Axis>& axes, const std::vector<std::int64_t>& times = {}) {
  RecordingConfig config;
  config.axes = axes;
  config.times = times;
  return config;
}

FileArray labels(const Shape& shape, FileArrayValues values) { return {shape, std::move(values), "x.npz: 'i'"}; }

}  // namespace

TEST_CASE("Samples come trial by trial and time by time in every order of the axes", "[recordings]") {
  constexpr std::uint64_t trials = 3, times = 4, units = 2;
  std::vector<Axis> axes{Axis::trial, Axis::time, Axis::unit};
  do {
    Shape shape, steps;
    std::uint64_t strides[4] = {}, step_strides[4] = {};
    for (const Axis axis : axes) {
      const std::uint64_t extent = axis == Axis::trial ? trials : axis == Axis::time ? times : units;
      shape.push_back(extent);
      if (axis != Axis::unit) steps.push_back(extent);
    }
    std::uint64_t stride = 1, step_stride = 1;
    for (std::size_t d = axes.size(); d-- > 0;) {
      strides[static_cast<int>(axes[d])] = stride;
      step_strides[static_cast<int>(axes[d])] = step_stride;
      stride *= shape[d];
      if (axes[d] != Axis::unit) step_stride *= shape[d];
    }
    const auto at = [](const std::uint64_t* s, Axis axis) { return s[static_cast<int>(axis)]; };
    const RecordingShape recording("r", with_axes(axes, {3, 1}), states_of(shape));
    REQUIRE(recording.samples() == trials * 2);
    const auto by_trial = recording.label_positions(labels({trials}, {}));
    const auto by_step = recording.label_positions(labels(steps, {}));
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
      for (std::uint64_t i = 0; i < 2; ++i) {
        const std::uint64_t n = 2 * trial + i, time = i == 0 ? 3 : 1;
        CHECK(recording.trial(n) == trial);
        CHECK(recording.time(n) == time);
        CHECK(by_trial[n] == trial);
        CHECK(by_step[n] == trial * at(step_strides, Axis::trial) + time * at(step_strides, Axis::time));
        for (std::uint64_t unit = 0; unit < units; ++unit) {
          CHECK(recording.position(n, unit) ==
                trial * at(strides, Axis::trial) + time * at(strides, Axis::time) + unit * at(strides, Axis::unit));
        }
      }
    }
  } while (std::next_permutation(axes.begin(), axes.end()));
}

TEST_CASE("Axes that do not fit the states or the labels are refused", "[recordings]") {
  CHECK_THROWS_WITH(RecordingShape("recordings.r", {}, states_of({2, 3, 4})), Contains("recordings.r.axes"));
  CHECK_THROWS_WITH(RecordingShape("r", with_axes({Axis::sample, Axis::unit}), states_of({2, 3, 4})),
                    Contains("expected 2 dimensions"));
  CHECK_THROWS_WITH(RecordingShape("r", {}, states_of({0, 3})), Contains("expected samples and units"));
  const RecordingShape recording("r", {}, states_of({5, 3}));
  CHECK_THROWS_WITH(recording.label_positions(labels({4}, {})), Contains("'i' has shape [4], expected [5]"));
  CHECK(recording.label_positions(labels({5, 1}, {})) == Shape{0, 1, 2, 3, 4});
  CHECK(recording.label_positions(labels({1, 5}, {})) == Shape{0, 1, 2, 3, 4});
  CHECK(RecordingShape("r", {}, states_of({5})).units() == 1);
}

TEST_CASE("Symbols are sorted by value if all are integers, else as words", "[recordings]") {
  const RecordingShape shape("r", {}, states_of({4, 1}));
  const auto words = [&](FileArrayValues values) { return sample_words(labels({4}, std::move(values)), shape, false); };
  const SampleWords numbers = words(std::vector<std::int64_t>{10, -2, 9, 10});
  CHECK(numbers.words == std::vector<std::string>{"-2", "9", "10"});
  CHECK(numbers.word == std::vector<std::uint32_t>{2, 0, 1, 2});
  const SampleWords texts = words(std::vector<std::string>{"b", "a", "b", "10"});
  const NamedSymbols both = name_symbols(numbers, texts, "r");
  CHECK(both.names == std::vector<std::string>{"-2", "10", "9", "a", "b"});
  CHECK(both.input == std::vector<Symbol>{1, 0, 2, 1});
  CHECK(both.output == std::vector<Symbol>{4, 3, 4, 1});
  CHECK(words(std::vector<double>{1, -9007199254740992.0, 0, 1}).words ==
        std::vector<std::string>{"-9007199254740992", "0", "1"});
  CHECK_THROWS_WITH(words(std::vector<double>{1, 0.5, 0, 1}), Contains("sample 1 is 0.5, expected an integer"));
  CHECK_THROWS_WITH(words(std::vector<double>{1, 1e300, 0, 1}), Contains("sample 1 is 1e+300"));
  CHECK_THROWS_WITH(words(std::vector<std::string>{"a", "b", "\xff", "c"}), Contains("sample 2 is '\\xff'"));
  CHECK_THROWS_WITH(words(std::vector<std::string>{"a", "b", "c", "\xed\xa0\x80"}), Contains("sample 3"));
  CHECK(words(std::vector<std::string>{"\xc3\xa4", "a", "a", "a"}).words.size() == 2);
}

TEST_CASE("A list of MABE is one symbol", "[recordings]") {
  const RecordingShape shape("r", {}, states_of({2, 1}));
  const SampleWords words = sample_words(labels({2, 2}, std::vector<std::int64_t>{1, 0, 0, 1}), shape, true);
  CHECK(words.words == std::vector<std::string>{"0,1", "1,0"});
  CHECK(words.word == std::vector<std::uint32_t>{1, 0});
}
