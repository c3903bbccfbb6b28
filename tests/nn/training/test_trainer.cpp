#include <array>
#include <atomic>
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/training/accuracy.hpp"
#include "nn/training/trainer.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"

using namespace inforelay;

namespace {

struct TrainerSetup {
  Dataset train = test::striped_dataset(1130, 30, 5, 1);
  Dataset held_back = test::striped_dataset(400, 30, 5, 2);
  RandomStream random{3, "test_trainer"};
  TrainingOptions options{.batch_size = 100, .stop = {.balanced_accuracy = 1.0}, .max_epochs = 6};

  Mlp start(int outputs = 5) const {
    RandomStream init = random.child("init");
    return make_mlp(std::array{30, 6, outputs}, Activation::tanh, Activation::tanh, init);
  }
  Trainer trainer() const { return {options, {start()}, train, held_back, random}; }
};

bool same(const TrainerState& a, const TrainerState& b) {
  return test::same_bits(a.network, b.network) && a.optimizer == b.optimizer && a.epoch == b.epoch &&
         a.reached == b.reached && a.curve.loss == b.curve.loss && a.curve.accuracy_train == b.curve.accuracy_train &&
         a.curve.accuracy_test == b.curve.accuracy_test;
}

}  // namespace

TEST_CASE("Training learns and stops once the rule is met", "[trainer]") {
  TrainerSetup setup;
  setup.options.optimizer.learning_rate = 0.01;
  setup.options.stop.balanced_accuracy = 0.95;
  setup.options.max_epochs = 100;
  Trainer trainer = setup.trainer();
  trainer.run();
  const TrainerState& state = trainer.state();
  REQUIRE(state.reached);
  REQUIRE(state.epoch > 1);
  REQUIRE(state.curve.accuracy_train.rows() == state.epoch);
  REQUIRE(state.curve.accuracy_test.rows() == state.epoch);
  REQUIRE(state.curve.loss.size() == state.epoch);
  CHECK(state.curve.accuracy_train.row(state.epoch - 1).mean() >= 0.95);
  CHECK(state.curve.accuracy_train.row(state.epoch - 2).mean() < 0.95);
  CHECK(state.curve.loss[state.epoch - 1] < state.curve.loss[0]);
  const auto exact = balanced_accuracy(forward_outputs(state.network, setup.held_back), setup.held_back.labels(), 0);
  for (std::size_t c = 0; c < 5; ++c) {
    CHECK(state.curve.accuracy_test(state.epoch - 1, static_cast<Eigen::Index>(c)) == exact[c]);
  }
}

TEST_CASE("Training that does not meet its stop rule ends at max_epochs and is not reached", "[trainer]") {
  TrainerSetup setup;
  setup.options.max_epochs = 2;
  Trainer trainer = setup.trainer();
  trainer.run();
  CHECK(trainer.finished());
  CHECK_FALSE(trainer.state().reached);
  CHECK(trainer.state().epoch == 2);
}

TEST_CASE("The accuracy stop rule counts all training images", "[trainer]") {
  TrainerSetup setup;
  setup.options.optimizer.learning_rate = 0.01;
  setup.options.stop = {.accuracy = 0.9};
  setup.options.max_epochs = 100;
  Trainer trainer = setup.trainer();
  while (!trainer.finished()) {
    CHECK((trainer.state().epoch == 0 ||
           argmax_accuracy(forward_outputs(trainer.state().network, setup.train), setup.train.labels()) < 0.9));
    trainer.run_epoch();
  }
  REQUIRE(trainer.state().reached);
  CHECK(argmax_accuracy(forward_outputs(trainer.state().network, setup.train), setup.train.labels()) >= 0.9);
}

TEST_CASE("Training that was saved and resumed is the same to the last bit", "[trainer]") {
  const TrainerSetup setup;
  for (const auto method : {Evaluation::Method::exact, Evaluation::Method::sampled}) {
    TrainingOptions options = setup.options;
    options.evaluation = {method, 100, 50};
    Trainer whole(options, {setup.start()}, setup.train, setup.held_back, setup.random);
    whole.run();
    Trainer first(options, {setup.start()}, setup.train, setup.held_back, setup.random);
    for (int epoch = 0; epoch < 3; ++epoch) first.run_epoch();
    const TrainerState saved = first.state();
    Trainer second(options, saved, setup.train, setup.held_back, setup.random);
    second.run();
    CHECK(second.state().epoch == 6);
    CHECK(same(second.state(), whole.state()));
  }
}

TEST_CASE("Training does not depend on the number of threads", "[trainer][threads]") {
  const TrainerSetup setup;
  set_thread_count(1);
  Trainer expected = setup.trainer();
  expected.run();
  for (const int threads : {2, 3}) {
    set_thread_count(threads);
    Trainer trainer = setup.trainer();
    trainer.run();
    CHECK(same(trainer.state(), expected.state()));
  }
}

TEST_CASE("Batches are reshuffled every epoch", "[trainer]") {
  TrainerSetup setup;
  const auto after_one_epoch = [&](const RandomStream& random) {
    Trainer trainer(setup.options, {setup.start()}, setup.train, setup.held_back, random);
    trainer.run_epoch();
    return trainer.state().network;
  };
  CHECK_FALSE(test::same_bits(after_one_epoch(setup.random), after_one_epoch(setup.random.child("other"))));
  // A full batch has no order, and a batch beyond N is a full one.
  setup.options.batch_size = 0;
  const Mlp full = after_one_epoch(setup.random);
  CHECK(test::same_bits(full, after_one_epoch(setup.random.child("other"))));
  setup.options.batch_size = 100000;
  CHECK(test::same_bits(full, after_one_epoch(setup.random)));
}

TEST_CASE("An epoch that is interrupted leaves the state as it was", "[trainer]") {
  const TrainerSetup setup;
  struct StopLater : Progress {
    mutable std::atomic<int> asked = 0;
    bool stop_requested() const override { return ++asked > 8; }
  } progress;
  Trainer trainer = setup.trainer(), undisturbed = setup.trainer();
  trainer.run_epoch();
  undisturbed.run_epoch();
  CHECK_THROWS_AS(trainer.run_epoch(progress), Interrupted);
  CHECK(same(trainer.state(), undisturbed.state()));
  trainer.run();
  undisturbed.run();
  CHECK(same(trainer.state(), undisturbed.state()));
}

TEST_CASE("A loss that is not finite is an error with epoch and loss", "[trainer]") {
  TrainerSetup setup;
  TrainerState state{setup.start()};
  state.network.layers[1].bias[2] = std::nanf("");
  Trainer trainer(setup.options, state, setup.train, setup.held_back, setup.random);
  CHECK_THROWS_WITH(trainer.run_epoch(),
                    "epoch 1, batch 1: the loss is nan; a smaller learning rate than 0.001 may help");

  setup.options.optimizer = {.kind = OptimizerKind::sgd, .learning_rate = 1e30};
  RandomStream init = setup.random.child("init");
  Trainer diverging(setup.options, {make_mlp(std::array{30, 6, 5}, Activation::identity, Activation::identity, init)},
                    setup.train, setup.held_back, setup.random);
  CHECK_THROWS_AS(diverging.run(), ComputeError);
}

TEST_CASE("Cross-entropy trains a classifier", "[trainer]") {
  TrainerSetup setup;
  setup.options.loss = Loss::cross_entropy;
  setup.options.optimizer.learning_rate = 0.01;
  setup.options.stop = {.accuracy = 0.9};
  setup.options.max_epochs = 100;
  RandomStream init = setup.random.child("init");
  Trainer trainer(setup.options, {make_mlp(std::array{30, 8, 5}, Activation::relu, Activation::identity, init)},
                  setup.train, setup.held_back, setup.random);
  trainer.run();
  CHECK(trainer.state().reached);
}

TEST_CASE("A trainer names mismatches of network and data", "[trainer]") {
  const TrainerSetup setup;
  const auto construct = [&](TrainerState state, const Dataset& train, const TrainingOptions& options) {
    Trainer trainer(options, std::move(state), train, setup.held_back, setup.random);
  };
  CHECK_THROWS_WITH(construct({setup.start(4)}, setup.train, setup.options),
                    "the network has 4 outputs but the data 5 classes");
  CHECK_THROWS_WITH(construct({setup.start()}, test::random_dataset(50, 29, 5, 1), setup.options),
                    "the network takes 30 inputs but the data have 29");
  CHECK_THROWS_WITH(construct({setup.start()}, setup.train.head(4), setup.options),
                    "class 4 has no sample among the 4 training samples");
  TrainingOptions wrong = setup.options;
  wrong.stop.balanced_accuracy = 1.5;
  CHECK_THROWS_WITH(construct({setup.start()}, setup.train, wrong),
                    "accuracy of the stop rule is 1.5, expected a number in [0,1]");
  wrong = setup.options;
  wrong.max_epochs = 0;
  CHECK_THROWS_AS(construct({setup.start()}, setup.train, wrong), UsageError);
}
