#include <catch2/catch.hpp>

#include "experiments/checkpoint.hpp"
#include "tests/experiments/program.hpp"

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
  const test::ScratchFolder folder;
  DetectorState state;
  state.network = some_network(1);
  state.optimizer = {
      .step = 7, .first_moment = std::vector<float>(15, 0.25f), .second_moment = std::vector<float>(15, 2)};
  state.attempt = 2;
  state.epoch = 64;
  state.accuracy_train = {0.5, 0.75};
  state.accuracy_test = {0.25, 0.625};
  state.best.network = some_network(2);
  state.best.attempt = 1;
  state.best.epoch = 33;
  state.best.accuracy = 0.875;
  state.best.accuracy_train = {0.5, 0.875};
  state.best.accuracy_test = {0.5, 0.8};
  DetectorState finished;
  finished.network = some_network(3);
  finished.finished = finished.reached = true;

  write_detector_states(folder.path() / "states.h5", {state, finished});
  const std::vector<DetectorState> read = read_detector_states(folder.path() / "states.h5");
  REQUIRE(read.size() == 2);
  CHECK(same(read[0].network, state.network));
  CHECK(read[0].optimizer == state.optimizer);
  CHECK(read[0].attempt == 2);
  CHECK(read[0].epoch == 64);
  CHECK(!read[0].finished);
  CHECK(read[0].accuracy_train == state.accuracy_train);
  CHECK(read[0].accuracy_test == state.accuracy_test);
  CHECK(same(read[0].best.network, state.best.network));
  CHECK(read[0].best.attempt == 1);
  CHECK(read[0].best.epoch == 33);
  CHECK(read[0].best.accuracy == 0.875);
  CHECK(read[0].best.accuracy_train == state.best.accuracy_train);
  CHECK(read[0].best.accuracy_test == state.best.accuracy_test);
  CHECK(same(read[1].network, finished.network));
  CHECK((read[1].finished && read[1].reached));
  CHECK(read[1].best.network.layers.empty());
}

}  // namespace inforelay
