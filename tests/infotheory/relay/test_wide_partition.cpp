// Relay information of more than 32 units: against the narrow search of the same units, and against the definition on
// states as texts.
#include <cmath>
#include <map>
#include <string>
#include <tuple>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/relay.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/greedy_paths.hpp"
#include "tests/infotheory/relay/random_tables.hpp"
#include "tests/infotheory/relay/wide_tables.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

/// The same samples with 33 more units that are always 0.
StateTable widened(const StateSamples& narrow) {
  UnitStates states(narrow.states.size(), narrow.units + 33);
  for (std::size_t i = 0; i < narrow.states.size(); ++i) {
    for (int k = 0; k < narrow.units; ++k) {
      if ((narrow.states[i] >> k & 1u) != 0) states.set(i, k);
    }
  }
  return {states, narrow.input, narrow.output, numbered_contrasts(narrow.classes)};
}

/// Constant units change nothing, and a tie is won by the lower unit: without them, the path is that of the others.
void check_same_as_narrow(const StateSamples& samples) {
  const StateTable narrow = samples.table(), wide = widened(samples);
  const GreedyRelay expected = greedy_relay(narrow), found = greedy_relay(wide);
  for (Eigen::Index c = 0; c < samples.classes; ++c) {
    Eigen::Index next = 0;
    for (Eigen::Index step = 0; step < wide.unit_count(); ++step) {
      if (found.removal_order(c, step) >= samples.units) continue;
      REQUIRE(found.removal_order(c, step) == expected.removal_order(c, next));
      REQUIRE(found.information(c, step) == expected.information(c, next));
      ++next;
    }
    CHECK(next == samples.units);
  }
  CHECK(total_relay_information_bits(wide) == total_relay_information_bits(narrow));
  const RowMatrix<double> loss = single_neuron_loss_bits(wide);
  CHECK(loss.leftCols(samples.units) == single_neuron_loss_bits(narrow));
  CHECK(loss.rightCols(33).isZero(0));
}

/// I(X_in; X_out | Y_given) in bits, counted over texts; `given` holds the units.
double naive_conditional_information(const WideSamples& samples, int cls, const std::vector<int>& given) {
  std::map<std::string, std::array<double, 4>> cells;
  for (std::size_t i = 0; i < samples.input.size(); ++i) {
    const std::string state = samples.text(i);
    std::string seen;
    for (const int k : given) seen += state[static_cast<std::size_t>(k)];
    ++cells[seen][static_cast<std::size_t>(2 * (samples.input[i] == cls) + (samples.output[i] == cls))];
  }
  double sum = 0;
  for (const auto& [seen, counts] : cells) {
    const double n = counts[0] + counts[1] + counts[2] + counts[3];
    for (std::size_t in = 0; in < 2; ++in) {
      for (std::size_t out = 0; out < 2; ++out) {
        const double joint = counts[2 * in + out];
        const double a = counts[2 * in] + counts[2 * in + 1], b = counts[out] + counts[2 + out];
        if (joint > 0) sum += joint * std::log2(joint * n / (a * b));
      }
    }
  }
  return sum / static_cast<double>(samples.input.size());
}

}  // namespace

TEST_CASE("The greedy search of many units agrees with that of up to 32", "[wide][relay]") {
  const int neurons = GENERATE(1, 2, 7, 20, 31, 32);
  const std::size_t n = GENERATE(std::size_t{1}, std::size_t{40}, std::size_t{3000});
  const int classes = GENERATE(1, 4);
  check_same_as_narrow(
      random_samples(n, neurons, classes, RandomStream(21, "wide").child(static_cast<std::uint64_t>(neurons))));
}

TEST_CASE("The greedy searches agree if many samples share few states", "[wide][relay]") {
  check_same_as_narrow(random_samples(70'000, 6, 3, RandomStream(22, "wide")));
}

TEST_CASE("The greedy search of many units follows the definition, ties to the lowest unit", "[wide][relay]") {
  const auto [neurons, n] = GENERATE(table<int, std::size_t>({{33, 40}, {64, 60}, {70, 200}}));
  const WideSamples samples = random_wide_samples(n, neurons, 3, RandomStream(23, "wide"));
  const std::vector<int> classes{2, 0};
  const GreedyRelay greedy = greedy_relay(samples.table(), classes);
  for (Eigen::Index row = 0; row < 2; ++row) {
    const int cls = classes[static_cast<std::size_t>(row)];
    check_greedy_path(greedy, row, 1e-11, [&](const std::vector<int>& given) {
      return naive_conditional_information(samples, cls, given);
    });
  }
}

TEST_CASE("Total and single loss of many units follow the definition", "[wide][relay]") {
  const WideSamples samples = random_wide_samples(150, 67, 3, RandomStream(24, "wide"));
  const std::vector<int> classes = counting(3);
  const std::vector<double> total = total_relay_information_bits(samples.table(), classes);
  const RowMatrix<double> single = single_neuron_loss_bits(samples.table(), classes);
  for (int c = 0; c < 3; ++c) {
    const double none = naive_conditional_information(samples, c, {});
    const double all = naive_conditional_information(samples, c, counting(67));
    CHECK(total[static_cast<std::size_t>(c)] == Approx(none - all).margin(1e-11));
    for (int k = 0; k < 67; ++k) {
      CHECK(single(c, k) == Approx(none - naive_conditional_information(samples, c, {k})).margin(1e-11));
    }
  }
}

TEST_CASE("Constant and duplicate units have no single-unit loss", "[wide][relay]") {
  // Units that never vary lose nothing, so the lowest of them is removed first; of two equal ones the first loses
  // nothing.
  const WideSamples samples = random_wide_samples(2000, 100, 3, RandomStream(25, "wide"));
  const std::vector<int> classes{1};
  const GreedyRelay greedy = greedy_relay(samples.table(), classes);
  const std::vector<double> total = total_relay_information_bits(samples.table(), classes);
  const RowMatrix<double> single = single_neuron_loss_bits(samples.table(), classes);
  for (int k = 6; k < 100; k += 7) CHECK(single(0, k) == 0);
  CHECK(single(0, 5) == single(0, 0));
  CHECK(greedy.information(0, 99) == 0);
  const UnitStates constant(50, 200);
  const std::vector<Symbol> input(50, 1);
  std::vector<Symbol> output(50, 1);
  output[7] = 0;
  const GreedyRelay nothing = greedy_relay(StateTable(constant, input, output, numbered_contrasts(2)), classes);
  for (int k = 0; k < 200; ++k) {
    CHECK(nothing.removal_order(0, k) == k);
    CHECK(nothing.information(0, k) == 0);
  }
}

TEST_CASE("The one informative unit of many is kept to the end", "[wide][relay]") {
  // Unit 77 is the input and the output; the others are noise that is the same for both classes.
  UnitStates states(64, 90);
  std::vector<Symbol> labels;
  for (std::size_t i = 0; i < 64; ++i) {
    labels.push_back(i % 2 == 0 ? 0 : 1);
    for (int k = 0; k < 5; ++k) {
      if ((i / 2 >> k & 1u) != 0) states.set(i, 18 * k);
    }
    if (i % 2 == 1) states.set(i, 77);
  }
  const std::vector<int> classes{0, 1};
  const StateTable table(states, labels, labels, numbered_contrasts(2));
  const GreedyRelay greedy = greedy_relay(table, classes);
  CHECK(total_relay_information_bits(table, classes) == std::vector<double>{1, 1});
  for (Eigen::Index row = 0; row < 2; ++row) {
    CHECK(greedy.removal_order(row, 89) == 77);
    CHECK(greedy.information(row, 88) == 1);
    CHECK(greedy.information(row, 89) == 0);
  }
}

TEST_CASE("The greedy search of many units is the same with any number of threads", "[wide][relay]") {
  const StateTable table = random_wide_samples(3000, 700, 3, RandomStream(26, "wide")).table();
  const std::vector<int> one{1}, three{0, 1, 2};
  const int before = thread_count();
  set_thread_count(1);
  const GreedyRelay alone = greedy_relay(table, one), all = greedy_relay(table, three);
  for (const int threads : {2, 3, 8}) {
    set_thread_count(threads);
    CHECK(greedy_relay(table, one).removal_order == alone.removal_order);
    const GreedyRelay again = greedy_relay(table, three);
    CHECK(again.removal_order == all.removal_order);
    CHECK(again.information == all.information);
  }
  set_thread_count(before);
  CHECK(all.removal_order.row(1) == alone.removal_order.row(0));
  CHECK(all.information.row(1) == alone.information.row(0));
}

TEST_CASE("The greedy search of many units stops when asked to, and names a contrast that is not there",
          "[wide][relay]") {
  const StateTable table = random_wide_samples(200, 80, 2, RandomStream(27, "wide")).table();
  for (const std::vector<int>& classes : {std::vector<int>{0}, std::vector<int>{0, 1}}) {
    StopAfter stop(5);
    CHECK_THROWS_AS(greedy_relay(table, classes, stop), Interrupted);
    StopAfter enough(1000);
    CHECK_NOTHROW(greedy_relay(table, classes, enough));
    CHECK(enough.left == 1000 - 80 * static_cast<int>(classes.size()));
  }
  const std::vector<int> bad{2}, worse{-1};
  CHECK_THROWS_WITH(greedy_relay(table, bad), "relay information: contrast 2, expected [0,2)");
  CHECK_THROWS_WITH(single_neuron_loss_bits(table, worse), "relay information: contrast -1, expected [0,2)");
  CHECK_THROWS_WITH(total_relay_information_bits(table, worse), "relay information: contrast -1, expected [0,2)");
}
