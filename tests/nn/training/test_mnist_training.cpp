// Training on real images. Reads the gzipped IDX files by itself, so that it tests training only.
#include <array>
#include <string>

#include "nn/data/mnist.hpp"
#include "nn/training/accuracy.hpp"
#include "nn/training/composite.hpp"
#include "nn/training/detectors.hpp"
#include "nn/training/trainer.hpp"
#include "tests/catch2.hpp"
#include "tests/mnist.hpp"

using namespace inforelay;

namespace {

/// The first n images.
Dataset mnist(const std::string& split, std::size_t n) {
  const DataPair pair = load_mnist(locate_files(*test::data_folder() / "mnist", mnist_files).value());
  return (split == "train" ? pair.train : pair.test).head(n);
}

}  // namespace

TEST_CASE("A full network learns MNIST", "[trainer][mnist]") {
  REQUIRE_INFORELAY_DATA();
  const Dataset train = mnist("train", 6000), test = mnist("t10k", 2000);
  const RandomStream random(1, "mnist");
  RandomStream init = random.child("init");
  TrainingOptions options{.batch_size = 100, .stop = {.balanced_accuracy = 0.95}};
  Trainer trainer(options, {make_mlp(std::array{784, 20, 10}, Activation::tanh, Activation::tanh, init)}, train, test,
                  random);
  trainer.run();
  REQUIRE(trainer.state().reached);
  CHECK(trainer.state().epoch < 60);
  CHECK(trainer.state().curve.accuracy_test.bottomRows<1>().mean() > 0.90);
  CHECK(argmax_accuracy(forward_outputs(trainer.state().network, test), test.labels()) > 0.87);
}

TEST_CASE("Detectors learn MNIST and make a composite that classifies", "[detectors][mnist]") {
  REQUIRE_INFORELAY_DATA();
  const Dataset train = mnist("train", 6000), test = mnist("t10k", 2000);
  const RandomStream random(1, "mnist");
  DetectorOptions options{
      .positives = 500, .negatives = 500, .test_negatives = 500, .optimizer = {.learning_rate = 5e-3}};
  DetectorTraining training(options, train, test, random);
  training.run();
  std::vector<Mlp> detectors;
  for (const DetectorState& state : training.states()) {
    CHECK(state.reached);
    CHECK(state.curves.accuracy_test.back() > 0.80);
    detectors.push_back(state.network);
  }
  RandomStream noise = random.child("noise");
  const Mlp composite = compose(detectors, 0, noise);
  CHECK(argmax_accuracy(forward_outputs(composite, test), test.labels()) > 0.70);
}
