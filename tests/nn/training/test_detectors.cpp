#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/training/accuracy.hpp"
#include "nn/training/detectors.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"

using namespace inforelay;

namespace {

struct DetectorSetup {
  Dataset train = test::striped_dataset(900, 30, 3, 1);
  Dataset held_back = test::striped_dataset(300, 30, 3, 2);
  RandomStream random{3, "test_detectors"};
  DetectorOptions options{.positives = 200,
                          .negatives = 250,
                          .test_negatives = 150,
                          .optimizer = {.learning_rate = 0.01},
                          .stop_accuracy = 0.97,
                          .max_epochs = 500};

  DetectorTraining training(std::vector<DetectorState> states = {}) const {
    return {options, train, held_back, random, std::move(states)};
  }
};

void check_same(const DetectorTraining& a, const DetectorTraining& b) {
  REQUIRE(a.states().size() == b.states().size());
  for (std::size_t t = 0; t < a.states().size(); ++t) {
    const DetectorState &x = a.states()[t], &y = b.states()[t];
    CHECK(test::same_bits(x.network, y.network));
    CHECK(x.epoch == y.epoch);
    CHECK(x.attempt == y.attempt);
    for (const DetectorCurve& curve : detector_curves) CHECK(x.curves.*curve.values == y.curves.*curve.values);
  }
}

}  // namespace

TEST_CASE("Detectors stop at the first epoch that meets the rule", "[detectors]") {
  const DetectorSetup setup;
  DetectorTraining training = setup.training();
  training.run();
  REQUIRE(training.finished());
  REQUIRE(training.states().size() == 3);
  for (const DetectorState& state : training.states()) {
    CHECK(state.reached);
    REQUIRE(state.epoch > 1);
    for (const DetectorCurve& curve : detector_curves)
      REQUIRE((state.curves.*curve.values).size() == static_cast<std::size_t>(state.epoch));
    CHECK(state.optimizer.step == static_cast<std::uint64_t>(state.epoch));
    CHECK(state.curves.accuracy_train.back() >= 0.97);
    CHECK(*std::max_element(state.curves.accuracy_train.begin(), state.curves.accuracy_train.end() - 1) < 0.97);
  }
}

TEST_CASE("A detector separates its class from the others", "[detectors]") {
  const DetectorSetup setup;
  DetectorTraining training = setup.training();
  training.run();
  for (std::size_t t = 0; t < 3; ++t) {
    std::vector<Symbol> is_class;
    for (const Symbol label : setup.held_back.labels()) is_class.push_back(label == t ? 1 : 0);
    const auto output = forward_outputs(training.states()[t].network, setup.held_back);
    CHECK(binary_accuracy(output, is_class, 0) > 0.85);
  }
}

TEST_CASE("The balanced accuracies of a detector count its class and the others alike", "[detectors]") {
  DetectorSetup setup;
  setup.options.positives = setup.options.negatives = 0;  // all samples: a third are of the class
  setup.options.test_negatives = 1000;
  DetectorTraining training = setup.training();
  training.run();
  for (std::size_t t = 0; t < 3; ++t) {
    const auto balanced = [&](const Dataset& data) {
      std::vector<Symbol> is_class;
      for (const Symbol label : data.labels()) is_class.push_back(label == t ? 1 : 0);
      return balanced_accuracy(forward_outputs(training.states()[t].network, data), is_class, 0).front();
    };
    const DetectorCurves& curves = training.states()[t].curves;
    CHECK(curves.balanced_train.back() == balanced(setup.train));
    CHECK(curves.balanced_test.back() == balanced(setup.held_back));
    CHECK(curves.balanced_train.front() != curves.accuracy_train.front());
  }
}

TEST_CASE("Without a test sample of its class a detector has no balanced accuracy", "[detectors]") {
  DetectorSetup setup;
  std::vector<std::uint32_t> others;
  std::vector<Symbol> labels;
  for (std::uint32_t n = 0; n < setup.held_back.size(); ++n) {
    if (setup.held_back.labels()[n] == 0) continue;
    others.push_back(n);
    labels.push_back(setup.held_back.labels()[n]);
  }
  setup.held_back = setup.held_back.select(others, std::move(labels), numbered_names(3));
  DetectorTraining training = setup.training();
  training.run_round();
  const DetectorCurves &without = training.states()[0].curves, &with = training.states()[1].curves;
  REQUIRE_FALSE(without.balanced_test.empty());
  CHECK(std::isnan(without.balanced_test.front()));
  CHECK(std::isfinite(without.accuracy_test.front()));
  CHECK(std::isfinite(with.balanced_test.front()));
}

TEST_CASE("Detectors do not depend on the number of threads", "[detectors][threads]") {
  const DetectorSetup setup;
  set_thread_count(1);
  DetectorTraining expected = setup.training();
  expected.run();
  for (const int threads : {2, 3, 4}) {  // both arrangements: side by side, and one after the other
    set_thread_count(threads);
    DetectorTraining training = setup.training();
    training.run();
    check_same(training, expected);
  }
}

TEST_CASE("Detectors that were saved and resumed are the same to the last bit", "[detectors]") {
  DetectorSetup setup;
  setup.options.optimizer.learning_rate = 5e-4;  // too slow for the first round of 64 epochs
  setup.options.stop_accuracy = 0.99;
  setup.options.max_epochs = 200;
  setup.options.keep_best = true;
  setup.options.restarts = 1;
  DetectorTraining whole = setup.training();
  whole.run();
  DetectorTraining first = setup.training();
  first.run_round();
  REQUIRE_FALSE(first.finished());
  DetectorTraining second = setup.training(first.states());
  second.run();
  check_same(second, whole);
}

TEST_CASE("A detector that does not reach its accuracy is restarted, then fails", "[detectors]") {
  DetectorSetup setup;
  setup.options.max_epochs = 3;
  setup.options.restarts = 2;
  DetectorTraining training = setup.training();
  CHECK_THROWS_AS(training.run(), ComputeError);
  set_thread_count(1);
  DetectorTraining again = setup.training();
  CHECK_THROWS_WITH(again.run(), Catch::StartsWith("detector 0 did not reach training accuracy 0.97 within 3 epochs "
                                                   "in any of 3 attempts; the last reached "));
}

TEST_CASE("A diverging detector is an error with detector, epoch and loss", "[detectors]") {
  DetectorSetup setup;
  setup.options.hidden_activation = Activation::relu;
  setup.options.output_activation = Activation::identity;
  setup.options.optimizer.learning_rate = 1e30;  // the squares of such outputs are no floats
  DetectorTraining training = setup.training();
  CHECK_THROWS_AS(training.run(), ComputeError);
  using Catch::Matchers::Matches;
  CHECK_THROWS_WITH(setup.training().run(),
                    Matches("detector [0-2], attempt 1, epoch [2-9]: the loss is -?(nan|inf); a "
                            "smaller learning rate than 1e\\+30 may help"));
}

TEST_CASE("The best weights are kept with keep_best", "[detectors]") {
  DetectorSetup setup;
  setup.options.stop_accuracy = 1.0;
  setup.options.max_epochs = 8;
  setup.options.restarts = 2;
  setup.options.keep_best = true;
  DetectorTraining training = setup.training();
  training.run();
  REQUIRE(training.finished());
  // Each attempt alone, from its own start; the best of all is what was kept.
  for (std::size_t t = 0; t < 3; ++t) {
    const DetectorState& kept = training.states()[t];
    CHECK_FALSE(kept.reached);
    for (const DetectorCurve& curve : detector_curves)
      CHECK((kept.curves.*curve.values).size() == static_cast<std::size_t>(kept.epoch));
    CHECK(kept.curves.accuracy_train.back() == *std::ranges::max_element(kept.curves.accuracy_train));
    CHECK(kept.curves.accuracy_train.back() == kept.best.accuracy);
    const auto first = std::ranges::find(kept.curves.accuracy_train, kept.curves.accuracy_train.back());
    CHECK(first - kept.curves.accuracy_train.begin() + 1 == kept.epoch);
  }
  setup.options.restarts = 0;
  DetectorTraining shorter = setup.training();
  shorter.run();
  for (std::size_t t = 0; t < 3; ++t) {
    CHECK(shorter.states()[t].best.accuracy <= training.states()[t].best.accuracy);
    if (training.states()[t].attempt == 0) {
      CHECK(test::same_bits(shorter.states()[t].network, training.states()[t].network));
    }
  }
}

TEST_CASE("Restarts begin from other weights", "[detectors]") {
  DetectorSetup setup;
  setup.options.max_epochs = 1;
  setup.options.restarts = 1;
  setup.options.keep_best = true;
  DetectorTraining training = setup.training();
  const Mlp before = training.states()[0].network;
  struct StopAtSecondAttempt : Progress {
    const DetectorTraining& training;
    explicit StopAtSecondAttempt(const DetectorTraining& t) : training(t) {}
    bool stop_requested() const override { return training.states()[0].attempt == 1; }
  } progress(training);
  set_thread_count(1);
  CHECK_THROWS_AS(training.run(progress), Interrupted);
  CHECK(training.states()[0].attempt == 1);
  CHECK_FALSE(test::same_bits(training.states()[0].network, before));
  training.run();  // an interrupted training can be resumed
  CHECK(training.finished());
}

TEST_CASE("Detectors name missing samples and options out of range", "[detectors]") {
  DetectorSetup setup;
  setup.options.positives = 301;
  CHECK_THROWS_WITH(setup.training(),
                    "detector 0 needs 301 training samples of its class and 250 others; the data have 300 and 600");
  setup.options.positives = 200;
  setup.options.test_negatives = 100000;  // all that there are
  CHECK_NOTHROW(setup.training());
  setup.options.hidden = 0;
  CHECK_THROWS_WITH(setup.training(), "detectors.hidden is 0, expected at least 1");
  setup.options.hidden = 2;
  setup.options.stop_accuracy = 98;
  CHECK_THROWS_AS(setup.training(), UsageError);
}
