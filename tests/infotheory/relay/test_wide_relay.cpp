// Relay information of wide layers: against the narrow search where both are possible, and against the definition on
// states as texts.
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <tuple>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/relay/wide_relay.hpp"
#include "random_tables.hpp"
#include "tests/catch2.hpp"
#include "wide_tables.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

std::vector<int> all_classes(int classes) {
  std::vector<int> numbers(static_cast<std::size_t>(classes));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

WideSamples widened(const Samples& narrow) {
  WideSamples wide{BitStates(narrow.states.size(), narrow.neurons), narrow.labels, narrow.predictions, narrow.classes};
  for (std::size_t i = 0; i < narrow.states.size(); ++i) {
    for (int k = 0; k < narrow.neurons; ++k) {
      if ((narrow.states[i] >> k & 1u) != 0) wide.states.set(i, k);
    }
  }
  return wide;
}

void check_same_as_narrow(const Samples& samples) {
  const StateTable narrow = samples.table();
  const BitStateTable wide = widened(samples).table();
  const std::vector<int> classes = all_classes(samples.classes);
  const GreedyRelay expected = greedy_relay(narrow), found = wide_greedy_relay(wide, classes);
  CHECK(found.removal_order == expected.removal_order);
  CHECK(found.information == expected.information);
  const WideRelay relay = wide_relay_information(wide, classes);
  CHECK(relay.all == total_relay_information_bits(narrow));
  CHECK(relay.single == single_neuron_loss_bits(narrow));
}

/// I(X_in; X_out | Y_given) in bits, counted over texts; `given` holds the neurons.
double naive_conditional_information(const WideSamples& samples, int cls, const std::vector<int>& given) {
  std::map<std::string, std::array<double, 4>> cells;
  for (std::size_t i = 0; i < samples.labels.size(); ++i) {
    const std::string state = samples.text(i);
    std::string seen;
    for (const int k : given) seen += state[static_cast<std::size_t>(k)];
    ++cells[seen][static_cast<std::size_t>(2 * (samples.labels[i] == cls) + (samples.predictions[i] == cls))];
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
  return sum / static_cast<double>(samples.labels.size());
}

/// Checks every step of a greedy path: its information is that of the definition, no other neuron would leave more
/// (beyond rounding), and none before it in the order of numbers as much.
void check_greedy_path(const WideSamples& samples, int cls, const GreedyRelay& greedy, Eigen::Index row) {
  constexpr double rounding = 1e-11;
  const int neurons = samples.states.neuron_count();
  std::vector<int> left = all_classes(neurons);
  std::vector<int> given;
  const double given_all = naive_conditional_information(samples, cls, left);
  for (int step = 0; step < neurons; ++step) {
    const int removed = greedy.removal_order(row, step);
    const double information = greedy.information(row, step);
    REQUIRE(std::count(left.begin(), left.end(), removed) == 1);
    for (const int k : left) {
      std::vector<int> with = given;
      with.push_back(k);
      const double would_leave = naive_conditional_information(samples, cls, with) - given_all;
      if (k == removed) {
        REQUIRE(information == Approx(would_leave).margin(rounding));
      } else if (k < removed) {
        REQUIRE(would_leave < information - rounding);
      } else {
        REQUIRE(would_leave <= information + rounding);
      }
    }
    given.push_back(removed);
    left.erase(std::find(left.begin(), left.end(), removed));
  }
  REQUIRE(greedy.information(row, neurons - 1) == 0);
}

/// Asks to stop after `reports` reports.
struct StopAfter : Progress {
  explicit StopAfter(int reports) : left(reports) {}
  void report(std::uint64_t, std::uint64_t) override { --left; }
  bool stop_requested() const override { return left <= 0; }
  std::atomic<int> left;
};

}  // namespace

TEST_CASE("Wide greedy search is the narrow one where both are possible", "[wide][relay]") {
  const int neurons = GENERATE(1, 2, 7, 20, 31, 32);
  const std::size_t n = GENERATE(std::size_t{1}, std::size_t{40}, std::size_t{3000});
  const int classes = GENERATE(1, 4);
  check_same_as_narrow(
      random_samples(n, neurons, classes, RandomStream(21, "wide").child(static_cast<std::uint64_t>(neurons))));
}

TEST_CASE("Wide greedy search is the narrow one where many samples share few states", "[wide][relay]") {
  check_same_as_narrow(random_samples(70'000, 6, 3, RandomStream(22, "wide")));
}

TEST_CASE("Wide greedy search follows the definition, ties to the lowest neuron", "[wide][relay]") {
  const auto [neurons, n] = GENERATE(table<int, std::size_t>({{33, 40}, {64, 60}, {70, 200}}));
  const WideSamples samples = random_wide_samples(n, neurons, 3, RandomStream(23, "wide"));
  const std::vector<int> classes{2, 0};
  const GreedyRelay greedy = wide_greedy_relay(samples.table(), classes);
  for (Eigen::Index row = 0; row < 2; ++row)
    check_greedy_path(samples, classes[static_cast<std::size_t>(row)], greedy, row);
}

TEST_CASE("Wide layers: all neurons and single ones follow the definition", "[wide][relay]") {
  const WideSamples samples = random_wide_samples(150, 67, 3, RandomStream(24, "wide"));
  const std::vector<int> classes = all_classes(3);
  const WideRelay relay = wide_relay_information(samples.table(), classes);
  for (int c = 0; c < 3; ++c) {
    const double none = naive_conditional_information(samples, c, {});
    const double all = naive_conditional_information(samples, c, all_classes(67));
    CHECK(relay.all[static_cast<std::size_t>(c)] == Approx(none - all).margin(1e-11));
    for (int k = 0; k < 67; ++k) {
      CHECK(relay.single(c, k) == Approx(none - naive_conditional_information(samples, c, {k})).margin(1e-11));
    }
  }
}

TEST_CASE("Constant and equal neurons of a wide layer are no loss", "[wide][relay]") {
  // Neurons that never vary lose nothing, so the lowest of them goes first; of two equal ones the second loses nothing
  // once the first is gone.
  const WideSamples samples = random_wide_samples(2000, 100, 3, RandomStream(25, "wide"));
  const std::vector<int> classes{1};
  const GreedyRelay greedy = wide_greedy_relay(samples.table(), classes);
  const WideRelay relay = wide_relay_information(samples.table(), classes);
  for (int k = 6; k < 100; k += 7) CHECK(relay.single(0, k) == 0);
  CHECK(relay.single(0, 5) == relay.single(0, 0));
  CHECK(greedy.information(0, 99) == 0);
  const BitStates constant(50, 200);
  const std::vector<std::uint8_t> labels(50, 1);
  std::vector<std::uint8_t> predictions(50, 1);
  predictions[7] = 0;
  const GreedyRelay nothing = wide_greedy_relay(BitStateTable(constant, labels, predictions, 2), classes);
  for (int k = 0; k < 200; ++k) {
    CHECK(nothing.removal_order(0, k) == k);
    CHECK(nothing.information(0, k) == 0);
  }
}

TEST_CASE("A wide layer with one telling neuron keeps it to the end", "[wide][relay]") {
  // Neuron 77 is the class and the prediction; the others are noise that is the same for all samples of a class.
  BitStates states(64, 90);
  std::vector<std::uint8_t> labels;
  for (std::size_t i = 0; i < 64; ++i) {
    labels.push_back(i % 2 == 0 ? 0 : 1);
    for (int k = 0; k < 5; ++k) {
      if ((i / 2 >> k & 1u) != 0) states.set(i, 18 * k);
    }
    if (i % 2 == 1) states.set(i, 77);
  }
  const std::vector<int> classes{0, 1};
  const BitStateTable table(states, labels, labels, 2);
  const GreedyRelay greedy = wide_greedy_relay(table, classes);
  CHECK(wide_relay_information(table, classes).all == std::vector<double>{1, 1});
  for (Eigen::Index row = 0; row < 2; ++row) {
    CHECK(greedy.removal_order(row, 89) == 77);
    CHECK(greedy.information(row, 88) == 1);
    CHECK(greedy.information(row, 89) == 0);
  }
}

TEST_CASE("Wide greedy search is the same with any number of threads", "[wide][relay]") {
  const BitStateTable table = random_wide_samples(3000, 700, 3, RandomStream(26, "wide")).table();
  const std::vector<int> one{1}, three{0, 1, 2};
  const int before = thread_count();
  set_thread_count(1);
  const GreedyRelay alone = wide_greedy_relay(table, one), all = wide_greedy_relay(table, three);
  for (const int threads : {2, 3, 8}) {
    set_thread_count(threads);
    CHECK(wide_greedy_relay(table, one).removal_order == alone.removal_order);
    const GreedyRelay again = wide_greedy_relay(table, three);
    CHECK(again.removal_order == all.removal_order);
    CHECK(again.information == all.information);
  }
  set_thread_count(before);
  CHECK(all.removal_order.row(1) == alone.removal_order.row(0));
  CHECK(all.information.row(1) == alone.information.row(0));
}

TEST_CASE("Wide greedy search stops when asked to, and names a class that is not there", "[wide][relay]") {
  const BitStateTable table = random_wide_samples(200, 80, 2, RandomStream(27, "wide")).table();
  for (const std::vector<int>& classes : {std::vector<int>{0}, std::vector<int>{0, 1}}) {
    StopAfter stop(5);
    CHECK_THROWS_AS(wide_greedy_relay(table, classes, stop), Interrupted);
    StopAfter enough(1000);
    CHECK_NOTHROW(wide_greedy_relay(table, classes, enough));
    CHECK(enough.left == 1000 - 80 * static_cast<int>(classes.size()));
  }
  const std::vector<int> bad{2}, worse{-1};
  CHECK_THROWS_WITH(wide_greedy_relay(table, bad), "relay information: class 2, expected [0,2)");
  CHECK_THROWS_WITH(wide_relay_information(table, worse), "relay information: class -1, expected [0,2)");
}
