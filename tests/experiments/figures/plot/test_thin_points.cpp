#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/random.hpp"
#include "experiments/figures/plot/thin_points.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
}

TEST_CASE("Marks of all sets agree with brute force and bars cover exactly the marks", "[figures]") {
  RandomStream random(1, "marks");
  for (const int neurons : {1, 3, 9}) {
    const std::size_t sets = std::size_t{1} << neurons;
    std::vector<float> values(sets);
    for (auto& v : values) v = static_cast<float>(random.uniform(-0.1, 0.3));
    values[0] = -0.1f;
    values[sets - 1] = not_a_number;
    const Intervals intervals{-0.1f, 0.3f, 17};

    std::map<std::pair<int, int>, std::uint32_t> expected;
    for (std::size_t set = 0; set < sets; ++set) {
      if (std::isnan(values[set])) continue;
      int interval = -1;
      for (int i = 0; i < intervals.count; ++i) {
        const double low = intervals.low + (intervals.high - intervals.low) * i / intervals.count;
        if (values[set] >= low) interval = i;
      }
      ++expected[{std::popcount(set), interval}];
    }
    const auto marks = count_marks(values, intervals);
    REQUIRE(marks.rows() == neurons + 1);
    REQUIRE(marks.cols() == intervals.count);
    for (int size = 0; size <= neurons; ++size) {
      for (int i = 0; i < intervals.count; ++i) {
        const auto found = expected.find({size, i});
        CHECK(marks(size, i) == (found == expected.end() ? 0 : found->second));
      }
    }

    std::set<std::pair<int, int>> covered;
    for (const auto& bar : join_marks(marks, 4)) {
      std::uint64_t in_bar = 0;
      for (int i = bar.first; i <= bar.last; ++i) {
        CHECK(covered.insert({bar.column, i}).second);
        in_bar += marks(bar.column, i);
        CHECK(bar.magnitude == std::min(4, static_cast<int>(std::log10(marks(bar.column, i) + 0.5))));
      }
      CHECK(bar.sets == in_bar);
    }
    CHECK(covered.size() == expected.size());
    for (const auto& [mark, count] : expected) CHECK(covered.count(mark) == 1);
  }
}

TEST_CASE("Intervals include their lower end and the last one both ends", "[figures]") {
  const Intervals intervals{0, 1, 4};
  CHECK(intervals.of(0) == 0);
  CHECK(intervals.of(0.25) == 1);
  CHECK(intervals.of(1) == 3);
  CHECK(intervals.of(-1e-9) == -1);
  CHECK(intervals.of(1.0000001) == -1);
  CHECK(intervals.of(not_a_number) == -1);
}

TEST_CASE("Magnitudes of bars are powers of ten up to a limit", "[figures]") {
  RowMatrix<std::uint32_t> marks(1, 8);
  marks << 1, 9, 10, 99, 0, 100, 100000, 5000000;
  const auto bars = join_marks(marks, 3);
  REQUIRE(bars.size() == 4);
  CHECK((bars[0].first == 0 && bars[0].last == 1 && bars[0].magnitude == 0 && bars[0].sets == 10));
  CHECK((bars[1].first == 2 && bars[1].last == 3 && bars[1].magnitude == 1 && bars[1].sets == 109));
  CHECK((bars[2].first == 5 && bars[2].last == 5 && bars[2].magnitude == 2));
  CHECK((bars[3].first == 6 && bars[3].last == 7 && bars[3].magnitude == 3 && bars[3].sets == 5100000));
}

TEST_CASE("Of the points in one cell only the first is kept", "[figures]") {
  RandomStream random(2, "spots");
  std::vector<double> x, y;
  for (int i = 0; i < 3000; ++i) x.push_back(random.uniform(-5, 5)), y.push_back(random.uniform(-5, 5));
  x[7] = std::numeric_limits<double>::quiet_NaN();
  y[9] = std::numeric_limits<double>::infinity();
  const double spot = 0.4;
  std::map<std::pair<double, double>, std::size_t> first;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isfinite(x[i]) && std::isfinite(y[i]))
      first.insert({{std::floor(x[i] / spot), std::floor(y[i] / spot)}, i});
  }
  std::set<std::size_t> expected;
  for (const auto& [cell, i] : first) expected.insert(i);
  const auto kept = first_in_each_cell(x, y, spot);
  CHECK(std::is_sorted(kept.begin(), kept.end()));
  CHECK(std::set(kept.begin(), kept.end()) == expected);
}

TEST_CASE("A thinned curve keeps its ends and the extremes of each part", "[figures]") {
  RandomStream random(3, "curve");
  std::vector<double> values(5000);
  for (auto& v : values) v = random.uniform();
  values[17] = not_a_number;
  for (const bool logarithmic : {false, true}) {
    const int columns = 50;
    const auto kept = thin_curve(values, columns, logarithmic);
    CHECK(kept.size() <= 4u * columns);
    CHECK(kept.front() == 0);
    CHECK(kept.back() == values.size() - 1);
    CHECK(std::is_sorted(kept.begin(), kept.end()));
    std::map<int, std::pair<double, double>> all, thinned;  // least and greatest of each part
    const auto note = [&](auto& parts, std::size_t i) {
      const double place =
          logarithmic ? std::log(static_cast<double>(i + 1)) / std::log(5000.0) : static_cast<double>(i + 1) / 5000;
      auto [part, fresh] = parts.insert({std::min(static_cast<int>(place * columns), columns - 1), {1, 0}});
      part->second.first = std::min(part->second.first, values[i]);
      part->second.second = std::max(part->second.second, values[i]);
    };
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isnan(values[i])) note(all, i);
    }
    for (const auto i : kept) note(thinned, i);
    CHECK(all == thinned);
  }
  const std::vector<double> short_curve{0.5, 0.6, 0.7};
  CHECK(thin_curve(short_curve, 400, true).size() == 3);
  CHECK(thin_curve(std::vector<double>{}, 400, true).empty());
}
