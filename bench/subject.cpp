#include "bench/subject.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "bench/bench_data.hpp"
#include "core/random.hpp"
#include "infotheory/states/discretize.hpp"
#include "nn/training/trainer.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay::bench {
namespace {

Subject authors_on_mnist(const std::filesystem::path& folder) {
  const std::filesystem::path weights = folder / "reference" / "fullModel.model";
  return {bench_data(), load_weights(weights).network, "the authors' full network on MNIST"};
}

Subject quickly_trained_on_digits() {
  DataPair data = bench_data();
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
    const auto folder = data_folder_from_environment();
    return folder ? authors_on_mnist(*folder) : quickly_trained_on_digits();
  }();
  return instance;
}

NetworkRecord layer_record(Split split) { return record_layers(subject().network, subject().samples(split), {1}); }

StateTable state_table(Split split) {
  return state_table(layer_record(split).layers.front(), subject().network.output_width());
}

StateTable state_table(const Samples& layer, int classes) {
  return {discretize(layer.values).states, layer.input, layer.output, one_vs_rest(numbered_names(classes))};
}

Dataset detector_samples() {
  const Dataset& all = subject().data.train;
  std::vector<Eigen::Index> rows;
  std::vector<Symbol> labels;
  for (const bool positive : {true, false}) {
    std::size_t wanted = 5000;
    for (std::size_t n = 0; n < all.size() && wanted > 0; ++n) {
      if ((all.labels()[n] == 3) != positive) continue;
      rows.push_back(static_cast<Eigen::Index>(n));
      labels.push_back(positive ? 1 : 0);
      --wanted;
    }
  }
  return {RowMatrix<std::uint8_t>(all.inputs()(rows, Eigen::all)), std::move(labels), 2};
}

}  // namespace inforelay::bench
