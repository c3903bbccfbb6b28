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
#include "nn/data/source.hpp"
#include "nn/training/trainer.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay::bench {
namespace {

Subject authors_on_mnist(const char* folder) {
  const std::filesystem::path weights = std::filesystem::path(folder) / "reference" / "fullModel.model";
  return {load_images(folder), load_weights(weights).network, "the authors' full network on MNIST"};
}

Subject quickly_trained_on_digits() {
  DataPair data = load_images(nullptr);
  const RandomStream random(1, "bench");
  RandomStream init = random.child("init");
  const TrainingOptions options{.max_epochs = 5};
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

Samples layer_samples(const Mlp& network, const Dataset& images) {
  return std::move(record_layers(network, images, {1}).layers.front());
}

Samples layer_samples(Split split) { return layer_samples(subject().network, subject().images(split)); }

StateTable state_table(const Samples& samples, int classes) {
  return {discretize(samples.values, thresholds(samples.values)), samples.input, samples.output,
          one_vs_rest(numbered_names(classes))};
}

StateTable state_table(Split split) { return state_table(layer_samples(split), subject().network.output_width()); }

DataPair load_images(const char* folder) {
  if (folder == nullptr || *folder == '\0') return generate_digits({});
  DataOptions options;  // named: GCC 12 warns that it destroys members of a temporary that it has not made
  options.dataset = "mnist";
  options.path = std::filesystem::path(folder) / "mnist";
  return load_data(plan_data(options));
}

Dataset detector_samples() {
  const Dataset& images = subject().data.train;
  std::vector<Eigen::Index> rows;
  std::vector<Symbol> labels;
  for (const bool positive : {true, false}) {
    std::size_t wanted = 5000;
    for (std::size_t n = 0; n < images.size() && wanted > 0; ++n) {
      if ((images.labels()[n] == 3) != positive) continue;
      rows.push_back(static_cast<Eigen::Index>(n));
      labels.push_back(positive ? 1 : 0);
      --wanted;
    }
  }
  return {RowMatrix<std::uint8_t>(images.inputs()(rows, Eigen::all)), std::move(labels), 2};
}

}  // namespace inforelay::bench
