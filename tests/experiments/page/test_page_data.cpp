// The data of the page: base64, the joint table, counts of sets on a grid.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"
#include "experiments/page/base64.hpp"
#include "experiments/page/joint_table.hpp"
#include "experiments/page/packed_array.hpp"
#include "experiments/page/set_grid.hpp"
#include "experiments/page/thumbnails.hpp"
#include "tests/catch2.hpp"

namespace inforelay {
namespace {

std::string encoded(const std::string& text) {
  return base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

const std::vector<ArrayInfo> state_infos{{"state", "1", {"sample"}, "words"},
                                         {"state", "1", {"sample", "unit"}, "levels"},
                                         {"input", "1", {"sample"}, "input"},
                                         {"output", "1", {"sample"}, "output"}};

// Few values, so that rows repeat.
RowMatrix<std::uint8_t> random_levels(int samples, int units, int levels, RandomStream& random) {
  return RowMatrix<std::uint8_t>::NullaryExpr(
      samples, units, [&] { return static_cast<std::uint8_t>(random.below(static_cast<std::uint64_t>(levels))); });
}
std::vector<Symbol> random_symbols(int samples, RandomStream& random) {
  std::vector<Symbol> symbols;
  for (int i = 0; i < samples; ++i) symbols.push_back(static_cast<Symbol>(300 * random.below(3)));
  return symbols;
}

using Row = std::tuple<std::vector<int>, Symbol, Symbol>;
std::map<Row, std::uint32_t> counted(const RowMatrix<std::uint8_t>& levels, const std::vector<Symbol>& input,
                                     const std::vector<Symbol>& output) {
  std::map<Row, std::uint32_t> rows;
  for (Eigen::Index i = 0; i < levels.rows(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    ++rows[{std::vector<int>(levels.row(i).begin(), levels.row(i).end()), input[at], output[at]}];
  }
  return rows;
}
std::map<Row, std::uint32_t> rows_of_table(const StateInputOutput& table) {
  std::map<Row, std::uint32_t> rows;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    std::vector<int> state;
    for (int k = 0; k < table.units; ++k) {
      const std::uint8_t* bytes = &table.state[r * table.state_bytes];
      state.push_back(table.levels == 2 ? bytes[k / 8] >> (k % 8) & 1 : bytes[k]);
    }
    const bool is_new = rows.emplace(Row{state, table.input[r], table.output[r]}, table.count[r]).second;
    CHECK(is_new);
  }
  return rows;
}

}  // namespace

TEST_CASE("Base64 is that of the examples of RFC 4648", "[page]") {
  CHECK(encoded("").empty());
  CHECK(encoded("f") == "Zg==");
  CHECK(encoded("fo") == "Zm8=");
  CHECK(encoded("foo") == "Zm9v");
  CHECK(encoded("foob") == "Zm9vYg==");
  CHECK(encoded("fooba") == "Zm9vYmE=");
  CHECK(encoded("foobar") == "Zm9vYmFy");
  CHECK(encoded("\xff\xfe\xfd") == "//79");
}

TEST_CASE("The joint table counts the distinct states with their input and output", "[page]") {
  RandomStream random(1, "joint");
  const int units = GENERATE(1, 3, 9, 40), levels = GENERATE(2, 3);
  const RowMatrix<std::uint8_t> states = random_levels(300, units, units > 3 ? 2 : levels, random);
  RowMatrix<std::uint8_t> shown = states;
  if (units > 3) {  // few distinct ones
    for (Eigen::Index i = 8; i < shown.rows(); ++i) shown.row(i) = states.row(i % 8);
  }
  if (levels == 3) shown(0, 0) = 2;
  const std::vector<Symbol> input = random_symbols(300, random), output = random_symbols(300, random);
  ResultArrays arrays(state_infos);
  arrays.put("state", shown);
  arrays.put("input", input);
  arrays.put("output", output);
  const StateInputOutput table = state_input_output(arrays.view(), units);
  CHECK(table.levels == levels);
  CHECK(rows_of_table(table) == counted(shown, input, output));
}

TEST_CASE("The joint table of words and of the same bits as bytes are the same", "[page]") {
  RandomStream random(2, "words");
  const RowMatrix<std::uint8_t> bits = random_levels(200, 11, 2, random);
  std::vector<StateWord> words(200);
  for (Eigen::Index i = 0; i < 200; ++i) {
    for (int k = 0; k < 11; ++k) words[static_cast<std::size_t>(i)] |= StateWord{bits(i, k)} << k;
  }
  const std::vector<Symbol> input = random_symbols(200, random), output = random_symbols(200, random);
  ResultArrays of_words(state_infos), of_bytes(state_infos);
  for (ResultArrays* arrays : {&of_words, &of_bytes}) {
    arrays->put("input", input);
    arrays->put("output", output);
  }
  of_words.put("state", words);
  of_bytes.put("state", bits);
  const StateInputOutput a = state_input_output(of_words.view(), 11), b = state_input_output(of_bytes.view(), 11);
  CHECK(a.state == b.state);
  CHECK(a.count == b.count);
  CHECK(a.input == b.input);
}

TEST_CASE("The joint table refuses arrays of different samples", "[page]") {
  ResultArrays arrays(state_infos);
  arrays.put("state", std::vector<StateWord>{1, 2, 3});
  arrays.put("input", std::vector<Symbol>{0, 1});
  arrays.put("output", std::vector<Symbol>{0, 1});
  CHECK_THROWS_AS(state_input_output(arrays.view(), 2), DataError);
}

TEST_CASE("Grids count every set in its cell, and the units of the sets there", "[page]") {
  constexpr int units = 6, bins = 5;
  RandomStream random(3, "grid");
  std::vector<float> x(64), y(64);
  for (float& value : x) value = static_cast<float>(random.below(1000));
  for (float& value : y) value = static_cast<float>(random.below(7));
  const BinnedValue information(x, bins), accuracy(y, bins);
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_size, by_value;  // the sets of each cell
  for (std::uint32_t set = 0; set < 64; ++set) {
    const auto bin = [&](const std::vector<float>& values, float low, float high) {
      return std::min<std::uint32_t>(bins - 1, static_cast<std::uint32_t>((values[set] - low) / (high - low) * bins));
    };
    const std::uint32_t i = bin(x, information.low, information.high), j = bin(y, accuracy.low, accuracy.high);
    by_size[static_cast<std::uint32_t>(std::popcount(set)) * bins + i].push_back(set);
    by_value[i * bins + j].push_back(set);
  }
  const auto check = [&](const SetGrid& grid, const std::map<std::uint32_t, std::vector<std::uint32_t>>& expected) {
    REQUIRE(grid.cell.size() == expected.size());
    std::size_t at = 0;
    for (const auto& [cell, sets] : expected) {
      CHECK(grid.cell[at] == cell);
      CHECK(grid.count[at] == sets.size());
      for (int k = 0; k < units; ++k) {
        double with = 0;
        for (const std::uint32_t set : sets) with += set >> k & 1;
        CHECK((grid.share[at * units + static_cast<std::size_t>(k)] == 255) ==
              (with == static_cast<double>(sets.size())));
        CHECK(std::abs(grid.share[at * units + static_cast<std::size_t>(k)] -
                       255 * with / static_cast<double>(sets.size())) <= 0.5);
      }
      ++at;
    }
  };
  check(size_grid(information, units), by_size);
  check(value_grid(information, accuracy, units), by_value);
  const std::vector<std::uint32_t> histogram = size_histogram(information, units);
  for (std::uint32_t cell = 0; cell < histogram.size(); ++cell)
    CHECK(histogram[cell] == (by_size.contains(cell) ? by_size[cell].size() : 0));
}

TEST_CASE("Only a unit that is in all sets of a cell has the full share, and only one in none has none", "[page]") {
  // Two cells: all sets with unit 9 and the empty one, and all others; then all sets without it and the full one.
  std::vector<float> most(1024), fewest(1024);
  for (std::size_t set = 0; set < 1024; ++set) {
    const bool has_last = (set >> 9 & 1) == 1;
    most[set] = has_last || set == 0 ? 1.0f : 0.0f;
    fewest[set] = has_last && set != 1023 ? 1.0f : 0.0f;
  }
  const auto share_of_last = [](const std::vector<float>& values, std::size_t cell) {
    const BinnedValue value(values, 2);
    const SetGrid grid = value_grid(value, value, 10);
    REQUIRE(grid.cell == std::vector<std::uint32_t>{0, 3});
    return static_cast<int>(grid.share[cell * 10 + 9]);
  };
  CHECK(share_of_last(most, 0) == 0);
  CHECK(share_of_last(most, 1) == 254);  // 512 of 513
  CHECK(share_of_last(fewest, 0) == 1);  // 1 of 513
  CHECK(share_of_last(fewest, 1) == 255);
}

TEST_CASE("Grids of equal values have one bin, and what is no table of all sets is refused", "[page]") {
  const std::vector<float> equal(8, 0.5f), three(3, 0.0f), nan{0, std::numeric_limits<float>::quiet_NaN()};
  CHECK(value_grid({equal, 4}, {equal, 4}, 3).cell == std::vector<std::uint32_t>{0});
  CHECK_THROWS_AS(BinnedValue(three, 4), DataError);
  CHECK_THROWS_AS(BinnedValue(nan, 4), DataError);
}

TEST_CASE("Thumbnails are images of the samples, in sixteen levels, the same ones each time", "[page]") {
  RowMatrix<std::uint8_t> inputs(5, 6);
  for (Eigen::Index i = 0; i < inputs.size(); ++i) inputs.data()[i] = static_cast<std::uint8_t>(i * 17 % 256);
  const Dataset data(inputs, {0, 1, 0, 1, 1}, numbered_names(2), {2, 3});
  const nlohmann::json some = thumbnails(data, 3), all = thumbnails(data, 9);
  CHECK(some == thumbnails(data, 3));
  CHECK(some["sample"]["shape"] == nlohmann::json{3});
  CHECK((all["rows"] == 2 && all["columns"] == 3));
  CHECK(all["sample"] == packed(std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
  std::vector<std::uint8_t> expected(15);  // 17 is one level
  for (std::size_t i = 0; i < 30; ++i) {
    const auto level = static_cast<unsigned>(std::lround(inputs.data()[i] / 17.0));
    expected[i / 2] = static_cast<std::uint8_t>(i % 2 == 0 ? level : expected[i / 2] | level << 4);
  }
  CHECK(all["pixel"] == packed(std::span<const std::uint8_t>(expected), {5, 3}));
}

TEST_CASE("Thumbnails of large images are means, and what is no image has none", "[page]") {
  RowMatrix<float> inputs = RowMatrix<float>::Zero(1, 58 * 58);  // 3 x 3 inputs become a pixel, 58 = 19 * 3 + 1
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c) inputs(0, r * 58 + c) = -1;
  }
  inputs(0, 3) = 9;  // of the second pixel, whose mean is 1
  const nlohmann::json images = thumbnails(Dataset(inputs, {0}, numbered_names(1), {58, 58}), 1);
  CHECK(images["rows"] == 19);
  std::vector<std::uint8_t> expected((19 * 19 + 1) / 2, 8 | 8 << 4);  // 0 lies between -1 and 1
  expected.front() = 0 | 15 << 4;
  expected.back() = 8;
  CHECK(images["pixel"] == packed(std::span<const std::uint8_t>(expected), {1, expected.size()}));
  CHECK(thumbnails(Dataset(inputs, {0}, numbered_names(1)), 1).is_null());
}

}  // namespace inforelay
