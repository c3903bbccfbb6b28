// Greedy search by measures: every step against the exhaustive tables of all sets.
#include "infotheory/relay/measured_greedy.hpp"

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/relay.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/random_levels.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

/// Each step leaves the set of the largest value among all that it could have left, of equals without the lowest unit.
template <class Table>
void check_path(const Table& table, SetMeasure measure) {
  const MeasuredGreedy path = greedy_by_measure(table, measure);
  const RowMatrix<float> values = measure_sets(table, {measure}).front().values;
  REQUIRE(path.value.rows() == table.contrast_count());
  for (int c = 0; c < table.contrast_count(); ++c) {
    const SetMeasureOfSets of_sets(table, c, measure);
    std::vector<int> left = units_of_bits((1u << table.unit_count()) - 1, table.unit_count());
    for (int step = 0; step < table.unit_count(); ++step) {
      std::uint32_t bits = 0;
      for (const int unit : left) bits |= 1u << unit;
      const int removed = path.removal_order(c, step);
      const double value = path.value(c, step);
      REQUIRE((bits >> removed & 1u) == 1);
      CHECK(static_cast<float>(value) == values(c, bits & ~(1u << removed)));
      for (const int unit : left) {
        std::vector<int> without = left;
        std::erase(without, unit);
        const double other = of_sets.bits(without);
        CHECK(static_cast<float>(other) == values(c, bits & ~(1u << unit)));
        if (unit < removed) CHECK(other < value);
        if (unit > removed) CHECK(other <= value);
      }
      std::erase(left, removed);
    }
  }
}

}  // namespace

TEST_CASE("A greedy search by a measure keeps the set with the largest value at each step", "[measures][greedy]") {
  const LevelSamples samples = random_levels(150, 6, 3, 4, RandomStream(71, "by measure"));
  for (const auto& [measure, name] : set_measure_names) {
    INFO(name);
    check_path(samples.whole(), measure);
    check_path(samples.one_vs_rest(), measure);
    const LevelSamples bits = random_levels(150, 7, 2, 3, RandomStream(72, "binary"));
    check_path(StateTable(UnitStates::from_bytes(bits.states), bits.input, bits.output, numbered_contrasts(3)),
               measure);
  }
}

TEST_CASE("A greedy search by a measure is the same for any number of threads, and names what it cannot take",
          "[measures][greedy]") {
  const LevelSamples samples = random_levels(120, 6, 2, 5, RandomStream(73, "threads"));
  const LevelTable table = samples.one_vs_rest();
  set_thread_count(1);
  const MeasuredGreedy one = greedy_by_measure(table, SetMeasure::co_information);
  set_thread_count(4);
  const MeasuredGreedy four = greedy_by_measure(table, SetMeasure::co_information);
  CHECK(one.removal_order == four.removal_order);
  CHECK(same_bits(one.value, four.value));
  const std::vector<int> some{3, 1}, wrong{5};
  CHECK(greedy_by_measure(table, SetMeasure::co_information, some).value.row(0) == one.value.row(3));
  CHECK_THROWS_AS(greedy_by_measure(table, SetMeasure::co_information, wrong), UsageError);
  CHECK_THROWS_WITH(SetMeasureOfSets(table, 0, SetMeasure::co_information).bits(std::vector<int>{6}),
                    "measure of given sets: set names unit 6, expected [0,6)");
  const StateTable wide(UnitStates(10, 40), std::vector<Symbol>(10, 0), std::vector<Symbol>(10, 0),
                        numbered_contrasts(2));
  CHECK_THROWS_AS(greedy_by_measure(wide, SetMeasure::co_information), UsageError);
}
