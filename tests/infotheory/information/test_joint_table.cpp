#include <map>

#include "core/error.hpp"
#include "core/random.hpp"
#include "infotheory/information/joint_table.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/information/derived_information.hpp"

using namespace inforelay;

namespace {

using Column = std::vector<DiscreteValue>;
using Cell = std::vector<DiscreteValue>;

std::map<Cell, double> cells_of(const JointTable& table) {
  std::map<Cell, double> cells;
  for (std::size_t m = 0; m < table.occupied(); ++m) {
    cells[Cell(table.cell(m).begin(), table.cell(m).end())] = table.weight(m);
  }
  REQUIRE(cells.size() == table.occupied());
  return cells;
}

}  // namespace

TEST_CASE("A joint table counts rows as a map does", "[joint_table]") {
  RandomStream random(1, "rows");
  std::vector<Column> columns(4, Column(500));
  for (auto& column : columns) {
    for (auto& symbol : column) symbol = static_cast<DiscreteValue>(random.below(4) * 1000000000u);
  }
  const std::vector<std::span<const DiscreteValue>> views(columns.begin(), columns.end());
  const JointTable table = JointTable::from_samples(views);
  CHECK(table.variable_count() == 4);
  CHECK(table.samples() == 500);
  CHECK(table.has_counts());
  // Every subset of the variables, the empty one too.
  for (std::uint32_t subset = 0; subset < 16; ++subset) {
    VariableSet keep;
    for (int v = 0; v < 4; ++v) {
      if (subset >> v & 1u) keep = keep | VariableSet{v};
    }
    std::map<Cell, double> expected;
    for (std::size_t n = 0; n < 500; ++n) {
      Cell cell;
      for (std::size_t v = 0; v < 4; ++v) {
        if (subset >> v & 1u) cell.push_back(columns[v][n]);
      }
      ++expected[cell];
    }
    const JointTable marginal = table.marginal(keep);
    CHECK(marginal.samples() == 500);
    CHECK(cells_of(marginal) == expected);
    std::vector<std::uint64_t> counts;
    for (const auto& [cell, count] : expected) counts.push_back(static_cast<std::uint64_t>(count));
    for (const auto estimator : {EntropyEstimator::plug_in, EntropyEstimator::miller_madow}) {
      CHECK(table.entropy_bits(keep, estimator) == Approx(entropy_bits(counts, estimator)).margin(1e-12));
    }
  }
}

TEST_CASE("Dense arrays run over the last variable fastest", "[joint_table]") {
  const JointTable table = JointTable::from_counts({2, 3}, {1, 0, 2, 0, 4, 5});
  CHECK(cells_of(table) == std::map<Cell, double>{{{0, 0}, 1}, {{0, 2}, 2}, {{1, 1}, 4}, {{1, 2}, 5}});
  CHECK(cells_of(table.marginal({0})) == std::map<Cell, double>{{{0}, 3}, {{1}, 9}});
  CHECK(cells_of(table.marginal({1})) == std::map<Cell, double>{{{0}, 1}, {{1}, 4}, {{2}, 7}});
  CHECK(cells_of(table.marginal({})) == std::map<Cell, double>{{{}, 12}});

  const JointTable halves = JointTable::from_probabilities({2, 2}, {0.5, 0, 0.25, 0.25});
  CHECK_FALSE(halves.has_counts());
  CHECK(halves.samples() == 0);
  CHECK(cells_of(halves) == std::map<Cell, double>{{{0, 0}, 0.5}, {{1, 0}, 0.25}, {{1, 1}, 0.25}});
  CHECK(halves.entropy_bits() == Approx(1.5).margin(1e-12));
  CHECK(halves.entropy_bits(VariableSet{1}) == Approx(test::binary_entropy_bits(0.25)).margin(1e-12));
  CHECK(halves.entropy_bits(VariableSet{}) == 0);
}

TEST_CASE("Sparse cells are sorted and equal ones added", "[joint_table]") {
  const std::vector<DiscreteValue> cells{7, 1, 3, 9, 7, 1, 5, 5};
  const std::vector<std::uint64_t> counts{2, 1, 3, 0};
  CHECK(cells_of(JointTable::from_cells(2, cells, counts)) == std::map<Cell, double>{{{3, 9}, 1}, {{7, 1}, 5}});
  const std::vector<double> probabilities{0.25, 0.5, 0.25, 0};
  CHECK(cells_of(JointTable::from_cells(2, cells, probabilities)) ==
        std::map<Cell, double>{{{3, 9}, 0.5}, {{7, 1}, 0.5}});
}

TEST_CASE("Joint tables name what is wrong", "[joint_table]") {
  const Column three{0, 1, 2}, two{0, 1}, none;
  CHECK_THROWS_WITH(JointTable::from_samples({three, two}), Catch::Contains("variable 1 has 2 samples"));
  CHECK_THROWS_AS(JointTable::from_samples({none}), UsageError);
  CHECK_THROWS_AS(JointTable::from_samples({}), UsageError);
  CHECK_THROWS_AS(JointTable::from_samples(std::vector<std::span<const DiscreteValue>>(65, three)), UsageError);
  CHECK_THROWS_WITH(JointTable::from_counts({2, 2}, {1, 2, 3}), Catch::Contains("3 weights for a shape of 4"));
  // Three times the second extent is 1 modulo 2^64.
  CHECK_THROWS_WITH(JointTable::from_counts({3, 0xAAAAAAAAAAAAAAABu}, {1}), Catch::Contains("more than 2^64 cells"));
  CHECK_THROWS_AS(JointTable::from_counts({2}, {0, 0}), UsageError);
  CHECK_THROWS_WITH(JointTable::from_probabilities({2}, {1.5, -0.5}), Catch::Contains("probability 1 is -0.5"));
  CHECK_THROWS_WITH(JointTable::from_cells(2, three, std::vector<double>{1}),
                    Catch::Contains("with 3 symbols, expected 2"));
  const JointTable table = JointTable::from_probabilities({2}, {0.5, 0.5});
  CHECK_THROWS_WITH(table.marginal({1}), Catch::Contains("variable 1, expected one in [0,1)"));
  CHECK_THROWS_WITH(table.entropy_bits(EntropyEstimator::miller_madow), Catch::Contains("needs counts"));
}
