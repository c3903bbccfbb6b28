#include "nn/training/training_state_hdf5.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

Mlp some_network(std::uint64_t seed) {
  RandomStream random(seed, "network");
  return make_mlp(std::vector{5, 2, 1}, Activation::tanh, Activation::tanh, random);
}

bool same(const Mlp& a, const Mlp& b) {
  if (a.layers.size() != b.layers.size()) return false;
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    if (a.layers[l].weight != b.layers[l].weight || a.layers[l].bias != b.layers[l].bias) return false;
    if (a.layers[l].activation != b.layers[l].activation) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("Every field of a detector in training is saved and read back", "[checkpoint]") {
  const test::TemporaryFolder folder;
  DetectorState state;
  state.network = some_network(1);
  state.optimizer = {
      .step = 7, .first_moment = std::vector<float>(15, 0.25f), .second_moment = std::vector<float>(15, 2)};
  state.attempt = 2;
  state.epoch = 64;
  state.curves = {{0.5, 0.75}, {0.25, 0.625}, {0.5, 0.7}, {0.4, 0.6}};
  state.best.network = some_network(2);
  state.best.attempt = 1;
  state.best.epoch = 33;
  state.best.accuracy = 0.875;
  state.best.curves = {{0.5, 0.875}, {0.5, 0.8}, {0.5, 0.85}, {0.5, 0.75}};
  DetectorState finished;
  finished.network = some_network(3);
  finished.finished = finished.reached = true;

  {
    Hdf5Writer file(folder.path() / "states.h5");
    write_detector_states(file, {state, finished});
    file.commit();
  }
  const std::vector<DetectorState> read = read_detector_states(Hdf5Reader(folder.path() / "states.h5"));
  REQUIRE(read.size() == 2);
  CHECK(same(read[0].network, state.network));
  CHECK(read[0].optimizer == state.optimizer);
  CHECK(read[0].attempt == 2);
  CHECK(read[0].epoch == 64);
  CHECK(!read[0].finished);
  for (const DetectorCurve& curve : detector_curves) {
    CHECK(read[0].curves.*curve.values == state.curves.*curve.values);
    CHECK(read[0].best.curves.*curve.values == state.best.curves.*curve.values);
  }
  CHECK(same(read[0].best.network, state.best.network));
  CHECK(read[0].best.attempt == 1);
  CHECK(read[0].best.epoch == 33);
  CHECK(read[0].best.accuracy == 0.875);
  CHECK(same(read[1].network, finished.network));
  CHECK((read[1].finished && read[1].reached));
  CHECK(read[1].best.network.layers.empty());
}

namespace {

TrainerState whole_state() {
  TrainerState state;
  state.network = some_network(1);
  state.optimizer = {
      .step = 9, .first_moment = std::vector<float>(15, 0.25f), .second_moment = std::vector<float>(15, 2)};
  state.epoch = 3;
  state.curve.loss = Eigen::VectorXd::Constant(3, 0.5);
  state.curve.accuracy_train = state.curve.accuracy_test = RowMatrix<double>::Constant(3, 1, 0.75);
  return state;
}

const DetectorOptions detector_bounds = [] {
  DetectorOptions options;
  options.max_epochs = 10;
  options.restarts = 2;
  options.keep_best = true;
  return options;
}();

DetectorState detector() {
  DetectorState state;
  state.network = state.best.network = some_network(1);
  state.optimizer = {.step = 3, .first_moment = std::vector<float>(15), .second_moment = std::vector<float>(15)};
  state.attempt = 1;
  state.epoch = 3;
  state.curves = {{0.5, 0.6}, {0.5, 0.6}, {0.5, 0.6}, {0.5, 0.6}};
  state.best.attempt = 0;
  state.best.epoch = 2;
  state.best.accuracy = 0.9;
  state.best.curves = {{0.8, 0.9}, {0.8, 0.9}, {0.8, 0.9}, {0.8, 0.9}};
  return state;
}

Mlp wider() {
  RandomStream random(1, "wider");
  return make_mlp(std::vector{5, 3, 1}, Activation::tanh, Activation::tanh, random);
}

Mlp of_relu() {
  RandomStream random(1, "relu");
  return make_mlp(std::vector{5, 2, 1}, Activation::relu, Activation::tanh, random);
}

}  // namespace

TEST_CASE("A saved training that does not fit is rejected, for each kind of difference", "[checkpoint]") {
  const Mlp beginning = some_network(7);
  CHECK_NOTHROW(check_resumable(whole_state(), beginning, 3));
  CHECK_NOTHROW(check_resumable(TrainerState{.network = some_network(1)}, beginning, 3));
  const auto refused = [&](auto change, const std::string& message) {
    TrainerState state = whole_state();
    change(state);
    CHECK_THROWS_WITH(check_resumable(state, beginning, 3), message);
  };
  refused([](TrainerState& s) { s.network = wider(); }, "the network is 5-3 tanh-1 tanh, expected 5-2 tanh-1 tanh");
  refused([](TrainerState& s) { s.network = of_relu(); }, "the network is 5-2 relu-1 tanh, expected 5-2 tanh-1 tanh");
  refused([](TrainerState& s) { s.optimizer.first_moment.pop_back(); },
          "the optimiser of the network has 14 values, expected 15");
  refused([](TrainerState& s) { s.optimizer.second_moment.push_back(0); },
          "the optimiser of the network has 16 values, expected 15");
  refused([](TrainerState& s) { s.optimizer.first_moment.clear(); },
          "the optimiser of the network has made 9 steps but has no values");
  refused([](TrainerState& s) { s.epoch = 4; }, "the epoch is 4, expected [0,3]");
  refused([](TrainerState& s) { s.epoch = -1; }, "the epoch is -1, expected [0,3]");
  refused([](TrainerState& s) { s.epoch = 2; }, "the curve of the loss has 3 epochs, expected 2");
  refused([](TrainerState& s) { s.curve.accuracy_test.conservativeResize(2, 1); },
          "the curve of accuracies has 2 epochs, expected 3");
  refused([](TrainerState& s) { s.curve.accuracy_train.conservativeResize(3, 2); },
          "the classes of the curve is 2, expected [1,1]");
}

TEST_CASE("Saved detectors that do not fit are rejected, for each kind of difference", "[checkpoint]") {
  const Mlp beginning = some_network(7);
  CHECK_NOTHROW(check_resumable({detector(), detector()}, 2, beginning, detector_bounds));
  CHECK_THROWS_WITH(check_resumable({detector()}, 2, beginning, detector_bounds), "there are 1 detectors, expected 2");
  const auto refused = [&](auto change, const std::string& message) {
    std::vector<DetectorState> states{detector(), detector()};
    change(states[1]);
    CHECK_THROWS_WITH(check_resumable(states, 2, beginning, detector_bounds), message);
  };
  refused([](DetectorState& s) { s.network = wider(); }, "detector 1 is 5-3 tanh-1 tanh, expected 5-2 tanh-1 tanh");
  refused([](DetectorState& s) { s.optimizer.second_moment.resize(3); },
          "the optimiser of detector 1 has 3 values, expected 15");
  refused([](DetectorState& s) { s.attempt = 3; }, "the attempt of detector 1 is 3, expected [0,2]");
  refused([](DetectorState& s) { s.epoch = 11; }, "the epoch of detector 1 is 11, expected [0,10]");
  refused([](DetectorState& s) { s.epoch = 5; }, "detector 1 has 2 epochs, expected 4");
  refused([](DetectorState& s) { s.finished = true; }, "detector 1 has 2 epochs, expected 3");
  refused([](DetectorState& s) { s.best.network = wider(); },
          "the best of detector 1 is 5-3 tanh-1 tanh, expected 5-2 tanh-1 tanh");
  refused([](DetectorState& s) { s.best.attempt = 2; }, "the best attempt of detector 1 is 2, expected [0,1]");
  refused([](DetectorState& s) { s.best.epoch = 0; }, "the best epoch of detector 1 is 0, expected [1,10]");
  refused([](DetectorState& s) { s.best.curves.accuracy_test.pop_back(); },
          "the best of detector 1 has 1 epochs, expected 2");
}

}  // namespace inforelay
