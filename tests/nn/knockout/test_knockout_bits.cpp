// Knockouts of networks whose outputs are bits of the label.
#include <numeric>

#include "core/error.hpp"
#include "nn/knockout/knockout_chain.hpp"
#include "nn/knockout/single_knockout.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/knockout/knockout_networks.hpp"

using namespace inforelay;
using test::random_hidden, test::random_labels, test::random_layer;

namespace {

constexpr int bit_neurons = 7, bit_outputs = 3, bit_samples = 150;

// A network with bits as labels, its analysed layer the last hidden one or the one before.
struct BitScene {
  explicit BitScene(int analysed) : layer(analysed) {
    RandomStream random(51, "bits");
    network.layers = {random_layer(2, bit_neurons, random)};
    if (layer == 1) network.layers.push_back(random_layer(bit_neurons, 5, random));
    if (layer == 2) network.layers = {random_layer(2, 4, random), random_layer(4, bit_neurons, random)};
    const int last = network.layers.back().out();
    network.layers.push_back(random_layer(last, bit_outputs, random));
    hidden = random_hidden(bit_samples, bit_neurons, random);
    labels = random_labels(bit_samples, 1 << bit_outputs, random);
  }
  KnockoutSubject subject() const { return {network, layer, hidden, labels, LabelKind::bits}; }

  // The same question with classes: two outputs, the second of which is output c, and two labels.
  struct TwoClasses {
    Mlp network;
    std::vector<Symbol> labels;
  };
  TwoClasses two_classes(int c) const {
    TwoClasses two{network, {}};
    DenseLayer& last = two.network.layers.back();
    const RowMatrix<float> weight = last.weight.row(c).replicate(2, 1);
    const Eigen::VectorXf bias = Eigen::VectorXf::Constant(2, last.bias(c));
    last.weight = weight;
    last.bias = bias;
    for (const Symbol label : labels) two.labels.push_back(static_cast<Symbol>(label >> c & 1));
    return two;
  }

  int layer;
  Mlp network;
  RowMatrix<float> hidden;
  std::vector<Symbol> labels;
};

}  // namespace

TEST_CASE("Each output bit is knocked out as an output with two classes", "[knockout][boolean]") {
  const BitScene scene(GENERATE(1, 2));
  CAPTURE(scene.layer);
  const RandomStream random(52, "replacements");
  const std::vector<NeuronSet> sets = test::all_sets(bit_neurons);
  std::vector<std::uint32_t> order(bit_neurons);
  std::iota(order.begin(), order.end(), 0u);
  for (const auto& [replace, word] : knockout_replace_names) {
    CAPTURE(word);
    const KnockoutOptions options{.replace = replace};
    const RowMatrix<float> listed = knockout_accuracy(scene.subject(), sets, options, random),
                           all = exhaustive_knockout_accuracy(scene.subject(), options, random);
    const SingleKnockout single = single_knockout_accuracy(scene.subject(), options, random);
    RowMatrix<double> along;
    KnockoutChain(scene.subject(), options, random).accuracy(order, along);
    CHECK(listed == all);
    for (int c = 0; c < bit_outputs; ++c) {
      CAPTURE(c);
      const auto two = scene.two_classes(c);
      const KnockoutSubject subject{two.network, scene.layer, scene.hidden, two.labels};
      CHECK(all.row(c) == exhaustive_knockout_accuracy(subject, options, random).row(1));
      CHECK(single.accuracy.row(c) == single_knockout_accuracy(subject, options, random).accuracy.row(1));
      CHECK(along(bit_neurons, c) == Approx(all(c, 0)).margin(1e-7));
      CHECK(along(0, c) == Approx(all(c, all.cols() - 1)).margin(1e-7));
    }
  }
}

TEST_CASE("Output bits are knocked out by threshold and exactly only", "[knockout][boolean]") {
  const BitScene scene(1);
  const RandomStream random(53, "not used");
  const KnockoutOptions by_argmax{.function = KnockoutFunction::argmax},
      by_sample{.method = KnockoutMethod::sampled, .sample_size = 3};
  for (const KnockoutOptions& options : {by_argmax, by_sample})
    CHECK_THROWS_WITH(knockout_accuracy(scene.subject(), test::all_sets(2), options, random),
                      Catch::Contains("use function threshold, method exact"));
  BitScene wrong(1);
  wrong.labels[4] = 8;
  CHECK_THROWS_WITH(knockout_accuracy(wrong.subject(), test::all_sets(2), {}, random),
                    Catch::Contains("label 8 of sample 4 is out of range [0,8)"));
}
