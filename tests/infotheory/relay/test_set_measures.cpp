// Measures of all sets, and relay information of all sets of units of several levels: against counting set by set.
#include "infotheory/relay/set_measures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/relay/set_chunks.hpp"
#include "infotheory/relay/set_sums.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/greedy_paths.hpp"
#include "tests/infotheory/relay/random_levels.hpp"
#include "tests/infotheory/relay/random_tables.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

const std::vector<SetMeasure> all_measures = [] {
  std::vector<SetMeasure> all;
  for (const auto& [measure, name] : set_measure_names) all.push_back(measure);
  return all;
}();

/// The entropies of the measures, and the occupied cells, by counting.
struct CountedSums {
  CountedEntropy b, ab, bb, abb, a, out, both;  // of B, (a,B), (b,B), (a,b,B), a, b, (a,b)

  CountedSums(const LevelSamples& samples, int c, const std::vector<int>& units)
      : b(counted_entropy(samples, c, false, false, units)),
        ab(counted_entropy(samples, c, true, false, units)),
        bb(counted_entropy(samples, c, false, true, units)),
        abb(counted_entropy(samples, c, true, true, units)),
        a(counted_entropy(samples, c, true, false, {})),
        out(counted_entropy(samples, c, false, true, {})),
        both(counted_entropy(samples, c, true, true, {})) {}

  double information() const { return ab.bits + bb.bits - b.bits - abb.bits; }
  double cells() const { return -b.cells + ab.cells + bb.cells - abb.cells; }

  double measure(SetMeasure measure, const CountedSums& all, double samples) const {
    const double input = a.bits + b.bits - ab.bits, output = out.bits + b.bits - bb.bits,
                 direct = a.bits + out.bits - both.bits;
    switch (measure) {
      case SetMeasure::mutual_information_input:
        return input;
      case SetMeasure::mutual_information_output:
        return output;
      case SetMeasure::co_information:
        return direct - information();
      case SetMeasure::representation:
        return both.bits + bb.bits - out.bits - abb.bits;
      case SetMeasure::intersection_information:
        return std::min({input, output, direct});
      case SetMeasure::miller_madow_correction:
        return (cells() - all.cells()) / (2 * samples * std::numbers::ln2);
    }
    return 0;
  }
};

/// The exact sums of every set of one contrast, from the chunks of a source.
template <class Source, class Table>
void check_sums(const Table& table, const LevelSamples& samples, int row, int c, int least_bits, int chunk_bits) {
  const detail::SetChunks chunks(detail::decision_order(table), least_bits, chunk_bits);
  const Source source(table, chunks, {true, true, true, true});
  std::size_t seen = 0;
  for (std::size_t i = 0; i < chunks.per_contrast(); ++i) {
    const std::size_t chunk = static_cast<std::size_t>(row) * chunks.per_contrast() + i;
    const detail::SetSums sums = source.compute(chunk);
    for (const std::uint32_t leaf : chunks.ascending()) {
      const NeuronSet kept = NeuronSet(chunks.marginalised(chunk).bits() | chunks.units_of_leaf(leaf))
                                 .complement(NeuronSet::all(samples.units()));
      const CountedSums expected(samples, c, units_of_bits(kept.bits(), samples.units()));
      const ExactNLogN& f = table.n_log_n();
      REQUIRE(f.bits(sums.input_entropy[leaf]) == exactly(expected.ab.bits - expected.b.bits));
      REQUIRE(f.bits(sums.output_entropy[leaf]) == exactly(expected.bb.bits - expected.b.bits));
      REQUIRE(f.bits(sums.information[leaf]) == exactly(expected.information()));
      REQUIRE(static_cast<double>(static_cast<std::int64_t>(sums.cells[leaf])) == expected.cells());
      ++seen;
    }
  }
  CHECK(seen == std::size_t{1} << samples.units());
}

/// One set by counting, in floats.
void check_measures(const std::vector<MeasuredSets>& found, const LevelSamples& samples, bool whole,
                    std::uint32_t step) {
  const int units = samples.units();
  REQUIRE(found.size() == all_measures.size());
  const Eigen::Index contrasts = whole ? 1 : samples.symbols;
  for (Eigen::Index row = 0; row < contrasts; ++row) {
    const int c = whole ? -1 : static_cast<int>(row);
    const CountedSums all(samples, c, counting(units));
    for (std::uint32_t set = 0; set < 1u << units; set += step) {
      const CountedSums sums(samples, c, units_of_bits(set, units));
      for (std::size_t q = 0; q < found.size(); ++q) {
        INFO(word_of(set_measure_names, found[q].measure) << ", set " << NeuronSet(set).to_string());
        REQUIRE(found[q].measure == all_measures[q]);
        const double expected = sums.measure(all_measures[q], all, static_cast<double>(samples.input.size()));
        REQUIRE(static_cast<double>(found[q].values(row, set)) == Approx(expected).margin(1e-7).epsilon(1e-7));
      }
    }
  }
}

LevelSamples binary_samples(std::size_t n, int units, int symbols, std::uint64_t seed) {
  const StateSamples words = random_samples(n, units, symbols, RandomStream(seed, "measures"));
  return {UnitStates::from_words(words.states, units).to_bytes(), words.input, words.output, symbols};
}

StateTable state_table(const LevelSamples& samples) {
  return {UnitStates::from_bytes(samples.states), samples.input, samples.output, numbered_contrasts(samples.symbols)};
}

}  // namespace

TEST_CASE("The sums of all sets of units of several levels agree with counting", "[levels][measures]") {
  const int levels = GENERATE(2, 3, 5), symbols = GENERATE(2, 7), chunk_bits = GENERATE(3, 12);
  const LevelSamples samples = random_levels(200, 8, levels, symbols, RandomStream(61, "measures"));
  check_sums<detail::LevelSetSums>(samples.whole(), samples, 0, -1, 1, chunk_bits);
  check_sums<detail::LevelSetSums>(samples.one_vs_rest(), samples, 1, 1, 1, chunk_bits);
}

TEST_CASE("The sums of all sets of binary units agree with counting", "[measures]") {
  const int units = GENERATE(1, 3, 8), chunk_bits = GENERATE(6, 14);
  const LevelSamples samples = binary_samples(150, units, 3, 62);
  check_sums<detail::BinarySetSums>(state_table(samples), samples, 1, 1, 6, chunk_bits);
}

TEST_CASE("Measures of all sets agree with counting", "[levels][measures]") {
  const int levels = GENERATE(2, 3, 5), symbols = GENERATE(2, 4, 7);
  const LevelSamples samples = random_levels(180, 8, levels, symbols, RandomStream(63, "measures"));
  check_measures(measure_sets(samples.whole(), all_measures), samples, true, 1);
  check_measures(measure_sets(samples.one_vs_rest(), all_measures), samples, false, 5);
  if (levels == 2) check_measures(measure_sets(state_table(samples), all_measures), samples, false, 3);
}

TEST_CASE("Measures of binary units are the same to the last bit by both tables", "[levels][measures]") {
  const int units = GENERATE(1, 5, 15);
  const LevelSamples samples = binary_samples(900, units, 3, 64);
  const StateTable binary = state_table(samples);
  const LevelTable levels = samples.one_vs_rest();
  const std::vector<MeasuredSets> expected = measure_sets(binary, all_measures),
                                  found = measure_sets(levels, all_measures);
  for (std::size_t q = 0; q < all_measures.size(); ++q) {
    CHECK(found[q].values == expected[q].values);
    CHECK(same(found[q].statistics, expected[q].statistics));
  }
  const GreedyRelay greedy = greedy_relay(binary);
  const ExhaustiveRelay x = exhaustive_relay(binary, greedy), y = exhaustive_relay(levels, greedy_relay(levels));
  CHECK(x.information == y.information);
  CHECK(x.best_information == y.best_information);
  CHECK(x.best_set == y.best_set);
  CHECK(x.above_greedy == y.above_greedy);
  CHECK(same(x.statistics, y.statistics));
}

TEST_CASE("Measures of more than 65,535 samples agree with counting", "[measures]") {
  const LevelSamples samples = binary_samples(70'000, 3, 2, 65);
  check_measures(measure_sets(state_table(samples), all_measures), samples, false, 3);
}

TEST_CASE("A measure is the same to the last bit alone, with another one and with all", "[measures]") {
  const auto [n, units] = GENERATE(table<std::size_t, int>({{400, 9}, {70'000, 5}}));
  const StateTable table = state_table(binary_samples(n, units, 3, 66));
  const std::vector<MeasuredSets> all = measure_sets(table, all_measures);
  for (std::size_t q = 0; q < all.size(); ++q) {
    const std::vector<SetMeasure> pair{all_measures[q], all_measures[(q + 1) % all.size()]};
    CHECK(same_bits(measure_sets(table, {all_measures[q]}).front().values, all[q].values));
    CHECK(same_bits(measure_sets(table, pair).front().values, all[q].values));
  }
}

TEST_CASE("Relay information of all sets of units of several levels is that of each set", "[levels][relay]") {
  const int levels = GENERATE(3, 5);
  const bool whole = GENERATE(false, true);
  const LevelSamples samples = random_levels(400, 8, levels, 5, RandomStream(66, "measures"));
  const LevelTable table = whole ? samples.whole() : samples.one_vs_rest();
  const GreedyRelay greedy = greedy_relay(table);
  const ExhaustiveRelay found = exhaustive_relay(table, greedy);
  for (int c = 0; c < table.contrast_count(); ++c) {
    std::vector<double> best(9, -100);
    for (std::uint32_t set = 0; set < 256; ++set) {
      const double expected = relay_information_bits(table, c, units_of_bits(set, 8));
      REQUIRE(found.information(c, set) == static_cast<float>(expected));
      double& most = best[static_cast<std::size_t>(NeuronSet(set).size())];
      most = std::max(most, expected);
    }
    for (std::size_t size = 0; size < 9; ++size)
      CHECK(found.best_information(c, static_cast<Eigen::Index>(size)) == best[size]);
    for (Eigen::Index step = 0; step < 8; ++step)
      CHECK(greedy.information(c, step) <= found.best_information(c, 7 - step));
  }
}

TEST_CASE("Measures of known systems have their analytic values", "[levels][measures]") {
  const auto measured = [](const LevelTable& table, SetMeasure measure) {
    return RowMatrix<float>(measure_sets(table, {measure}).front().values);
  };
  SECTION("the exclusive or of input and output is pure synergy") {
    RowMatrix<std::uint8_t> states(4, 1);
    states << 0, 1, 1, 0;
    const LevelTable table(states, std::vector<Symbol>{0, 0, 1, 1}, std::vector<Symbol>{0, 1, 0, 1});
    CHECK(measured(table, SetMeasure::co_information)(0, 1) == -1);
    CHECK(measured(table, SetMeasure::representation)(0, 1) == 1);
    CHECK(measured(table, SetMeasure::intersection_information)(0, 1) == 0);
  }
  SECTION("a copy of a symbol of 256 is redundant") {
    RowMatrix<std::uint8_t> states(256, 2);
    std::vector<Symbol> symbols;
    for (int i = 0; i < 256; ++i) {
      states(i, 0) = static_cast<std::uint8_t>(i);
      states(i, 1) = static_cast<std::uint8_t>(i / 16);
      symbols.push_back(static_cast<Symbol>(i));
    }
    const LevelTable table(states, symbols, symbols);
    const RowMatrix<float> input = measured(table, SetMeasure::mutual_information_input),
                           co = measured(table, SetMeasure::co_information);
    CHECK(input(0, 0) == 0);
    CHECK(input(0, 1) == 8);
    CHECK(input(0, 2) == 4);
    CHECK(co(0, 1) == 8);
    CHECK(co(0, 2) == 4);
    CHECK(measured(table, SetMeasure::intersection_information)(0, 3) == 8);
    CHECK(measured(table, SetMeasure::representation)(0, 3) == 0);
    // H(X_in) and H(X_out) given the second unit fall with it: means and quantiles of values above 1.
    const SubsetStatistics statistics = measure_sets(table, {SetMeasure::mutual_information_output}).front().statistics;
    CHECK(statistics.mean(0, 1) == 6);
    CHECK(statistics.lowest_of(0, 1) == 4);
  }
}

TEST_CASE("Measures in chunks of any order give the same whole", "[levels][measures]") {
  const int units = GENERATE(5, 14);
  const bool whole = GENERATE(false, true);
  const LevelSamples samples = random_levels(60, units, 3, 3, RandomStream(67, "measures"));
  const LevelTable table = whole ? samples.whole() : samples.one_vs_rest();
  const std::vector<SetMeasure> measures{SetMeasure::representation, SetMeasure::mutual_information_output};
  const int before = thread_count();
  set_thread_count(1);
  const std::vector<MeasuredSets> expected = measure_sets(table, measures);
  set_thread_count(3);
  SetMeasureScan merged(table, measures), lean(table, measures, AllSetsTable::discard);
  const auto chunks = shuffled_chunks(merged, RandomStream(68, "order"));
  const auto results = computed(SetMeasureScan(table, measures), chunks);
  set_thread_count(before);
  for (const std::size_t chunk : chunks) merged.add(chunk, results.at(chunk));
  for (const auto& [chunk, result] : results) lean.add(chunk, result);
  const std::vector<MeasuredSets> found = merged.result(), statistics = lean.result();
  for (std::size_t q = 0; q < 2; ++q) {
    CHECK(found[q].values == expected[q].values);
    CHECK(same(found[q].statistics, expected[q].statistics));
    CHECK(statistics[q].values.size() == 0);
    CHECK(same(statistics[q].statistics, expected[q].statistics));
  }
}

TEST_CASE("Measures name what is wrong", "[levels][measures]") {
  const LevelSamples samples = random_levels(40, 14, 3, 2, RandomStream(69, "measures"));
  const LevelTable table = samples.one_vs_rest();
  CHECK_THROWS_WITH(measure_sets(table, {}), "measures of all sets: no measures, expected at least 1");
  CHECK_THROWS_WITH(measure_sets(table, {SetMeasure::representation, SetMeasure::representation}),
                    "measures of all sets: representation is listed twice");
  const LevelTable wide = random_levels(10, 25, 2, 2, RandomStream(70, "measures")).one_vs_rest();
  CHECK_THROWS_WITH(measure_sets(wide, {SetMeasure::representation}),
                    "measures of all sets: 25 units, expected at most 24");
  CHECK_THROWS_AS(exhaustive_relay(wide, greedy_relay(wide)), UsageError);
  SetMeasureScan scan(table, {SetMeasure::representation});
  CHECK(scan.format_id() == "set measures of levels 1 representation");
  REQUIRE(scan.chunk_count() == 8);
  const std::vector<std::size_t> some{1};
  ScanChunk chunk = computed(scan, some).at(1);
  CHECK_NOTHROW(scan.add(1, chunk));
  CHECK_THROWS_WITH(scan.add(2, chunk), "measures of all sets: this is not the result of chunk 2 of 8");
  CHECK_THROWS_AS(scan.add(8, chunk), DataError);
  chunk.values.conservativeResize(2, Eigen::NoChange);
  CHECK_THROWS_AS(scan.add(1, chunk), DataError);
}
