// What is measured: a full network 784-20-10, the images it is run on, and its hidden states.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "infotheory/states/state_table.hpp"
#include "nn/data/dataset.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay::bench {

enum class Split { train, test };
constexpr std::string_view to_string(Split split) { return split == Split::train ? "train" : "test"; }

struct Subject {
  DataPair data;
  Mlp network;
  std::string description;  ///< for people: whose network, which images

  const Dataset& images(Split split) const { return split == Split::train ? data.train : data.test; }
};

/// Loaded at the first call. With INFORELAY_DATA: the authors' network (reference/fullModel.model in there) and MNIST
/// (mnist/). Without: as many generated digits, and a network trained on them for five epochs.
const Subject& subject();

/// Activations of the hidden layer with labels and decisions, and their states, as an experiment has them.
Samples layer_samples(const Mlp& network, const Dataset& images);
Samples layer_samples(Split split);
StateTable state_table(const Samples& samples, int classes);
StateTable state_table(Split split);

/// Generated digits, or MNIST from the folder `folder`/mnist. Throws DataError if it is not there.
DataPair load_images(const char* folder);

/// The training images of a detector: the first 5,000 of digit 3 (or all, if there are fewer) and the first 5,000
/// others.
Dataset detector_samples();

}  // namespace inforelay::bench
