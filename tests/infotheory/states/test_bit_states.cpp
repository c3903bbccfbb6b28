// Packed states of wide layers, and their distinct rows.
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "core/error.hpp"
#include "infotheory/information/entropy.hpp"
#include "infotheory/states/bit_states.hpp"
#include "infotheory/states/discretize.hpp"
#include "tests/catch2.hpp"
#include "wide_tables.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

RowMatrix<float> random_activations(Eigen::Index samples, Eigen::Index neurons, RandomStream random) {
  RowMatrix<float> activations(samples, neurons);
  for (float& value : activations.reshaped()) value = static_cast<float>(random.uniform(-1, 1));
  return activations;
}

}  // namespace

TEST_CASE("A wide state has the bits of binarize()", "[wide]") {
  const int neurons = GENERATE(1, 20, 32);
  const RowMatrix<float> activations = random_activations(50, neurons, RandomStream(1, "wide"));
  const std::vector<double> thresholds = binarization_thresholds(activations);
  const BitStates wide = bit_states(activations, thresholds);
  const std::vector<StateWord> narrow = binarize(activations, thresholds);
  REQUIRE(wide.words_per_sample() == 1);
  for (std::size_t sample = 0; sample < narrow.size(); ++sample) CHECK(wide.row(sample)[0] == narrow[sample]);
}

TEST_CASE("Bits of any neuron are where the activation is above the threshold", "[wide]") {
  const int neurons = GENERATE(33, 64, 65, 130);
  const RowMatrix<float> activations = random_activations(7, neurons, RandomStream(2, "wide"));
  std::vector<double> thresholds(static_cast<std::size_t>(neurons), 0.25);
  thresholds.back() = -0.5;
  const BitStates states = bit_states(activations, thresholds);
  for (std::size_t sample = 0; sample < 7; ++sample) {
    for (int k = 0; k < neurons; ++k) {
      const float activation = activations(static_cast<Eigen::Index>(sample), k);
      CHECK(states.bit(sample, k) == (activation > thresholds[static_cast<std::size_t>(k)]));
    }
  }
}

TEST_CASE("Packed bytes hold bit k % 8 of byte k / 8 for neuron k, and are read back", "[wide]") {
  const int neurons = GENERATE(33, 64, 71);
  const BitStates states = random_wide_samples(20, neurons, 2, RandomStream(3, "wide")).states;
  const RowMatrix<std::uint8_t> bytes = states.to_bytes();
  REQUIRE(bytes.cols() == (neurons + 7) / 8);
  for (Eigen::Index sample = 0; sample < 20; ++sample) {
    for (int k = 0; k < neurons; ++k) {
      CHECK((bytes(sample, k / 8) >> k % 8 & 1) == states.bit(static_cast<std::size_t>(sample), k));
    }
  }
  CHECK(BitStates::from_bytes(bytes, neurons) == states);
}

TEST_CASE("Bytes that are no states of so many neurons are refused", "[wide]") {
  RowMatrix<std::uint8_t> bytes = RowMatrix<std::uint8_t>::Zero(2, 5);
  CHECK_NOTHROW(BitStates::from_bytes(bytes, 33));
  CHECK_THROWS_WITH(BitStates::from_bytes(bytes, 41), "hidden states: 5 bytes a sample, expected 6 for 41 neurons");
  bytes(1, 4) = 2;
  CHECK_NOTHROW(BitStates::from_bytes(bytes, 34));
  CHECK_THROWS_WITH(BitStates::from_bytes(bytes, 33),
                    "hidden states: sample 1 has a bit at or above neuron 33, expected 0 there");
}

TEST_CASE("The table of a wide layer holds its distinct rows and their counts", "[wide]") {
  const int neurons = GENERATE(3, 66);
  const WideSamples samples = random_wide_samples(300, neurons, 3, RandomStream(4, "wide"));
  const BitStateTable table = samples.table();
  std::map<std::string, std::uint32_t> count;
  std::map<std::pair<std::string, int>, ClassCounts> of_class;
  for (std::size_t i = 0; i < 300; ++i) {
    const std::string state = samples.text(i);
    ++count[state];
    for (int c = 0; c < 3; ++c) {
      ClassCounts& counts = of_class[{state, c}];
      counts.label += samples.labels[i] == c;
      counts.prediction += samples.predictions[i] == c;
      counts.both += samples.labels[i] == c && samples.predictions[i] == c;
    }
  }
  REQUIRE(table.size() == count.size());
  CHECK(table.sample_count() == 300);
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string state = text_of(table.rows(), row);
    REQUIRE(table.counts()[row] == count.at(state));
    for (int c = 0; c < 3; ++c) {
      const ClassCounts found = table.class_counts(c)[row], expected = of_class.at({state, c});
      CHECK(found.label == expected.label);
      CHECK(found.prediction == expected.prediction);
      CHECK(found.both == expected.both);
    }
  }
  std::vector<std::uint64_t> counts;
  for (const auto& [state, times] : count) counts.push_back(times);
  const Occupancy expected = occupancy(counts), found = occupancy(row_counts(samples.states));
  CHECK(found.samples == expected.samples);
  CHECK(found.occupied == expected.occupied);
  CHECK(found.singleton_fraction == expected.singleton_fraction);
  CHECK(found.entropy_bits == Approx(expected.entropy_bits).margin(1e-12));
}

TEST_CASE("Wide states and tables name what is wrong", "[wide]") {
  CHECK_THROWS_WITH(BitStates(1, 0), "hidden states: 0 neurons, expected [1,4096]");
  CHECK_THROWS_WITH(BitStates(1, 4097), "hidden states: 4097 neurons, expected [1,4096]");
  CHECK_THROWS_WITH(BitStates(0, 40), "hidden states: 0 samples, expected [1,2^31)");
  RowMatrix<float> activations = RowMatrix<float>::Zero(2, 40);
  std::vector<double> thresholds(39, 0);
  CHECK_THROWS_WITH(bit_states(activations, thresholds), "hidden states: 39 thresholds for 40 neurons; must be equal");
  thresholds.push_back(std::numeric_limits<double>::infinity());
  CHECK_THROWS_AS(bit_states(activations, thresholds), UsageError);
  thresholds.back() = 0;
  activations(1, 39) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(bit_states(activations, thresholds),
                    "hidden states: activation of neuron 39 for sample 1 is nan, expected a finite number");
  const BitStates states(2, 40);
  const std::vector<std::uint8_t> good{0, 1}, bad{0, 2}, few{0};
  CHECK_THROWS_WITH(BitStateTable(states, bad, good, 2), "state table: sample 1 has label 2, expected [0,2)");
  CHECK_THROWS_WITH(BitStateTable(states, good, bad, 2), "state table: sample 1 has prediction 2, expected [0,2)");
  CHECK_THROWS_WITH(BitStateTable(states, few, good, 2),
                    "state table: 2 states with 1 labels and 2 predictions, expected as many of each");
  CHECK_THROWS_WITH(BitStateTable(states, good, good, 257), "state table: 257 classes, expected [1,256]");
}
