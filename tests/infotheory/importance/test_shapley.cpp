// Exact importance against the definitions.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "infotheory/importance/shapley.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/importance/random_table.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

using Table = std::vector<double>;

double factorial(int n) { return n <= 1 ? 1 : n * factorial(n - 1); }

/// The mean marginal contribution over all permutations.
std::vector<double> shapley_by_permutations(const Table& v, int units) {
  std::vector<std::size_t> order(static_cast<std::size_t>(units));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> sum(order.size());
  do {
    std::size_t set = 0;
    for (const std::size_t unit : order) {
      const std::size_t with = set | std::size_t{1} << unit;
      sum[unit] += v[with] - v[set];
      set = with;
    }
  } while (std::next_permutation(order.begin(), order.end()));
  for (double& value : sum) value /= factorial(units);
  return sum;
}

/// The interaction index by its definition: the pair as one player (Grabisch and Roubens 1999, recursive form):
/// phi of [ij] in the game where they are merged, less phi_i in the game without j, less phi_j in that without i.
double interaction_by_merging(const Table& v, int units, int i, int j) {
  const auto reduced = [&](bool with_i, bool with_j) {
    // Games of the other units and one player, the last, who brings i, j or both.
    Table game(std::size_t{1} << (units - 1));
    for (std::size_t set = 0; set < game.size(); ++set) {
      std::size_t full = 0, position = 0;
      for (int k = 0; k < units; ++k) {
        if (k == i || k == j) continue;
        if ((set >> position & 1u) != 0) full |= std::size_t{1} << k;
        ++position;
      }
      if ((set >> position & 1u) != 0) {
        if (with_i) full |= std::size_t{1} << i;
        if (with_j) full |= std::size_t{1} << j;
      }
      game[set] = v[full];
    }
    return shapley_by_permutations(game, units - 1).back();
  };
  return reduced(true, true) - reduced(true, false) - reduced(false, true);
}

/// Sums over all sets, term by term.
ExactImportance brute_force(const Table& v, int units) {
  ExactImportance result{std::vector<double>(static_cast<std::size_t>(units)), RowMatrix<double>::Zero(units, units),
                         RowMatrix<double>::Zero(units, units)};
  const std::size_t all = v.size() - 1;
  for (int i = 0; i < units; ++i) {
    const std::size_t a = std::size_t{1} << i;
    for (std::size_t set = 0; set < v.size(); ++set) {
      const int s = std::popcount(set);
      if ((set & a) != 0) continue;
      result.shapley[static_cast<std::size_t>(i)] +=
          factorial(s) * factorial(units - s - 1) / factorial(units) * (v[set | a] - v[set]);
      for (int j = 0; j < units; ++j) {
        const std::size_t b = std::size_t{1} << j;
        if (j == i || (set & b) != 0) continue;
        result.interaction(i, j) += factorial(s) * factorial(units - s - 2) / factorial(units - 1) *
                                    (v[set | a | b] - v[set | a] - v[set | b] + v[set]);
      }
    }
    for (int j = 0; j < units; ++j) {
      const std::size_t b = std::size_t{1} << j;
      if (i != j) result.lesion(i, j) = v[all] - v[all & ~a] - v[all & ~b] + v[all & ~a & ~b];
    }
  }
  return result;
}

double difference(const ExactImportance& x, const ExactImportance& y) {
  double most =
      std::max((x.interaction - y.interaction).cwiseAbs().maxCoeff(), (x.lesion - y.lesion).cwiseAbs().maxCoeff());
  for (std::size_t i = 0; i < x.shapley.size(); ++i) most = std::max(most, std::abs(x.shapley[i] - y.shapley[i]));
  return most;
}

ExactImportance of(const Table& table, IndexMeaning meaning = IndexMeaning::present) {
  return exact_importance(std::span<const double>(table), meaning);
}

bool same_bits(const ExactImportance& x, const ExactImportance& y) {
  return x.shapley == y.shapley && x.interaction == y.interaction && x.lesion == y.lesion;
}

}  // namespace

TEST_CASE("Shapley values are means over all permutations", "[importance]") {
  const int units = GENERATE(1, 2, 3, 6);
  const Table table = random_table(units, RandomStream(1, "permutations"));
  const std::vector<double> expected = shapley_by_permutations(table, units);
  const ExactImportance found = of(table);
  REQUIRE(found.shapley.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(found.shapley[i] == Approx(expected[i]).margin(1e-13));
}

TEST_CASE("Interactions are those of merged units", "[importance]") {
  const int units = GENERATE(2, 3, 6);
  const Table table = random_table(units, RandomStream(2, "merging"));
  const ExactImportance found = of(table);
  for (int i = 0; i < units; ++i) {
    CHECK(found.interaction(i, i) == 0);
    for (int j = 0; j < i; ++j) {
      CHECK(found.interaction(i, j) == Approx(interaction_by_merging(table, units, i, j)).margin(1e-13));
      CHECK(found.interaction(i, j) == found.interaction(j, i));
    }
  }
}

TEST_CASE("Importance agrees with sums over all sets", "[importance]") {
  const int units = GENERATE(1, 2, 5, 10, 13, 14);  // one block, and several
  const Table table = random_table(units, RandomStream(3, "sums").child(static_cast<std::uint64_t>(units)));
  CHECK(difference(of(table), brute_force(table, units)) < 1e-12);
  const std::vector<float> rounded(table.begin(), table.end());
  const Table widened(rounded.begin(), rounded.end());
  CHECK(same_bits(exact_importance(std::span<const float>(rounded), IndexMeaning::present), of(widened)));
}

TEST_CASE("Importance of a table indexed by what is knocked out is that of the complements", "[importance]") {
  const int units = GENERATE(1, 2, 7, 13);
  const Table table = random_table(units, RandomStream(4, "complement"));
  const Table complements(table.rbegin(), table.rend());
  CHECK(difference(of(table, IndexMeaning::knocked_out), of(complements)) < 1e-13);
}

TEST_CASE("Shapley values are efficient, symmetric, linear and 0 for units that do nothing", "[importance]") {
  const int units = 9;
  Table table = random_table(units, RandomStream(5, "axioms"));
  const auto all = table.size() - 1;
  const ExactImportance first = of(table);
  double sum = 0;
  for (const double value : first.shapley) sum += value;
  CHECK(sum == Approx(table[all] - table[0]).margin(1e-13));

  const Table other = random_table(units, RandomStream(5, "other"));
  const ExactImportance second = of(other);
  Table mixed = table;
  for (std::size_t set = 0; set < mixed.size(); ++set) mixed[set] = 2 * table[set] - 3 * other[set];
  const ExactImportance of_mixed = of(mixed);
  for (std::size_t i = 0; i < 9; ++i)
    CHECK(of_mixed.shapley[i] == Approx(2 * first.shapley[i] - 3 * second.shapley[i]).margin(1e-13));
  CHECK((of_mixed.interaction - 2 * first.interaction + 3 * second.interaction).cwiseAbs().maxCoeff() < 1e-12);

  // Unit 4 adds 0.25 to every set: a value of its own, and no interaction. Units 2 and 7 are exchangeable.
  for (std::size_t set = 0; set < table.size(); ++set) {
    std::size_t core = set & ~std::size_t{1 << 4};
    const bool two = (core & 1 << 2) != 0, seven = (core & 1 << 7) != 0;
    if (two && !seven) core ^= 1 << 2 | 1 << 7;
    table[set] = other[core] + ((set & 1 << 4) != 0 ? 0.25 : 0);
  }
  const ExactImportance special = of(table);
  CHECK(special.shapley[4] == Approx(0.25).margin(1e-14));
  CHECK(special.shapley[2] == Approx(special.shapley[7]).margin(1e-14));
  CHECK(special.interaction.row(4).cwiseAbs().maxCoeff() < 1e-13);
  for (const int k : {0, 1, 3, 5, 6, 8})
    CHECK(special.interaction(2, k) == Approx(special.interaction(7, k)).margin(1e-13));
}

TEST_CASE("Importance in known games has its analytic value", "[importance]") {
  // Both of units 0 and 1 are needed; unit 2 is worth 1.
  Table both(8);
  for (std::size_t set = 0; set < 8; ++set) both[set] = ((set & 3) == 3 ? 1 : 0) + ((set & 4) != 0 ? 1 : 0);
  const ExactImportance found = of(both);
  CHECK(found.shapley[0] == Approx(0.5));
  CHECK(found.shapley[1] == Approx(0.5));
  CHECK(found.shapley[2] == Approx(1));
  CHECK(found.interaction(0, 1) == Approx(1));
  CHECK(found.lesion(0, 1) == 1);
  CHECK(found.interaction(0, 2) == Approx(0).margin(1e-15));
  // Either is enough: they replace each other.
  Table either(4, 1);
  either[0] = 0;
  CHECK(of(either).shapley == std::vector<double>{0.5, 0.5});
  CHECK(of(either).interaction(0, 1) == -1);
  CHECK(of(either).lesion(0, 1) == -1);
}

TEST_CASE("Importance gives the same bits for any number of threads", "[importance]") {
  const Table table = random_table(16, RandomStream(6, "threads"));
  set_thread_count(1);
  const ExactImportance expected = of(table);
  for (const int threads : {2, 5}) {
    set_thread_count(threads);
    CHECK(same_bits(of(table), expected));
  }
}

TEST_CASE("Importance names tables that it cannot take", "[importance]") {
  CHECK_THROWS_WITH(of(Table(6)), "importance: 6 values, expected 2^K for a number of units K in [1,24]");
  CHECK_THROWS_AS(of(Table{}), UsageError);
  CHECK_THROWS_AS(of(Table{1}), UsageError);
  Table table(32, 1);
  table[19] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(of(table), "importance: the value of set 0x13 is nan, expected a finite number");
  table[19] = 1;
  table[31] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(of(table), DataError);
}
