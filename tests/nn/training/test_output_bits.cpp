// Training, accuracies and decisions of networks whose outputs are bits of the label.
#include <array>

#include "core/error.hpp"
#include "nn/training/accuracy.hpp"
#include "nn/training/loss.hpp"
#include "nn/training/trainer.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

// All inputs of 4 bits; labels xor(1,2) + 2 and(3,4).
Dataset two_functions() {
  RowMatrix<float> inputs(16, 4);
  std::vector<Symbol> labels;
  for (int i = 0; i < 16; ++i) {
    for (int bit = 0; bit < 4; ++bit) inputs(i, bit) = (i >> bit & 1) != 0 ? 1.0f : -1.0f;
    const int exclusive = (i & 1) ^ (i >> 1 & 1), both = (i >> 2 & 1) & (i >> 3 & 1);
    labels.push_back(static_cast<Symbol>(exclusive + 2 * both));
  }
  return {inputs, labels, {"xor", "and"}, {}, LabelKind::bits};
}

}  // namespace

TEST_CASE("The loss of several output bits is the mean of the losses of each", "[training][boolean]") {
  const std::vector<Symbol> labels{0, 5, 6};
  const std::vector<float> output{-0.9f, 0.2f, -0.3f, 0.8f, -0.1f, 0.4f, -0.6f, 0.7f, -0.2f};
  std::vector<float> delta(9);
  const BatchScore score =
      score_and_delta(Loss::mean_squared_error, Activation::tanh, output, nullptr, labels, 3, delta, LabelKind::bits);
  double sum = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    std::vector<float> own, own_delta(3);
    std::vector<Symbol> own_labels;
    for (std::size_t s = 0; s < 3; ++s) {
      own.push_back(output[3 * s + c]);
      own_labels.push_back(static_cast<Symbol>(labels[s] >> c & 1));
    }
    sum += score_and_delta(Loss::mean_squared_error, Activation::tanh, own, nullptr, own_labels, 3, own_delta).loss_sum;
    for (std::size_t s = 0; s < 3; ++s) CHECK(delta[3 * s + c] == Approx(own_delta[s] / 3).epsilon(1e-6));
  }
  CHECK(score.loss_sum == Approx(sum / 3).epsilon(1e-12));
  CHECK(score.correct == 1);  // the first: one of 0.2 and nothing else is wrong; the second is right
}

TEST_CASE("The balanced accuracy of each bit is that of a single output", "[accuracy][boolean]") {
  RandomStream random(1, "bits");
  RowMatrix<float> output(200, 3);
  for (float& y : output.reshaped<Eigen::RowMajor>()) y = static_cast<float>(random.uniform(-1, 1));
  std::vector<Symbol> labels(200);
  for (Symbol& label : labels) label = static_cast<Symbol>(random.below(8));
  const std::vector<double> accuracy = balanced_accuracy(output, labels, 0.1f, LabelKind::bits);
  std::size_t right = 0;
  const std::vector<Symbol> decided = decided_bits(output, 0.1f);
  for (std::size_t n = 0; n < 200; ++n) right += decided[n] == labels[n] ? 1 : 0;
  CHECK(binary_accuracy(output, labels, 0.1f) == Approx(static_cast<double>(right) / 200).epsilon(1e-15));
  for (Eigen::Index c = 0; c < 3; ++c) {
    std::vector<Symbol> own;
    for (std::size_t n = 0; n < 200; ++n) {
      own.push_back(static_cast<Symbol>(labels[n] >> c & 1));
      CHECK((decided[n] >> c & 1) == (output(static_cast<Eigen::Index>(n), c) > 0.1f ? 1 : 0));
    }
    CHECK(accuracy[static_cast<std::size_t>(c)] == balanced_accuracy(output.col(c), own, 0.1f).front());
  }
  CHECK_THROWS_WITH(decided_bits(RowMatrix<float>::Zero(1, 9), 0), Contains("9 outputs for bits, expected at most 8"));
}

TEST_CASE("A network learns several output bits at once, and what it decides is recorded as their number",
          "[trainer][boolean]") {
  const Dataset data = two_functions();
  RandomStream init(3, "init");
  const Mlp start = make_mlp(std::array{4, 6, 2}, Activation::tanh, Activation::tanh, init);
  TrainingOptions options{.batch_size = 0, .stop = {.accuracy = 1.0}, .max_epochs = 2000};
  options.optimizer.learning_rate = 0.02;
  Trainer trainer(options, {start}, data, data, RandomStream(4, "train"));
  trainer.run();
  CHECK(trainer.state().reached);
  const NetworkRecord record = record_layers(trainer.state().network, data, {1});
  CHECK(std::equal(data.labels().begin(), data.labels().end(), record.layers[0].output.begin()));
  CHECK(trainer.state().curve.accuracy_test.bottomRows(1) == RowMatrix<double>::Ones(1, 2));

  options.evaluation.method = Evaluation::Method::sampled;
  CHECK_THROWS_WITH(Trainer(options, {start}, data, data, init),
                    Contains("evaluation sampled draws samples of each class"));
  options.evaluation.method = Evaluation::Method::exact;
  options.loss = Loss::cross_entropy;
  CHECK_THROWS_WITH(Trainer(options, {start}, data, data, init), Contains("does not train several output bits"));
}
