// Knockouts along a permutation of the neurons.
#include "nn/knockout/knockout_chain.hpp"

#include <numeric>

#include "core/error.hpp"
#include "nn/knockout/single_knockout.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/knockout/knockout_networks.hpp"

using namespace inforelay;
using test::random_hidden, test::random_labels, test::random_layer;

namespace {

std::vector<std::uint32_t> random_order(int neurons, RandomStream random) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(neurons));
  std::iota(order.begin(), order.end(), 0u);
  shuffle(order, random);
  return order;
}

}  // namespace

TEST_CASE("Accuracies along a permutation are those of the sets knocked out", "[knockout]") {
  const int layer = GENERATE(1, 2), neurons = 9, classes = 4;
  RandomStream random(41, "chain");
  Mlp network{{random_layer(3, neurons, random), random_layer(neurons, 6, random)}};
  if (layer == 2) network.layers = {random_layer(3, 5, random), random_layer(5, neurons, random)};
  if (layer == 2)
    network.layers.push_back(random_layer(neurons, classes, random));
  else
    network.layers.push_back(random_layer(6, classes, random));
  const RowMatrix<float> hidden = random_hidden(300, neurons, random);
  const std::vector<Symbol> labels = random_labels(300, classes, random);
  const KnockoutSubject subject{network, layer, hidden, labels};
  const RandomStream replacements(42, "replacements");
  const std::vector<std::uint32_t> order = random_order(neurons, RandomStream(43, "order"));
  std::vector<NeuronSet> out{NeuronSet::all(neurons)};
  for (const std::uint32_t neuron : order) out.push_back(out.back().without(static_cast<int>(neuron)));
  for (const auto& [function, name] : knockout_function_names) {
    for (const auto& [replace, word] : knockout_replace_names) {
      CAPTURE(layer, name, word);
      const KnockoutOptions options{.function = function, .replace = replace};
      RowMatrix<double> values;
      KnockoutChain(subject, options, replacements).accuracy(order, values);
      const RowMatrix<float> expected = knockout_accuracy(subject, out, options, replacements);
      CHECK(values.cast<float>() == expected.transpose());
    }
  }
}

TEST_CASE("Along a permutation of a wide layer the last neuron put back is a single knockout", "[knockout]") {
  const int neurons = 70;
  RandomStream random(44, "wide");
  const Mlp network{{random_layer(2, neurons, random), random_layer(neurons, 3, random)}};
  const RowMatrix<float> hidden = random_hidden(200, neurons, random);
  const std::vector<Symbol> labels = random_labels(200, 3, random);
  const KnockoutSubject subject{network, 1, hidden, labels};
  const RandomStream unused(0, "not used");
  const std::vector<std::uint32_t> order = random_order(neurons, RandomStream(45, "order"));
  RowMatrix<double> values;
  KnockoutChain(subject, {}, unused).accuracy(order, values);
  const SingleKnockout single = single_knockout_accuracy(subject, {}, unused);
  for (int c = 0; c < 3; ++c) {
    CHECK(static_cast<float>(values(neurons, c)) == single.intact[static_cast<std::size_t>(c)]);
    CHECK(static_cast<float>(values(neurons - 1, c)) == single.accuracy(c, order.back()));
  }
}

TEST_CASE("Knockouts along a permutation refuse other orders and layers", "[knockout]") {
  RandomStream random(46, "errors");
  const Mlp network{{random_layer(2, 3, random), random_layer(3, 2, random)}};
  const RowMatrix<float> hidden = random_hidden(20, 3, random);
  const std::vector<Symbol> labels = random_labels(20, 2, random);
  const RandomStream unused(0, "not used");
  CHECK_THROWS_AS(KnockoutChain({network, 2, hidden, labels}, {}, unused), UsageError);
  const KnockoutChain chain({network, 1, hidden, labels}, {}, unused);
  RowMatrix<double> values;
  for (const std::vector<std::uint32_t>& order :
       {std::vector<std::uint32_t>{0, 1}, std::vector<std::uint32_t>{0, 1, 1}, std::vector<std::uint32_t>{0, 1, 3}})
    CHECK_THROWS_AS(chain.accuracy(order, values), UsageError);
}
