// Exhaustive relay information in chunks: the same bits for any order and any process.

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/random_tables.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

bool same_but_table(const ExhaustiveRelay& x, const ExhaustiveRelay& y) {
  return test::same(x.statistics, y.statistics) && x.best_information == y.best_information &&
         x.best_set == y.best_set && x.above_greedy == y.above_greedy &&
         x.above_greedy_as_published == y.above_greedy_as_published;
}

bool same(const ExhaustiveRelay& x, const ExhaustiveRelay& y) {
  return same_but_table(x, y) && x.information == y.information;
}

// Few states for many neurons, the last a copy of the first: best sets are tied across chunks.
StateTable tied_table(int neurons, std::size_t samples = 400) {
  StateSamples drawn = random_samples(samples, neurons - 1, 3, RandomStream(21, "scan"));
  drawn.units = neurons;
  for (StateWord& state : drawn.states) state |= (state & 1u) << (neurons - 1);
  return drawn.table();
}

}  // namespace

TEST_CASE("Chunks computed by different scans give the same whole", "[relay]") {
  const int neurons = GENERATE(1, 5, 13, 14, 15, 17);
  const StateTable table = tied_table(std::max(neurons, 2));
  const GreedyRelay greedy = greedy_relay(table);
  const ExhaustiveRelay whole = exhaustive_relay(table, greedy);

  // Three "processes", each with a scan of its own and another number of threads, share the chunks in random order.
  ExhaustiveRelayScan merged(table, greedy);
  const auto chunks = shuffled_chunks(merged, RandomStream(22, "order"));
  std::map<std::size_t, ScanChunk> all;
  for (std::size_t process = 0; process < 3; ++process) {
    set_thread_count(static_cast<int>(process) + 1);
    const ExhaustiveRelayScan own(table, greedy);
    REQUIRE(own.chunk_count() == chunks.size());
    std::vector<std::size_t> mine;
    for (std::size_t i = process; i < chunks.size(); i += 3) mine.push_back(chunks[i]);
    all.merge(computed(own, mine));
  }
  REQUIRE(all.size() == chunks.size());
  for (const std::size_t chunk : chunks) merged.add(chunk, all.at(chunk));
  CHECK(same(merged.result(), whole));

  ExhaustiveRelayScan lean(table, greedy, AllSetsTable::discard);
  for (const auto& [chunk, result] : all) lean.add(chunk, result);
  const ExhaustiveRelay without_table = lean.result();
  CHECK(without_table.information.size() == 0);
  CHECK(same_but_table(without_table, whole));
}

TEST_CASE("Statistics of relay information agree with its table and its best sets", "[relay]") {
  const int neurons = GENERATE(3, 12);
  const StateTable table = tied_table(neurons);
  const ExhaustiveRelay all = exhaustive_relay(table, greedy_relay(table));
  for (int c = 0; c < table.contrast_count(); ++c) {
    for (int n = 0; n <= neurons; ++n) {
      CAPTURE(neurons, c, n);
      // The best set is found among exact values, these among values rounded to float: of sets that are equal then,
      // the lower one comes first.
      CHECK(all.statistics.highest(c, n * static_cast<int>(SubsetStatistics::extremes)) ==
            static_cast<float>(all.best_information(c, n)));
      double sum = 0;
      std::vector<float> values;
      for (std::uint32_t set = 0; set < all.information.cols(); ++set) {
        if (NeuronSet(set).size() != n) continue;
        values.push_back(all.information(c, Eigen::Index{set}));
        sum += static_cast<double>(values.back());
      }
      std::sort(values.begin(), values.end());
      CHECK(all.statistics.lowest_of(c, n) == values.front());
      CHECK(all.statistics.mean(c, n) == Approx(sum / static_cast<double>(values.size())).margin(1e-12));
      const std::size_t middle = (values.size() - 1) / 2;
      const double median = (static_cast<double>(values[middle]) + static_cast<double>(values[values.size() / 2])) / 2;
      CHECK(std::abs(all.statistics.quantile_of(c, n, 3) - median) <=
            all.statistics.error[static_cast<std::size_t>(c)]);
    }
  }
}

TEST_CASE("The statistics of a class with all samples or none are zero", "[relay]") {
  const std::vector<StateWord> states{0, 1, 2, 3, 3, 1};
  const std::vector<Symbol> all_one(6, 0), predicted{0, 1, 0, 1, 0, 0};
  const StateTable table(UnitStates::from_words(states, 2), all_one, predicted, numbered_contrasts(2));
  const ExhaustiveRelay found = exhaustive_relay(table, greedy_relay(table));
  CHECK(found.statistics.mean.isZero(0));
}

TEST_CASE("The chunks of relay information have the format of their id", "[relay]") {
  const StateTable table = tied_table(16);
  const GreedyRelay greedy = greedy_relay(table);
  const ExhaustiveRelayScan scan(table, greedy);
  // Saved chunks are recognised by this id: if their contents change, so must the id.
  CHECK(scan.format_id() == "exhaustive relay 1");
  REQUIRE(scan.chunk_count() == 12);
  const std::vector<std::size_t> chunks{0, 5, 11};
  const auto found = computed(scan, chunks);
  for (const auto& [chunk, result] : found) {
    CHECK(result.first_class == static_cast<int>(chunk / 4));
    CHECK(result.values.cols() == 1 << 14);
    CHECK(result.free.size() == 14);
    CHECK(result.exact_totals.size() == 2 + 2 * 17);
  }
  CHECK(found.at(0).free == found.at(11).free);
  CHECK(found.at(0).fixed.empty());
  CHECK(found.at(11).fixed == found.at(11).free.complement(NeuronSet::all(16)));
  CHECK(found.at(5).fixed.size() == 1);
}

TEST_CASE("The result of another chunk is refused", "[relay]") {
  const StateTable table = tied_table(15);
  const GreedyRelay greedy = greedy_relay(table);
  ExhaustiveRelayScan scan(table, greedy);
  const std::vector<std::size_t> some{1};
  const ScanChunk chunk = computed(scan, some).at(1);
  CHECK_NOTHROW(scan.add(1, chunk));
  CHECK_THROWS_WITH(scan.add(2, chunk), "exhaustive relay information: this is not the result of chunk 2 of 6");
  CHECK_THROWS_AS(scan.add(0, chunk), DataError);
  CHECK_THROWS_AS(scan.add(6, chunk), DataError);
  ScanChunk shorter = chunk;
  shorter.exact_totals.pop_back();
  CHECK_THROWS_AS(scan.add(1, shorter), DataError);
  ScanChunk narrower = chunk;
  narrower.values.conservativeResize(1, 5);
  CHECK_THROWS_AS(scan.add(1, narrower), DataError);
}
