#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/knockout/knockout_chain.hpp"
#include "nn/knockout/knockout_terms.hpp"
#include "nn/knockout/single_knockout.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/knockout/knockout_forward.hpp"
#include "tests/nn/knockout/knockout_networks.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

constexpr KnockoutOptions exact{};
const RandomStream no_random(0, "not used");

KnockoutOptions sampled(int n) { return {.method = KnockoutMethod::sampled, .sample_size = n}; }

// Two classes told apart by neuron 0 (its sign is the class) and neuron 1 (a copy of it); neuron 2 is dead.
NetworkScene copies() {
  NetworkScene scene;
  scene.network.layers = {{RowMatrix<float>::Zero(3, 1), Eigen::VectorXf::Zero(3)},
                          {RowMatrix<float>::Zero(2, 3), Eigen::VectorXf::Zero(2)}};
  scene.network.layers[1].weight << 1, 0.5f, 0.25f, -1, -0.5f, 0.25f;
  scene.hidden.resize(6, 3);
  scene.hidden << 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, -1, 0, -1, -1, 0, -1, 1, 0;
  scene.labels = {0, 0, 0, 0, 1, 1};
  return scene;
}

}  // namespace

TEST_CASE("Knockouts of a copy leave the weaker copy, and of both an output that is always off", "[knockout]") {
  const NetworkScene scene = copies();
  const RowMatrix<float> accuracy = exhaustive_knockout_accuracy(scene.subject(), exact, no_random);
  REQUIRE(accuracy.rows() == 2);
  REQUIRE(accuracy.cols() == 8);
  for (int c = 0; c < 2; ++c) {
    CHECK(accuracy(c, 0) == 1);  // neuron 0 outweighs neuron 1
    CHECK(accuracy(c, NeuronSet{1}.index()) == 1);
    CHECK(accuracy(c, NeuronSet{0}.index()) == 0.625f);   // neuron 1 is right for 3 of 4 and 1 of 2
    CHECK(accuracy(c, NeuronSet{0, 1}.index()) == 0.5f);  // always off
    CHECK(accuracy(c, 7) == 0.5f);
    for (std::uint32_t set = 0; set < 4; ++set) CHECK(accuracy(c, set) == accuracy(c, set | 4));  // the dead neuron
  }
}

TEST_CASE("With all neurons knocked out, accuracy is at chance for any bias", "[knockout]") {
  NetworkScene scene = copies();
  for (const float bias : {-1.0f, 0.0f, 1.0f}) {
    scene.network.layers[1].bias.setConstant(bias);
    CHECK(exhaustive_knockout_accuracy(scene.subject(), exact, no_random)(0, 7) == 0.5f);
  }
}

TEST_CASE("Fast knockouts equal those set by set and a forward pass with zeroed weights", "[knockout]") {
  RandomStream random(1, "forward");
  for (int neurons = 1; neurons <= 10; ++neurons) {
    CAPTURE(neurons);
    const int classes = 3, samples = 100;
    const NetworkScene scene = random_scene(neurons, classes, samples, random);
    const auto sets = all_sets(neurons);
    const RowMatrix<float> fast = exhaustive_knockout_accuracy(scene.subject(), exact, no_random);
    CHECK(fast == knockout_accuracy(scene.subject(), sets, exact, no_random));

    const DenseLayer& output = scene.network.layers[1];
    for (const NeuronSet set : sets) {
      RowMatrix<double> weight = output.weight.cast<double>();
      for (int k = 0; k < neurons; ++k) {
        if (set.contains(k)) weight.col(k).setZero();
      }
      RowMatrix<double> sums = scene.hidden.cast<double>() * weight.transpose();
      sums.rowwise() += output.bias.cast<double>().transpose();
      REQUIRE(sums.cwiseAbs().minCoeff() > 1e-9);
      for (int c = 0; c < classes; ++c) {
        double right = 0, wrong = 0, of_class = 0;
        for (int i = 0; i < samples; ++i) {
          const bool is_class = scene.labels[static_cast<std::size_t>(i)] == c;
          of_class += is_class;
          (is_class ? right : wrong) += sums(i, c) > 0;
        }
        const double expected = (right / of_class + 1 - wrong / (samples - of_class)) / 2;
        REQUIRE(fast(c, set.index()) == Approx(expected).margin(1e-6));
      }
    }
  }
}

TEST_CASE("Knockouts of a layer before the last go through the layers between", "[knockout]") {
  RandomStream random(2, "deep");
  const int neurons = 5, classes = 3, samples = 1500;
  for (const Activation activation : {Activation::tanh, Activation::sigmoid, Activation::relu, Activation::identity}) {
    NetworkScene deep = random_scene(neurons, classes, samples, random);
    DenseLayer middle = random_layer(neurons, 4, random);
    middle.activation = activation;
    deep.network.layers = {deep.network.layers[0], middle, random_layer(4, classes, random)};
    const RowMatrix<float> accuracy = exhaustive_knockout_accuracy(deep.subject(), exact, no_random);
    CHECK(accuracy == knockout_accuracy(deep.subject(), all_sets(neurons), exact, no_random));

    for (const NeuronSet set : {NeuronSet{}, NeuronSet{1, 4}, NeuronSet::all(neurons)}) {
      Eigen::MatrixXd kept = deep.hidden.cast<double>();
      for (int k = 0; k < neurons; ++k) kept.col(k) *= set.contains(k) ? 0 : 1;
      Eigen::MatrixXd sums = kept * middle.weight.cast<double>().transpose();
      sums.rowwise() += middle.bias.cast<double>().transpose();
      const Eigen::MatrixXd values = sums.unaryExpr([&](double x) {
        switch (activation.kind) {
          case Activation::Kind::tanh:
            return std::tanh(x);
          case Activation::Kind::sigmoid:
            return 1 / (1 + std::exp(-x));
          case Activation::Kind::relu:
            return std::max(x, 0.0);
          default:
            return x;
        }
      });
      // The last hidden layer's own path, on activations computed here.
      NetworkScene last = deep;
      last.layer = 2;
      last.hidden = values.cast<float>();
      const NeuronSet none[] = {NeuronSet{}};
      const auto expected = knockout_accuracy(last.subject(), none, exact, no_random);
      // One sample within float's rounding of the border may fall on either side.
      CHECK((accuracy.col(set.index()) - expected.col(0)).cwiseAbs().maxCoeff() <= 0.5f / 300);
    }
  }
}

TEST_CASE("Knockouts do not depend on the number of threads", "[knockout]") {
  RandomStream random(4, "threads");
  const NetworkScene scene = random_scene(13, 3, 3000, random);
  NetworkScene deep = random_scene(4, 3, 300, random);
  deep.network.layers = {deep.network.layers[0], random_layer(4, 6, random), random_layer(6, 3, random)};
  const RandomStream draws(9, "draws");
  std::vector<RowMatrix<float>> results[3];
  for (const int threads : {1, 2, 3}) {
    set_thread_count(threads);
    results[threads - 1] = {exhaustive_knockout_accuracy(scene.subject(), exact, draws),
                            exhaustive_knockout_accuracy(scene.subject(), sampled(50), draws),
                            exhaustive_knockout_accuracy(deep.subject(), sampled(50), draws),
                            knockout_accuracy(scene.subject(), all_sets(6), sampled(50), draws)};
  }
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
  // A set's draw is its own: the same among 64 sets as among all.
  CHECK(results[0][3] == results[0][1].leftCols(64));
}

TEST_CASE("Sampled knockouts scatter around the exact values with the expected deviation", "[knockout][long]") {
  RandomStream random(5, "scatter");
  const int classes = 3, n = 60;
  const NetworkScene scene = random_scene(8, classes, 900, random);
  const RowMatrix<float> truth = exhaustive_knockout_accuracy(scene.subject(), exact, no_random);
  const auto sets = all_sets(8);

  // The published procedure, image by image: mean and variance over draws, to compare with.
  const NeuronSet set{2, 5};
  std::vector<std::vector<std::uint32_t>> of_class(classes);
  for (std::size_t i = 0; i < scene.labels.size(); ++i)
    of_class[scene.labels[i]].push_back(static_cast<std::uint32_t>(i));
  const Replacement zero(8);
  const KnockoutTerms terms = knockout_terms(scene.network.layers[1], 0, scene.hidden, zero);
  const auto one_draw = [&](RandomStream& draw) {
    std::vector<std::uint32_t> others;
    double right = 0;
    for (std::size_t c = 0; c < of_class.size(); ++c) {
      for (const auto item : sample_without_replacement(of_class[c].size(), n, draw)) {
        if (c == 0) right += terms.on(of_class[c][item], set);
        if (c != 0) others.push_back(of_class[c][item]);
      }
    }
    for (const auto item : sample_without_replacement(others.size(), n, draw)) right += !terms.on(others[item], set);
    return right / (2.0 * n);
  };
  constexpr int draws = 4000;
  double sum[2] = {}, squares[2] = {};
  const NeuronSet asked[] = {set};
  for (std::uint64_t i = 0; i < draws; ++i) {
    RandomStream image_by_image = random.child(i);
    const double values[2] = {
        one_draw(image_by_image),
        static_cast<double>(knockout_accuracy(scene.subject(), asked, sampled(n), random.child(i))(0, 0))};
    for (const int method : {0, 1}) {
      sum[method] += values[method] - truth(0, set.index());
      squares[method] += std::pow(values[method] - truth(0, set.index()), 2);
    }
  }
  const double variance[2] = {squares[0] / draws - std::pow(sum[0] / draws, 2),
                              squares[1] / draws - std::pow(sum[1] / draws, 2)};
  REQUIRE(variance[0] > 0);
  // The others' classes are not equally large, so the draw's mean is that of image by image, not quite the truth.
  CHECK(std::abs(sum[0] - sum[1]) / draws < 4.5 * std::sqrt(2 * variance[0] / draws));
  CHECK(variance[1] / variance[0] == Approx(1).margin(4.5 * std::sqrt(4.0 / draws)));

  // Over all sets: the mean deviation is small, and every set has a draw of its own.
  const RowMatrix<float> drawn = exhaustive_knockout_accuracy(scene.subject(), sampled(n), random);
  CHECK(std::abs((drawn - truth).mean()) < 0.01);
  CHECK((drawn - truth).cwiseAbs().maxCoeff() < 0.3);
  CHECK(drawn != exhaustive_knockout_accuracy(scene.subject(), sampled(n), random.child("another")));
}

TEST_CASE("Sampling all of equally large classes is exact for the class", "[knockout]") {
  RandomStream random(6, "all");
  NetworkScene scene = random_scene(4, 2, 80, random);
  for (std::size_t i = 0; i < 80; ++i) scene.labels[i] = i % 2;
  CHECK(exhaustive_knockout_accuracy(scene.subject(), sampled(40), random) ==
        exhaustive_knockout_accuracy(scene.subject(), exact, random));
}

TEST_CASE("Knockouts name what is wrong with a request", "[knockout]") {
  RandomStream random(7, "errors");
  NetworkScene scene = random_scene(4, 3, 90, random);
  for (std::size_t i = 0; i < 90; ++i) scene.labels[i] = i < 20 ? 1 : 2 * (i % 2);
  const auto run = [&](const KnockoutOptions& options) {
    return exhaustive_knockout_accuracy(scene.subject(), options, random);
  };
  CHECK_THROWS_WITH(run(sampled(21)), "knockouts: sample_size 21 is more than the 20 samples of class 1");
  CHECK_THROWS_AS(run(sampled(21)), UsageError);
  CHECK_THROWS_WITH(run(sampled(0)), "knockouts: sample_size is 0, expected at least 1");
  CHECK_NOTHROW(run(sampled(20)));
  const NeuronSet beyond[] = {NeuronSet{1, 4}};
  CHECK_THROWS_WITH(knockout_accuracy(scene.subject(), beyond, exact, random),
                    "knockouts: the set {1 4} holds neurons that hidden layer 1 of 4 neurons lacks");
  scene.layer = 2;
  CHECK_THROWS_WITH(run(exact), "knockouts: there is no hidden layer 2; the network has 1 hidden layers");
  scene.layer = 0;
  CHECK_THROWS_AS(run(exact), UsageError);
  scene.layer = 1;
  scene.labels[5] = 3;
  CHECK_THROWS_WITH(run(exact), "knockouts: label 3 of sample 5 is out of range [0,3)");
  CHECK_THROWS_AS(run(exact), DataError);
  for (auto& label : scene.labels) label = static_cast<Symbol>(label == 1 ? 0 : label % 3);
  CHECK_THROWS_WITH(run(exact), Catch::StartsWith("knockouts: 0 of 90 samples are of class 1"));
  CHECK_THROWS_AS(run(exact), DataError);
  scene.labels.pop_back();
  CHECK_THROWS_WITH(run(exact), "knockouts: activations of 90 samples, but 89 labels");
  scene.hidden.conservativeResize(90, 3);
  CHECK_THROWS_WITH(run(exact), "knockouts: activations of 3 neurons, but hidden layer 1 has 4");

  const NetworkScene wide = random_scene(25, 2, 4, random);
  CHECK_THROWS_WITH(exhaustive_knockout_accuracy(wide.subject(), exact, random),
                    "knockouts: hidden layer 1 has 25 neurons; all sets are possible for at most 24");
  CHECK_NOTHROW(knockout_accuracy(wide.subject(), all_sets(2), exact, random));
}

TEST_CASE("Sums of outputs that overflow behind later layers are errors of all kinds of knockouts", "[knockout]") {
  // Outputs are + or - infinity, or NaN as the difference of the two.
  const int sign = GENERATE(1, -1, 0);
  CAPTURE(sign);
  RandomStream random(49, "overflow");
  NetworkScene scene = random_scene(3, 4, 70, random);
  scene.network.layers.push_back(random_layer(4, 5, random));
  scene.network.layers.push_back(random_layer(5, 2, random));
  for (Symbol& label : scene.labels) label %= 2;
  for (std::size_t l = 1; l < scene.network.layers.size(); ++l) {
    scene.network.layers[l].activation = Activation::identity;
    scene.network.layers[l].weight.setConstant(1e20f);
  }
  if (sign != 1) scene.network.layers.back().weight *= -1;
  if (sign == 0) scene.network.layers.back().weight.leftCols(1) *= -1;
  scene.hidden = scene.hidden.cwiseAbs().array() + 1;
  for (const auto& [function, name] : knockout_function_names) {
    CAPTURE(name);
    const KnockoutOptions options{.function = function};
    const std::vector<NeuronSet> none{NeuronSet{}};
    CHECK_THROWS_WITH(knockout_accuracy(scene.subject(), none, options, no_random),
                      "knockouts: the sums of an output overflow with {} knocked out");
    CHECK_THROWS_AS(exhaustive_knockout_accuracy(scene.subject(), options, no_random), ComputeError);
    CHECK_THROWS_AS(single_knockout_accuracy(scene.subject(), options, no_random), ComputeError);
    RowMatrix<double> along;
    CHECK_THROWS_AS(
        KnockoutChain(scene.subject(), options, no_random).accuracy(std::vector<std::uint32_t>{0, 1, 2}, along),
        ComputeError);
  }
}

TEST_CASE("Knockouts report their progress and stop when asked", "[knockout]") {
  struct Recorder : Progress {
    std::vector<std::uint64_t> seen;
    std::uint64_t total_seen = 0, stop_after = ~std::uint64_t{0};
    void report(std::uint64_t done, std::uint64_t total) override {
      seen.push_back(done);
      total_seen = total;
    }
    bool stop_requested() const override { return seen.size() >= stop_after; }
  };
  set_thread_count(1);
  RandomStream random(8, "progress");
  NetworkScene scene = random_scene(12, 3, 200, random);
  for (const bool last : {true, false}) {
    if (!last) {
      scene = random_scene(4, 3, 200, random);
      scene.network.layers = {scene.network.layers[0], random_layer(4, 6, random), random_layer(6, 3, random)};
    }
    Recorder all;
    exhaustive_knockout_accuracy(scene.subject(), exact, random, all);
    CHECK(all.seen.size() > 10);
    CHECK(std::is_sorted(all.seen.begin(), all.seen.end()));
    CHECK(all.seen.back() == all.total_seen);
    Recorder stopped;
    stopped.stop_after = 3;
    CHECK_THROWS_AS(exhaustive_knockout_accuracy(scene.subject(), exact, random, stopped), Interrupted);
    CHECK(stopped.seen.size() == 3);
  }
}
