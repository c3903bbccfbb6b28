#include "bench/subject.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"
#include "infotheory/states/discretize.hpp"
#include "nn/data/digits.hpp"
#include "nn/data/mnist.hpp"
#include "nn/training/trainer.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay::bench {
namespace {

Subject authors_on_mnist(const std::filesystem::path& folder) {
  const auto paths = locate_mnist(folder / "mnist");
  if (!paths) throw DataError("no MNIST in " + (folder / "mnist").string());
  const std::filesystem::path weights = folder / "reference" / "fullModel.model";
  return {load_mnist(*paths), load_weights(weights).network, "the authors' full network on MNIST"};
}

Subject quickly_trained_on_digits() {
  DataPair data = generate_digits({});
  const RandomStream random(1, "bench");
  RandomStream init = random.child("init");
  const TrainingOptions options{.stop = {.measure = StopRule::Measure::none}, .max_epochs = 5};
  Trainer trainer(options, {make_mlp(std::array{784, 20, 10}, Activation::tanh, Activation::tanh, init)}, data.train,
                  data.test, random);
  trainer.run();
  Mlp network = trainer.state().network;
  return {std::move(data), std::move(network), "generated digits and a network trained on them for five epochs"};
}

}  // namespace

const Subject& subject() {
  static const Subject instance = [] {
    const char* folder = std::getenv("INFORELAY_DATA");
    return folder == nullptr || *folder == '\0' ? quickly_trained_on_digits() : authors_on_mnist(folder);
  }();
  return instance;
}

LayerStates layer_states(Split split) { return forward(subject().network, subject().images(split), 1); }

StateTable state_table(Split split) { return state_table(layer_states(split), subject().images(split)); }

StateTable state_table(const LayerStates& layers, const Dataset& images) {
  const auto predicted = argmax(layers.output);
  const std::vector<Symbol> input(images.labels().begin(), images.labels().end()),
      output(predicted.begin(), predicted.end());
  const std::vector<std::string> names(static_cast<std::size_t>(images.class_count()));
  return {discretize(layers.hidden).states, input, output, one_vs_rest(names)};
}

Dataset detector_images() {
  const Dataset& images = subject().data.train;
  std::vector<Eigen::Index> rows;
  std::vector<std::uint8_t> labels;
  for (const bool positive : {true, false}) {
    std::size_t wanted = 5000;
    for (std::size_t n = 0; n < images.size() && wanted > 0; ++n) {
      if ((images.labels()[n] == 3) != positive) continue;
      rows.push_back(static_cast<Eigen::Index>(n));
      labels.push_back(positive ? 1 : 0);
      --wanted;
    }
  }
  return {RowMatrix<std::uint8_t>(images.pixels()(rows, Eigen::all)), std::move(labels), 2};
}

}  // namespace inforelay::bench
