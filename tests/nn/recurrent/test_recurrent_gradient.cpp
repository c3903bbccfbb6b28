// Gradients against finite differences of an independent network in double precision.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/parallel.hpp"
#include "nn/recurrent/recurrent_backprop.hpp"
#include "nn/training/optimizer.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/recurrent/reference_recurrent.hpp"

using namespace inforelay;

namespace {

SequenceData random_sequences(std::size_t trials, std::size_t steps, std::size_t width, int classes, LabelTime time) {
  SequenceData data{.inputs = test::random_inputs(trials, steps, width, 21),
                    .label_time = time,
                    .class_names = numbered_names(classes)};
  RandomStream random(22, "labels");
  for (std::size_t i = 0; i < (time == LabelTime::each ? trials * steps : trials); ++i)
    data.labels.push_back(static_cast<Symbol>(random.below(static_cast<std::uint64_t>(classes))));
  return data;
}

/// Mean loss over the labelled steps, straight from the definition.
double reference_loss(const RecurrentNetwork& network, const std::vector<double>& parameters, Loss loss,
                      const OutputTargets& targets, const SequenceData& data, std::span<const std::uint32_t> batch) {
  double sum = 0;
  std::size_t terms = 0;
  for (const std::uint32_t trial : batch) {
    test::ReferenceRecurrent reference(network);
    reference.parameters = parameters;
    for (std::size_t step = 0; step < data.steps(); ++step) {
      const std::vector<double> y = reference.step(test::doubles(data.inputs.row(trial, step)));
      if (step < data.first_labelled_step()) continue;
      const std::size_t label = data.label(trial, step);
      ++terms;
      if (loss == Loss::cross_entropy) {
        double all = 0;
        for (const double value : y) all += std::exp(value);
        sum -= std::log(std::exp(y[label]) / all);
        continue;
      }
      for (std::size_t c = 0; c < y.size(); ++c) {
        const bool on = y.size() == 1 ? label == 1 : label == c;
        const double error = y[c] - static_cast<double>(on ? targets.on : targets.off);
        sum += error * error / static_cast<double>(y.size());
      }
    }
  }
  return sum / static_cast<double>(terms);
}

struct Case {
  RecurrentKind kind;
  int layers = 1, outputs = 2;
  LabelTime time = LabelTime::each;
  Loss loss = Loss::mean_squared_error;
  Activation output = Activation::identity;
};

void check_gradient(const Case& c) {
  CAPTURE(word_of(recurrent_kind_names, c.kind), c.layers, c.outputs, word_of(loss_names, c.loss));
  RandomStream random(1, "gradient");
  RecurrentNetwork network = make_recurrent({.kind = c.kind,
                                             .inputs = 2,
                                             .units = 3,
                                             .layers = c.layers,
                                             .outputs = c.outputs,
                                             .output_activation = c.output},
                                            random);
  const SequenceData data = random_sequences(40, 7, 2, std::max(c.outputs, 2), c.time);
  std::vector<std::uint32_t> batch(19);
  std::iota(batch.begin(), batch.end(), 11u);
  const OutputTargets targets{-0.25f, 1.5f};
  RecurrentBackprop backprop(c.loss, targets);
  const BatchScore score = backprop.run(network, data, batch, Progress::none());
  std::vector<double> parameters = test::ReferenceRecurrent(network).parameters;
  const auto loss = [&] { return reference_loss(network, parameters, c.loss, targets, data, batch); };
  const double labelled = static_cast<double>(19 * (7 - data.first_labelled_step()));
  CHECK(score.loss_sum / labelled == Approx(loss()).epsilon(1e-5));
  REQUIRE(std::as_const(backprop).gradient().size() == parameters.size());
  constexpr double h = 1e-5;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double value = parameters[i];
    parameters[i] = value + h;
    const double above = loss();
    parameters[i] = value - h;
    const double below = loss();
    parameters[i] = value;
    REQUIRE(std::as_const(backprop).gradient()[i] == Approx((above - below) / (2 * h)).epsilon(2e-4).margin(2e-6));
  }
}

}  // namespace

TEST_CASE("Gradients through time equal finite differences for every kind", "[recurrent][gradient]") {
  for (const RecurrentKind kind : test::all_kinds) {
    check_gradient({.kind = kind});
    check_gradient({.kind = kind, .layers = 3});
    check_gradient({.kind = kind, .outputs = 1, .output = Activation::sigmoid});
    check_gradient({.kind = kind, .layers = 2, .outputs = 4, .time = LabelTime::end, .loss = Loss::cross_entropy});
    check_gradient({.kind = kind, .outputs = 3, .time = LabelTime::each, .loss = Loss::cross_entropy});
  }
}

TEST_CASE("Gradients through many steps equal those of a sum over blocks of steps", "[recurrent][gradient]") {
  // 40 steps: more than one block of the kernel, and a rest; widths that are no multiple of a register block.
  RandomStream random(2, "gradient");
  const RecurrentNetwork network = make_recurrent({.kind = RecurrentKind::gru, .inputs = 3, .units = 5}, random);
  const SequenceData data = random_sequences(2, 40, 3, 2, LabelTime::each);
  const std::vector<std::uint32_t> batch{1};
  const OutputTargets targets{0, 1};
  RecurrentBackprop backprop(Loss::mean_squared_error, targets);
  backprop.run(network, data, batch, Progress::none());
  std::vector<double> parameters = test::ReferenceRecurrent(network).parameters;
  for (std::size_t i = 0; i < parameters.size(); i += 3) {
    const double value = parameters[i], h = 1e-5;
    const auto loss = [&](double at) {
      parameters[i] = at;
      return reference_loss(network, parameters, Loss::mean_squared_error, targets, data, batch);
    };
    const double slope = (loss(value + h) - loss(value - h)) / (2 * h);
    parameters[i] = value;
    REQUIRE(std::as_const(backprop).gradient()[i] == Approx(slope).epsilon(2e-4).margin(2e-6));
  }
}

TEST_CASE("Gradients through time do not depend on the number of threads", "[recurrent][gradient][threads]") {
  RandomStream random(5, "gradient");
  const RecurrentNetwork network = make_recurrent({.kind = RecurrentKind::lstm, .inputs = 2, .units = 7}, random);
  const SequenceData data = random_sequences(700, 9, 2, 2, LabelTime::each);
  for (const std::size_t size : {1u, 16u, 17u, 300u, 700u}) {
    std::vector<std::uint32_t> batch(size);
    std::iota(batch.begin(), batch.end(), 0u);
    set_thread_count(1);
    RecurrentBackprop one(Loss::mean_squared_error, {0, 1});
    const BatchScore score = one.run(network, data, batch, Progress::none());
    for (const int threads : {2, 3}) {
      set_thread_count(threads);
      RecurrentBackprop many(Loss::mean_squared_error, {0, 1});
      CHECK(many.run(network, data, batch, Progress::none()).loss_sum == score.loss_sum);
      CHECK(std::ranges::equal(many.gradient(), one.gradient()));
      many.run(network, data, std::vector<std::uint32_t>{3, 5}, Progress::none());  // leaves nothing behind
      many.run(network, data, batch, Progress::none());
      CHECK(std::ranges::equal(many.gradient(), one.gradient()));
    }
  }
}

TEST_CASE("Long gradients are scaled to the largest norm, short ones are left as they are", "[optimizer]") {
  std::vector<float> gradient{3, 0, -4};
  CHECK(clip_gradient_norm(gradient, 10) == 5);
  CHECK(gradient == std::vector<float>{3, 0, -4});
  CHECK(clip_gradient_norm(gradient, 2.5) == 5);
  CHECK(gradient[0] == Approx(1.5).epsilon(1e-6));
  CHECK(gradient[2] == Approx(-2).epsilon(1e-6));
}
