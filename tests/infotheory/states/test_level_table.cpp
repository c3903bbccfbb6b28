#include "infotheory/states/level_table.hpp"

#include <cmath>
#include <map>
#include <string>
#include <tuple>

#include "core/error.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/random_levels.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

std::string text_of(const RowMatrix<std::uint8_t>& states, Eigen::Index row) {
  std::string text;
  for (Eigen::Index k = 0; k < states.cols(); ++k) text += std::to_string(int{states(row, k)}) + ',';
  return text;
}

std::map<std::tuple<std::string, int, int>, std::uint32_t> counted(const LevelSamples& samples, int c) {
  std::map<std::tuple<std::string, int, int>, std::uint32_t> counts;
  for (std::size_t i = 0; i < samples.input.size(); ++i)
    ++counts[{text_of(samples.states, static_cast<Eigen::Index>(i)), contrast_value(c, samples.input[i]),
              contrast_value(c, samples.output[i])}];
  return counts;
}

void check_pairs(const LevelTable& table, int contrast, const LevelSamples& samples, int c) {
  const auto expected = counted(samples, c);
  const PairCounts found = table.pairs(contrast);
  CHECK(found.pairs.size() == expected.size());
  for (std::size_t m = 0; m < table.size(); ++m) {
    std::uint32_t sum = 0;
    for (const PairCount& pair : found.of(m)) {
      REQUIRE(pair.count ==
              expected.at({text_of(table.states(), static_cast<Eigen::Index>(m)), pair.input, pair.output}));
      CHECK(pair.input < table.input_values());
      CHECK(pair.output < table.output_values());
      sum += pair.count;
    }
    CHECK(sum == table.counts()[m]);
  }
}

}  // namespace

TEST_CASE("A level table counts the pairs of every contrast", "[levels][states]") {
  const int units = GENERATE(1, 7, 8, 9, 40), levels = GENERATE(2, 200);
  const LevelSamples samples = random_levels(500, units, levels, 5, RandomStream(41, "levels"));
  const LevelTable binary = samples.one_vs_rest(), whole = samples.whole();
  CHECK(binary.contrast_count() == 5);
  CHECK(whole.contrast_count() == 1);
  CHECK(binary.unit_count() == units);
  CHECK(binary.sample_count() == 500);
  for (int c = 0; c < 5; ++c) check_pairs(binary, c, samples, c);
  check_pairs(whole, 0, samples, -1);
  for (std::size_t m = 1; m < whole.size(); ++m) {
    const auto row = [&](std::size_t i) {
      const auto levels_of_row = whole.states().row(static_cast<Eigen::Index>(i));
      return std::vector<int>(levels_of_row.begin(), levels_of_row.end());
    };
    REQUIRE(row(m - 1) < row(m));
  }
}

TEST_CASE("A level table of given states is that of the samples, also if they are permuted or resampled",
          "[levels][states]") {
  LevelSamples samples = random_levels(300, 6, 3, 4, RandomStream(42, "levels"));
  DistinctLevels distinct = distinct_levels(samples.states);
  for (std::size_t i = 0; i < 300; ++i)
    REQUIRE(distinct.states.row(distinct.index[i]) == samples.states.row(static_cast<Eigen::Index>(i)));
  check_pairs(LevelTable(distinct, samples.input, samples.output, {}), 0, samples, -1);
  RandomStream random(43, "permutation");
  const bool resampled = GENERATE(false, true);
  const std::vector<std::uint32_t> index = distinct.index;
  std::vector<std::uint32_t> from(300);
  for (std::uint32_t i = 0; i < 300; ++i) from[i] = resampled ? static_cast<std::uint32_t>(random.below(40)) : i;
  shuffle(from, random);
  const RowMatrix<std::uint8_t> states = samples.states;
  for (std::size_t i = 0; i < 300; ++i) {
    distinct.index[i] = index[from[i]];
    samples.states.row(static_cast<Eigen::Index>(i)) = states.row(from[i]);
  }
  const std::vector<Contrast> contrasts = numbered_contrasts(4);
  const LevelTable table(distinct, samples.input, samples.output, contrasts), direct = samples.one_vs_rest();
  REQUIRE(table.states() == direct.states());
  for (int c = 0; c < 4; ++c) check_pairs(table, c, samples, c);
}

TEST_CASE("Occupancy of levels agrees with counting", "[levels][states]") {
  const LevelSamples samples = random_levels(400, 5, 4, 3, RandomStream(44, "levels"));
  std::map<std::string, int> counts;
  for (Eigen::Index i = 0; i < 400; ++i) ++counts[text_of(samples.states, i)];
  double entropy = 0, alone = 0;
  for (const auto& [text, n] : counts) {
    entropy -= n / 400.0 * std::log2(n / 400.0);
    alone += n == 1;
  }
  const Occupancy found = occupancy(samples.states);
  CHECK(found.occupied == counts.size());
  CHECK(found.entropy_bits == Approx(entropy).margin(1e-12));
  CHECK(found.singleton_fraction == alone / 400);
}

TEST_CASE("A level table names what is wrong with its samples", "[levels][states]") {
  const RowMatrix<std::uint8_t> states = RowMatrix<std::uint8_t>::Zero(2, 3);
  const std::vector<Symbol> good{0, 1}, bad{0, 2}, few{0};
  const std::vector<Contrast> contrasts = numbered_contrasts(2);
  CHECK_THROWS_WITH(LevelTable(states, bad, good, contrasts),
                    "level table: sample 1 has input symbol 2, expected [0,2)");
  CHECK_THROWS_WITH(LevelTable(states, good, bad, contrasts),
                    "level table: sample 1 has output symbol 2, expected [0,2)");
  CHECK_THROWS_WITH(LevelTable(states, few, good), "level table: 2 states with 1 input symbols, expected as many");
  CHECK_THROWS_WITH(LevelTable(states, good, few), "level table: 2 states with 1 output symbols, expected as many");
  CHECK_THROWS_WITH(LevelTable(states, good, good, {}), "level table: no contrasts, expected at least 1");
  CHECK_THROWS_WITH(LevelTable(RowMatrix<std::uint8_t>(0, 3), {}, {}), "level table: 0 samples, expected [1,2^31)");
  CHECK_THROWS_WITH(LevelTable(RowMatrix<std::uint8_t>::Zero(2, 4097), good, good),
                    "level table: the number of units is 4097, expected [1,4096]");
  std::vector<Contrast> uneven = contrasts;
  uneven[1].input.count = 3;
  CHECK_THROWS_WITH(LevelTable(states, good, good, uneven),
                    "level table: contrast 1 is defined for 3 symbols, expected 2 as for contrast 0");
  DistinctLevels distinct = distinct_levels(states);
  distinct.index[1] = 1;
  CHECK_THROWS_WITH(LevelTable(distinct, good, good, {}), "level table: sample 1 has state 1, expected [0,1)");
}
