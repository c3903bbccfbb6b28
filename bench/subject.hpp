// What is measured: a full network 784-20-10, the data it is run on, and its hidden states.
#pragma once

#include <cstddef>
#include <string>

#include "infotheory/states/state_table.hpp"
#include "nn/data/dataset.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay::bench {

struct Subject {
  DataPair data;
  Mlp network;
  std::string description;  ///< for people: whose network, which data

  const Dataset& samples(Split split) const { return split == Split::train ? data.train : data.test; }
};

/// Loaded at the first call. With INFORELAY_DATA: the authors' network (reference/fullModel.model in there) and MNIST
/// (mnist/). Without: as many generated digits, and a network trained on them for five epochs.
const Subject& subject();

/// Activations of the hidden layer, labels, outputs and states, as an experiment has them.
NetworkRecord layer_record(Split split);
StateTable state_table(Split split);
StateTable state_table(const Samples& layer, int classes);

/// The training samples of a detector: the first 5,000 of class 3 (or all, if there are fewer) and the first 5,000
/// others.
Dataset detector_samples();

}  // namespace inforelay::bench
