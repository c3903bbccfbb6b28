// Every kind of stage ends soon after it is asked to, wherever it is by then, and goes on to the same result.
#include <atomic>
#include <optional>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "experiments/measures/analysis.hpp"
#include "experiments/reports/draw_figures.hpp"
#include "experiments/sources/training.hpp"
#include "infotheory/relay/relay.hpp"
#include "nn/data/digits.hpp"
#include "tests/catch2.hpp"
#include "tests/contrasts.hpp"
#include "tests/experiments/run/program.hpp"
#include "tests/set_scans.hpp"

namespace inforelay {
namespace {

namespace fs = std::filesystem;

constexpr int classes = 3, inputs = 16;

// Asks to stop from its n-th question on.
struct StopAtQuestion : Progress {
  explicit StopAtQuestion(int n) : left(n) {}
  bool stop_requested() const override { return --left <= 0; }
  mutable std::atomic<int> left;
};

// Images of three classes that a small network can learn to tell.
Dataset images(int samples, std::uint64_t seed) {
  RandomStream random(seed, "images");
  RowMatrix<std::uint8_t> pixels(samples, inputs);
  std::vector<Symbol> labels;
  for (int n = 0; n < samples; ++n) {
    labels.push_back(static_cast<Symbol>(n % classes));
    for (int i = 0; i < inputs; ++i) {
      pixels(n, i) = static_cast<std::uint8_t>(random.below(120) + (i % classes == n % classes ? 90 : 0));
    }
  }
  return {std::move(pixels), std::move(labels), classes};
}

const DataPair data{images(240, 1), images(120, 2), "test", "test", "test"};

NetworkConfig whole_network() {
  NetworkConfig network;
  network.layers = {inputs, 7, classes};
  network.train = TrainingOptions{};
  network.train->batch_size = 40;
  network.train->max_epochs = 7;
  return network;
}

NetworkConfig composite_network() {
  NetworkConfig network;
  network.detectors = DetectorsConfig{};
  DetectorsConfig& detectors = *network.detectors;
  detectors.hidden = 2;
  detectors.positives = detectors.negatives = 50;
  detectors.test_negatives = 30;
  detectors.max_epochs = 150;
  detectors.stop_accuracy = 1;
  detectors.restarts = 1;
  detectors.keep_best = true;
  return network;
}

// A stage with its files in a folder of its own.
struct Stage {
  StageStore files() {
    return {folder.path(), "stage", {"run", "basis"}, {.seconds = 0}, {.warn = [](const std::string& text) {
              FAIL(text);
            }}};
  }
  test::TemporaryFolder folder;
};

// Starts `compute` again and again, each start interrupted a little later than the one before, until one ends; that
// must have the result of a start that was not interrupted. Returns how often it was interrupted.
template <class Compute, class Same>
int check_interruptions(Compute&& compute, Same&& same) {
  Stage whole, parts;
  StageStore undisturbed = whole.files();
  const auto expected = compute(undisturbed, Progress::none());
  for (int interruptions = 0;; ++interruptions) {
    REQUIRE(interruptions < 500);
    StopAtQuestion stop(1 + interruptions);
    StageStore files = parts.files();
    std::optional<std::decay_t<decltype(expected)>> result;
    try {
      result = compute(files, stop);
    } catch (const Interrupted&) {
      continue;
    }
    CHECK(same(*result, expected));
    CHECK(stop.left > 0);  // who was asked to stop does
    return interruptions;
  }
}

bool same_network(const Mlp& a, const Mlp& b) {
  if (a.layers.size() != b.layers.size()) return false;
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    if (a.layers[l].weight != b.layers[l].weight || a.layers[l].bias != b.layers[l].bias) return false;
  }
  return true;
}

bool same_model(const ModelResult& a, const ModelResult& b) {
  bool same = same_network(a.network, b.network) && a.reached == b.reached && a.curve.loss == b.curve.loss &&
              a.curve.accuracy_test == b.curve.accuracy_test && a.detectors.size() == b.detectors.size();
  for (std::size_t c = 0; same && c < a.detectors.size(); ++c) {
    same = a.detectors[c].accuracy_train == b.detectors[c].accuracy_train &&
           a.detectors[c].accuracy_test == b.detectors[c].accuracy_test;
  }
  return same;
}

// `deep`: with a layer after the analysed one.
Mlp some_network(int neurons, bool deep) {
  RandomStream random(3, "network");
  const std::vector<int> shallow_widths{inputs, neurons, classes}, deep_widths{inputs, neurons, 4, classes};
  return make_mlp(deep ? deep_widths : shallow_widths, Activation::tanh, Activation::tanh, random);
}

StatesResult states_of(const Mlp& network, Progress& progress = Progress::none()) {
  return compute_states("network", network, data.test, {}, RandomStream(4, "states"), progress);
}

}  // namespace

TEST_CASE("Training of a network can be interrupted at any question", "[interrupt]") {
  const NetworkConfig config = whole_network();
  const int interruptions = check_interruptions(
      [&](StageStore& files, Progress& progress) {
        return make_model(config, data, RandomStream(5, "training"), files, progress);
      },
      same_model);
  CHECK(interruptions > 7);
}

TEST_CASE("Training of detectors can be interrupted at any question", "[interrupt]") {
  set_thread_count(GENERATE(1, 2));
  const NetworkConfig config = composite_network();
  const int interruptions = check_interruptions(
      [&](StageStore& files, Progress& progress) {
        return make_model(config, data, RandomStream(6, "training"), files, progress);
      },
      same_model);
  CHECK(interruptions > 3);
}

TEST_CASE("Hidden states can be interrupted", "[interrupt]") {
  const Mlp network = some_network(7, false);
  const int interruptions = check_interruptions(
      [&](StageStore&, Progress& progress) { return states_of(network, progress); },
      [](const StatesResult& a, const StatesResult& b) { return a.hidden == b.hidden && a.state == b.state; });
  CHECK(interruptions >= 7);  // between the neurons that are binarised
}

TEST_CASE("Relay information can be interrupted at any question", "[interrupt]") {
  // One part has 2^14 sets: fewer neurons are one part a class.
  set_thread_count(GENERATE(1, 3));
  const AllSetsTable keep = GENERATE(AllSetsTable::keep, AllSetsTable::discard);
  const StatesResult states = states_of(some_network(7, false));
  RelayConfig config;
  config.branching = true;
  const int interruptions = check_interruptions(
      [&](StageStore& files, Progress& progress) { return compute_relay(states, config, true, keep, files, progress); },
      [](const RelayResult& a, const RelayResult& b) {
        bool same = test::same(a.exhaustive->statistics, b.exhaustive->statistics) &&
                    a.exhaustive->information == b.exhaustive->information &&
                    a.exhaustive->best_set == b.exhaustive->best_set &&
                    a.exhaustive->above_greedy == b.exhaustive->above_greedy &&
                    a.greedy.removal_order == b.greedy.removal_order && a.branching.size() == classes;
        for (std::size_t c = 0; same && c < classes; ++c) {
          same = a.branching[c].sets == b.branching[c].sets && a.branching[c].information == b.branching[c].information;
        }
        return same;
      });
  CHECK(interruptions > 7);
}

TEST_CASE("Tied paths of relay information go on from the step they have come to", "[interrupt]") {
  const StatesResult states = states_of(some_network(7, false));
  RelayConfig config;
  config.branching = true;
  Stage stage;
  StageStore first = stage.files();
  StopAtQuestion soon(5);
  REQUIRE_THROWS_AS(compute_relay(states, config, false, AllSetsTable::keep, first, soon), Interrupted);
  StageStore second = stage.files();
  const RelayResult resumed = compute_relay(states, config, false, AllSetsTable::keep, second, Progress::none());
  const auto predicted = argmax(states.output);
  const std::vector<Symbol> input(states.label.begin(), states.label.end()), output(predicted.begin(), predicted.end());
  const StateTable table(states.state, input, output, test::numbered_contrasts(classes));
  for (int c = 0; c < classes; ++c) {
    const BranchingRelay expected = branching_relay(table, c);
    CHECK(resumed.branching[static_cast<std::size_t>(c)].sets == expected.sets);
    CHECK(resumed.branching[static_cast<std::size_t>(c)].information == expected.information);
  }
}

TEST_CASE("Knockouts can be interrupted at any question", "[interrupt]") {
  const bool deep = GENERATE(false, true);
  const AllSetsTable keep = GENERATE(AllSetsTable::keep, AllSetsTable::discard);
  AnalysisConfig config;
  config.knockout = KnockoutConfig{};
  config.knockout->sets = GENERATE(KnockoutSets::exhaustive, KnockoutSets::single);
  config.knockout->options.method = GENERATE(KnockoutMethod::exact, KnockoutMethod::sampled);
  config.knockout->options.sample_size = 20;
  const Mlp network = some_network(deep ? 6 : 9, deep);
  const StatesResult states = states_of(network);
  const int interruptions = check_interruptions(
      [&](StageStore& files, Progress& progress) {
        return compute_knockout(network, states, config, keep, RandomStream(7, "knockout"), files, progress);
      },
      [](const KnockoutResult& a, const KnockoutResult& b) {
        return a.accuracy == b.accuracy && test::same(a.statistics, b.statistics);
      });
  CHECK(interruptions >= 3);
}

TEST_CASE("Regression and appendix can be interrupted", "[interrupt]") {
  const Mlp network = some_network(7, false);
  const StatesResult states = states_of(network);
  AnalysisConfig config;
  config.knockout = KnockoutConfig{};
  Stage one, other;
  StageStore files = one.files(), other_files = other.files();
  const RelayResult relay = compute_relay(states, {}, true, AllSetsTable::keep, files, Progress::none());
  const KnockoutResult knockout = compute_knockout(network, states, config, AllSetsTable::keep,
                                                   RandomStream(8, "knockout"), other_files, Progress::none());
  CHECK(check_interruptions(
            [&](StageStore&, Progress& progress) { return compute_regression(relay, knockout, progress); },
            [](const RegressionResult& a, const RegressionResult& b) {
              return a.fits.size() == b.fits.size() && test::identical(a.correlations, b.correlations) &&
                     test::identical(a.fits[0].coefficient, b.fits[0].coefficient);
            }) == classes);
  CHECK(check_interruptions(
            [&](StageStore&, Progress& progress) {
              return compute_appendix(states, states, RandomStream(9, "appendix"), progress);
            },
            [](const AppendixResult& a, const AppendixResult& b) {
              return a.cohesion == b.cohesion && a.component_scores == b.component_scores;
            }) > 50);
}

TEST_CASE("Making data can be interrupted", "[interrupt]") {
  StopAtQuestion soon(2);
  CHECK_THROWS_AS(generate_digits({.train = 5000, .test = 1000, .seed = 1}, soon), Interrupted);
}

}  // namespace inforelay
