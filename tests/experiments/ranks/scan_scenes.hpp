// Tables and networks whose sets are scanned by several ranks, with the jobs that are sent to them.
#pragma once

#include <vector>

#include "core/random.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "infotheory/relay/greedy.hpp"
#include "tests/contrasts.hpp"
#include "tests/infotheory/relay/random_levels.hpp"
#include "tests/infotheory/relay/random_tables.hpp"
#include "tests/nn/knockout/knockout_networks.hpp"

namespace inforelay::test {

/// Binary units.
struct RelayScene {
  explicit RelayScene(int neurons)
      : samples(random_samples(400, neurons, 3, RandomStream(41, "samples"))),
        table(samples.table()),
        path(greedy_relay(table)) {}
  Bytes job() const {
    const AnyStates states = UnitStates::from_words(samples.states, samples.units);
    const std::vector<Contrast> contrasts = numbered_contrasts(3);
    return relay_scan_job({states, samples.input, samples.output, contrasts}, path);
  }
  StateSamples samples;
  StateTable table;
  GreedyRelay path;
};

/// Units of three levels, with a contrast for each class or of the whole symbols. So many that each has several chunks.
struct LevelScene {
  explicit LevelScene(bool whole)
      : samples(random_levels(150, 16, 3, 3, RandomStream(44, "levels"))),
        states(samples.states),
        contrasts(whole ? std::vector<Contrast>() : numbered_contrasts(3)),
        table(whole ? samples.whole() : samples.one_vs_rest()) {}
  TableSource source() const { return {states, samples.input, samples.output, contrasts}; }

  LevelSamples samples;
  AnyStates states;
  std::vector<Contrast> contrasts;
  LevelTable table;
};

/// A network with one hidden layer or two.
struct KnockoutScene {
  KnockoutScene(int neurons, bool deep, KnockoutMethod method, KnockoutFunction function = KnockoutFunction::threshold,
                KnockoutReplace replace = KnockoutReplace::zero)
      : options{.method = method, .sample_size = 20, .function = function, .replace = replace, .noise_sd = 0.3} {
    RandomStream random(42, "scene");
    network.layers = {random_layer(2, neurons, random)};
    if (deep) network.layers.push_back(random_layer(neurons, 4, random));
    network.layers.push_back(random_layer(deep ? 4 : neurons, 3, random));
    network.layers.back().activation = Activation::sigmoid;
    hidden = random_hidden(300, neurons, random);
    const auto drawn = random_labels(300, 3, random);
    labels.assign(drawn.begin(), drawn.end());
  }
  KnockoutSubject subject() const { return {network, 1, hidden, labels}; }
  Bytes job() const { return knockout_scan_job(subject(), options, draws); }

  Mlp network;
  RowMatrix<float> hidden;
  std::vector<Symbol> labels;
  KnockoutOptions options;
  RandomStream draws{43, "draws"};
};

}  // namespace inforelay::test
