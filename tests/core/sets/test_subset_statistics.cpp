// Summaries of the values of all sets against the table of these values.
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/sets/subset_statistics.hpp"
#include "tests/catch2.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

using Range = SubsetStatisticsCollector::Range;

// Values of every kind: spread out, with many ties, and in one narrow bin.
RowMatrix<float> random_values(int neurons, const std::vector<Range>& ranges, RandomStream random) {
  RowMatrix<float> table(static_cast<Eigen::Index>(ranges.size()), Eigen::Index{1} << neurons);
  for (Eigen::Index c = 0; c < table.rows(); ++c) {
    const Range range = ranges[static_cast<std::size_t>(c)];
    for (Eigen::Index set = 0; set < table.cols(); ++set) {
      double at = random.uniform();
      if (c == 1) at = std::floor(8 * at) / 8;
      if (c == 2) at = 0.3 + 1e-6 * at;
      table(c, set) = static_cast<float>(range.low + at * (range.high - range.low));
    }
  }
  return table;
}

// The table in parts: classes in pairs, `free` neurons within a part.
std::vector<ScanChunk> parts_of(const RowMatrix<float>& table, int neurons, NeuronSet free) {
  std::vector<ScanChunk> parts;
  const NeuronSet fixed = free.complement(NeuronSet::all(neurons));
  for (int first = 0; first < table.rows(); first += 2) {
    const Eigen::Index rows = std::min<Eigen::Index>(2, table.rows() - first);
    std::uint32_t subset = 0;
    do {
      ScanChunk part{first, NeuronSet(subset), free, RowMatrix<float>(rows, Eigen::Index{1} << free.size())};
      std::uint32_t within = 0;
      for (Eigen::Index i = 0; i < part.values.cols(); ++i, within = next_subset(within, free))
        part.values.col(i) = table.col(Eigen::Index{subset | within}).middleRows(first, rows);
      parts.push_back(std::move(part));
      subset = next_subset(subset, fixed);
    } while (subset != 0);
  }
  return parts;
}

SubsetStatistics summarise(int neurons, const std::vector<Range>& ranges, const std::vector<ScanChunk>& parts) {
  SubsetStatisticsCollector summarizer(neurons, ranges);
  for (const ScanChunk& part : parts) summarizer.add(part);
  return summarizer.result();
}

const std::vector<Range> ranges{{0, 1}, {-0.25, 0.5}, {-1, 1}};

}  // namespace

TEST_CASE("Summaries say what the table of all sets says", "[set_summaries]") {
  const int neurons = GENERATE(1, 2, 5, 9, 12);
  const RowMatrix<float> table = random_values(neurons, ranges, RandomStream(1, "values"));
  const NeuronSet free = NeuronSet(0x555u & NeuronSet::all(neurons).bits());
  const SubsetStatistics found = summarise(neurons, ranges, parts_of(table, neurons, free));
  REQUIRE(found.classes() == 3);
  REQUIRE(found.neurons() == neurons);
  for (int c = 0; c < 3; ++c) {
    CHECK(found.error[static_cast<std::size_t>(c)] <=
          (ranges[static_cast<std::size_t>(c)].high - ranges[static_cast<std::size_t>(c)].low + 1e-5) / 4096);
    for (int n = 0; n <= neurons; ++n) {
      CAPTURE(neurons, c, n);
      std::vector<std::pair<float, std::uint32_t>> sets;
      for (std::uint32_t set = 0; set < table.cols(); ++set) {
        if (NeuronSet(set).size() == n) sets.emplace_back(table(c, Eigen::Index{set}), set);
      }
      REQUIRE(found.count[static_cast<std::size_t>(n)] == static_cast<std::int64_t>(sets.size()));
      long double sum = 0;
      for (const auto& [value, set] : sets) sum += value;
      CHECK(found.mean(c, n) == Approx(static_cast<double>(sum / sets.size())).epsilon(1e-15).margin(0x1p-41));

      std::sort(sets.begin(), sets.end());  // of equals the lower set first
      for (std::size_t i = 0; i < SubsetStatistics::ends; ++i) {
        const auto column = static_cast<Eigen::Index>(static_cast<std::size_t>(n) * SubsetStatistics::ends + i);
        if (i >= sets.size()) {
          CHECK(std::isnan(found.lowest_of(c, n, i)));
          CHECK(found.lowest_set(c, column) == SubsetStatistics::no_set);
          continue;
        }
        CHECK(found.lowest_of(c, n, i) == sets[i].first);
        CHECK(found.lowest_set(c, column) == sets[i].second);
      }
      std::stable_sort(sets.begin(), sets.end(), [](const auto& x, const auto& y) { return x.first > y.first; });
      for (std::size_t i = 0; i < std::min(sets.size(), SubsetStatistics::ends); ++i) {
        const auto column = static_cast<Eigen::Index>(static_cast<std::size_t>(n) * SubsetStatistics::ends + i);
        CHECK(found.highest_of(c, n, i) == sets[i].first);
        CHECK(found.highest_set(c, column) == sets[i].second);
      }

      std::reverse(sets.begin(), sets.end());
      for (std::size_t level = 0; level < SubsetStatistics::levels.size(); ++level) {
        const double at = SubsetStatistics::levels[level] * static_cast<double>(sets.size() - 1);
        const auto j = static_cast<std::size_t>(at);
        const double above = j + 1 < sets.size() ? sets[j + 1].first : sets[j].first;
        const double exact = sets[j].first + (at - static_cast<double>(j)) * (above - sets[j].first);
        const bool end = SubsetStatistics::levels[level] == 0 || SubsetStatistics::levels[level] == 1;
        CHECK(std::abs(found.quantile_of(c, n, level) - exact) <= (end ? 0 : found.error[static_cast<std::size_t>(c)]));
      }
    }
  }
}

TEST_CASE("Summaries are the same to the last bit however the sets are cut, ordered and shared by threads",
          "[set_summaries]") {
  constexpr int neurons = 11;
  const RowMatrix<float> table = random_values(neurons, ranges, RandomStream(2, "values"));
  const SubsetStatistics whole = summarise(neurons, ranges, parts_of(table, neurons, NeuronSet::all(neurons)));
  RandomStream random(3, "order");
  for (const std::uint32_t free : {0x0u, 0x7u, 0x4a4u, 0x3ffu}) {
    std::vector<ScanChunk> parts = parts_of(table, neurons, NeuronSet(free));
    shuffle(parts, random);
    CHECK(same(summarise(neurons, ranges, parts), whole));
    SubsetStatisticsCollector shared(neurons, ranges);
    set_thread_count(4);
    parallel_blocks(parts.size(), [&](std::size_t i) { shared.add(parts[i]); });
    CHECK(same(shared.result(), whole));
  }
  RowMatrix<float> other = table;  // what makes no difference is not compared
  other(2, 7) += 1e-4f;
  CHECK(!same(summarise(neurons, ranges, parts_of(other, neurons, NeuronSet::all(neurons))), whole));
}

TEST_CASE("A part with values that cannot be is refused and leaves nothing behind", "[set_summaries]") {
  constexpr int neurons = 3;
  const RowMatrix<float> table = random_values(neurons, ranges, RandomStream(4, "values"));
  const std::vector<ScanChunk> parts = parts_of(table, neurons, NeuronSet{0, 1});
  SubsetStatisticsCollector summarizer(neurons, ranges);
  const auto refused = [&](Eigen::Index row, float value) {
    ScanChunk bad = parts[0];
    bad.values(row, 3) = value;
    CHECK_THROWS_AS(summarizer.add(bad), DataError);
  };
  refused(0, 1.1f);
  refused(0, -0.1f);
  refused(1, 0.6f);
  refused(1, std::nanf(""));
  ScanChunk bad = parts[1];
  bad.values(1, 2) = -2;
  CHECK_THROWS_WITH(summarizer.add(bad),
                    "a part of a scan has the value -2 of class 1 and the set {1 2}, expected one in [-0.25,0.5]");
  bad = parts[0];
  bad.first_class = 2;
  CHECK_THROWS_AS(summarizer.add(bad), DataError);
  for (const ScanChunk& part : parts) summarizer.add(part);
  CHECK(same(summarizer.result(), summarise(neurons, ranges, parts)));
}

TEST_CASE("Values at the ends of their range, a rounding beyond too, are summed", "[set_summaries]") {
  RowMatrix<float> table(1, 4);
  table << 0.f, 1.f, std::nextafter(1.f, 2.f), -1e-9f;
  const SubsetStatistics found = summarise(2, {{0, 1}}, parts_of(table, 2, NeuronSet{0, 1}));
  CHECK(found.mean(0, 1) == (1. + static_cast<double>(std::nextafter(1.f, 2.f))) / 2);
  CHECK(found.quantile_of(0, 1, 6) == std::nextafter(1.f, 2.f));
  CHECK(found.lowest_of(0, 2) == -1e-9f);
}
