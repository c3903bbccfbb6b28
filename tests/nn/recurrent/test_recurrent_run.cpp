#include "nn/recurrent/recurrent_run.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/recurrent/recurrent_knockout.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/recurrent/reference_recurrent.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

RecurrentNetwork some_network(RecurrentKind kind, int layers = 1, int units = 5, int inputs = 3, int outputs = 2,
                              Activation output = Activation::identity) {
  RandomStream random(7, "network");
  return make_recurrent({.kind = kind,
                         .inputs = inputs,
                         .units = units,
                         .layers = layers,
                         .outputs = outputs,
                         .output_activation = output},
                        random);
}

double largest_difference(std::span<const float> a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::fabs(a[i] - b[i]));
  return largest;
}

}  // namespace

TEST_CASE("Outputs and states of every kind and depth follow the equations", "[recurrent]") {
  for (const RecurrentKind kind : test::all_kinds) {
    for (const int layers : {1, 3}) {
      for (const auto output : {Activation::identity, Activation::sigmoid}) {
        CAPTURE(word_of(recurrent_kind_names, kind), layers);
        const RecurrentNetwork network = some_network(kind, layers, 11, 3, 2, output);
        const SequenceArray inputs = test::random_inputs(19, 23, 3, 5);
        const RecurrentRecord record = run_recurrent(network, inputs);
        REQUIRE(record.states.width == network.state_width());
        double worst = 0;
        for (std::size_t trial = 0; trial < inputs.trials; ++trial) {
          test::ReferenceRecurrent reference(network);
          for (std::size_t step = 0; step < inputs.steps; ++step) {
            const auto expected = reference.step(test::doubles(inputs.row(trial, step)));
            worst = std::max(worst, largest_difference(record.output.row(trial, step), expected));
            worst = std::max(worst, largest_difference(record.states.row(trial, step), reference.state));
          }
        }
        CHECK(worst < 2e-6);
      }
    }
  }
}

TEST_CASE("A run begins with the given state", "[recurrent]") {
  for (const RecurrentKind kind : test::all_kinds) {
    const RecurrentNetwork network = some_network(kind, 2);
    const SequenceArray inputs = test::random_inputs(3, 4, 3, 6);
    RecurrentRunOptions options;
    for (std::size_t u = 0; u < network.state_width(); ++u)
      options.initial.push_back(0.3f - 0.05f * static_cast<float>(u));
    const RecurrentRecord record = run_recurrent(network, inputs, options);
    test::ReferenceRecurrent reference(network);
    reference.state = test::doubles(options.initial);
    for (std::size_t step = 0; step < 4; ++step) {
      const auto expected = reference.step(test::doubles(inputs.row(2, step)));
      CHECK(largest_difference(record.output.row(2, step), expected) < 2e-6);
    }
  }
}

TEST_CASE("A trial of a run depends neither on the other trials nor on the number of threads", "[recurrent][threads]") {
  const RecurrentNetwork network = some_network(RecurrentKind::lstm, 2);
  const SequenceArray inputs = test::random_inputs(50, 30, 3, 8);
  set_thread_count(1);
  const RecurrentRecord one = run_recurrent(network, inputs);
  for (const int threads : {2, 3}) {
    set_thread_count(threads);
    const RecurrentRecord many = run_recurrent(network, inputs);
    CHECK(many.output.values == one.output.values);
    CHECK(many.states.values == one.states.values);
  }
  SequenceArray last(1, 30, 3);
  std::copy_n(inputs.row(49, 0).data(), last.values.size(), last.values.begin());
  CHECK(std::ranges::equal(run_recurrent(network, last).output.values,
                           std::span(one.output.values).subspan(49 * 30 * 2, 30 * 2)));
}

TEST_CASE("The state before a step is replaced in the chosen units and steps", "[recurrent][knockout]") {
  const RecurrentNetwork network = some_network(RecurrentKind::lstm);
  const SequenceArray inputs = test::random_inputs(2, 9, 3, 9);
  const std::vector<int> units{1, 7};  // of h, and of c
  std::vector<float> mean(network.state_width());
  for (std::size_t u = 0; u < mean.size(); ++u) mean[u] = 0.1f * static_cast<float>(u) - 0.4f;
  for (const auto replace : {StateReplacement::zero, StateReplacement::mean, StateReplacement::noise}) {
    for (const auto& [from, to] : {std::pair<std::size_t, std::size_t>{0, SIZE_MAX}, {4, SIZE_MAX}, {4, 5}}) {
      RecurrentRunOptions options{
          .intervention = {.units = units, .replace = replace, .mean = mean, .sd = 0.3, .from = from, .to = to}};
      options.intervention.random = RandomStream(3, "test");
      const RecurrentRecord record = run_recurrent(network, inputs, options);
      test::ReferenceRecurrent reference(network);
      for (std::size_t step = 0; step < 9; ++step) {
        if (step >= from && step < to) {
          RandomStream random = options.intervention.random.child(1).child(step);
          for (std::size_t u = 0; u < reference.state.size(); ++u) {
            const double noise = 0.3 * random.normal();
            if (u != 1 && u != 7) continue;
            double& value = reference.state[u];
            value = replace == StateReplacement::noise  ? value + noise
                    : replace == StateReplacement::mean ? static_cast<double>(mean[u])
                                                        : 0;
          }
        }
        const auto expected = reference.step(test::doubles(inputs.row(1, step)));
        REQUIRE(largest_difference(record.output.row(1, step), expected) < 2e-6);
        REQUIRE(largest_difference(record.states.row(1, step), reference.state) < 2e-6);
      }
    }
  }
}

TEST_CASE("Noise of deviation 0 and no unit at all change nothing", "[recurrent][knockout]") {
  const RecurrentNetwork network = some_network(RecurrentKind::gru);
  const SequenceArray inputs = test::random_inputs(2, 9, 3, 9);
  const auto intact = run_recurrent(network, inputs).output.values;
  RecurrentRunOptions options{.intervention = {.units = {0, 1, 2, 3, 4}, .replace = StateReplacement::noise, .sd = 0}};
  CHECK(run_recurrent(network, inputs, options).output.values == intact);
  options.intervention = {.units = {}, .replace = StateReplacement::zero};
  CHECK(run_recurrent(network, inputs, options).output.values == intact);
}

TEST_CASE("Knockouts of many sets are those of runs one by one", "[recurrent][knockout]") {
  for (const RecurrentKind kind : test::all_kinds) {
    for (const LabelTime label_time : {LabelTime::each, LabelTime::end}) {
      const RecurrentNetwork network = some_network(kind);
      SequenceData data{.inputs = test::random_inputs(5, 12, 3, 11),
                        .labels = {},
                        .label_time = label_time,
                        .class_names = numbered_names(2)};
      RandomStream random(2, "labels");
      for (std::size_t i = 0; i < (label_time == LabelTime::each ? 60u : 5u); ++i)
        data.labels.push_back(static_cast<Symbol>(random.below(2)));
      const std::vector<float> mean = mean_states(run_recurrent(network, data.inputs).states);
      for (const auto replace : {StateReplacement::zero, StateReplacement::mean, StateReplacement::noise}) {
        const Intervention intervention{
            .units = {4, 0, 2, 1, 3}, .replace = replace, .mean = mean, .sd = 0.5, .from = 2, .to = 12};
        std::vector<NeuronSet> sets;
        for (std::uint32_t set = 0; set < 32; ++set) sets.emplace_back(set);
        sets.emplace_back(5u);  // any order, any number
        const SequenceKnockouts result = knock_out_sets(network, data, intervention, sets, {.each_step = true});
        for (std::size_t s = 0; s < sets.size(); ++s) {
          RecurrentRunOptions options{.intervention = intervention};
          options.intervention.units.clear();
          for (std::size_t k = 0; k < 5; ++k) {
            if (sets[s].contains(static_cast<int>(k))) options.intervention.units.push_back(intervention.units[k]);
          }
          const auto chosen = decisions(run_recurrent(network, data.inputs, options).output, 0.5f);
          RowMatrix<std::uint64_t> correct = RowMatrix<std::uint64_t>::Zero(1, 2);
          for (std::size_t trial = 0; trial < 5; ++trial) {
            for (std::size_t step = data.first_labelled_step(); step < 12; ++step) {
              const Symbol label = data.label(trial, step);
              correct(0, label) += chosen[trial * 12 + step] == label ? 1u : 0u;
            }
          }
          REQUIRE(result.correct.row(static_cast<Eigen::Index>(s)) == correct);
          const auto& steps = result.step_correct[s];
          REQUIRE(steps.colwise().sum().cast<std::uint64_t>() == correct);
        }
      }
    }
  }
}

TEST_CASE("Knockouts of sets do not depend on the number of threads", "[recurrent][knockout][threads]") {
  const RecurrentNetwork network = some_network(RecurrentKind::gru, 1, 6, 1, 1);
  SequenceData data{.inputs = test::random_inputs(2, 400, 1, 11),
                    .labels = std::vector<Symbol>(800, 1),
                    .label_time = LabelTime::each,
                    .class_names = numbered_names(2)};
  std::vector<NeuronSet> sets;
  for (std::uint32_t set = 0; set < 64; ++set) sets.emplace_back(set);
  const Intervention intervention{.units = {0, 1, 2, 3, 4, 5}, .replace = StateReplacement::noise};
  set_thread_count(1);
  const float middle = mean_states(run_recurrent(network, data.inputs).output).front();
  const auto one = knock_out_sets(network, data, intervention, sets, {.threshold = middle}).correct;
  set_thread_count(3);
  CHECK(knock_out_sets(network, data, intervention, sets, {.threshold = middle}).correct == one);
  CHECK(one.col(1).minCoeff() != one.col(1).maxCoeff());  // so the sets do matter
}

TEST_CASE("States that grow without bound end a run with an error", "[recurrent]") {
  RecurrentNetwork network = some_network(RecurrentKind::rnn_relu);
  network.layers[0].hidden_weight.setConstant(100);
  network.layers[0].input_bias.setConstant(1);
  const SequenceArray inputs = test::random_inputs(1, 100, 3, 1);
  CHECK_THROWS_WITH(run_recurrent(network, inputs), Contains("of trial 0 is"));
  CHECK_THROWS_AS(run_recurrent(network, inputs), ComputeError);
}

TEST_CASE("Knockouts refuse the initial states and outputs that a run refuses", "[recurrent][knockout]") {
  RecurrentNetwork network = some_network(RecurrentKind::rnn_relu);
  network.layers[0].input_bias.setConstant(10);  // so that states are positive
  const SequenceData data{.inputs = test::random_inputs(2, 4, 3, 1),
                          .labels = {0, 1},
                          .label_time = LabelTime::end,
                          .class_names = numbered_names(2)};
  const Intervention intervention{.units = {0, 1}, .replace = StateReplacement::zero, .from = 0, .to = 4};
  const std::vector<NeuronSet> sets{NeuronSet{}, NeuronSet{1}};
  const auto knock_out = [&](const SequenceKnockoutOptions& options) {
    return knock_out_sets(network, data, intervention, sets, options);
  };
  CHECK_NOTHROW(knock_out({}));
  CHECK_THROWS_WITH(knock_out({.initial = {0, 0, INFINITY, 0, 0}}),
                    "initial state: that of unit 2 is inf, expected a finite number");
  CHECK_THROWS_WITH(knock_out({.initial = {1, 2}}), Contains("initial state: 2 values, expected 5"));
  network.readout.weight.setConstant(3e38f);  // steps without a label overflow, too
  CHECK_THROWS_AS(run_recurrent(network, data.inputs), ComputeError);
  CHECK_THROWS_AS(knock_out({}), ComputeError);
  CHECK_THROWS_WITH(knock_out({}), Contains("at step 0 of trial 0 for the set '' is "));
}

TEST_CASE("Sets beyond the units in question are refused, and the first such unit is named", "[recurrent][knockout]") {
  const RecurrentNetwork network = some_network(RecurrentKind::gru);
  const SequenceData data{.inputs = test::random_inputs(1, 4, 3, 1),
                          .labels = {1},
                          .label_time = LabelTime::end,
                          .class_names = numbered_names(2)};
  const Intervention intervention{.units = {0, 1}, .replace = StateReplacement::zero, .from = 0, .to = 4};
  const std::vector<NeuronSet> sets{NeuronSet{0}, NeuronSet{1, 5, 6}};
  CHECK_THROWS_WITH(knock_out_sets(network, data, intervention, sets), "knockout: set names unit 5, expected [0,2)");
}

TEST_CASE("Arguments of runs that do not fit are refused by name", "[recurrent]") {
  const RecurrentNetwork network = some_network(RecurrentKind::gru);
  const SequenceArray inputs = test::random_inputs(1, 2, 3, 1);
  CHECK_THROWS_WITH(run_recurrent(network, test::random_inputs(1, 2, 4, 1)), Contains("inputs of a step is 4"));
  const auto refused = [&](Intervention intervention, const std::string& message) {
    CHECK_THROWS_WITH(run_recurrent(network, inputs, {.intervention = std::move(intervention)}), Contains(message));
  };
  refused({.units = {5}}, "unit 5, expected [0,5)");
  refused({.units = {-1}}, "unit -1, expected [0,5)");
  refused({.units = {1, 1}}, "unit 1 is named twice");
  refused({.replace = StateReplacement::mean}, "means: 0 values, expected 5");
  refused({.replace = StateReplacement::mean, .mean = {0, 0, NAN, 0, 0}}, "that of unit 2 is nan");
  refused({.sd = -1}, "sd is -1");
  refused({.units = {1}, .from = 1, .to = 1}, "from is 1, expected less than `to`");
  refused({.units = {1}, .from = 2}, "from is 2, expected a step in [0,2)");
  CHECK_THROWS_WITH(run_recurrent(network, inputs, {.initial = {1, 2}}), Contains("initial state: 2 values"));
  RecurrentNetwork broken = network;
  broken.readout.weight.conservativeResize(2, 4);
  CHECK_THROWS_WITH(run_recurrent(broken, inputs), Contains("the readout takes 4 inputs, expected 5"));
  CHECK_THROWS_WITH(sequence_accuracy({1, 2, 2}, {.inputs = {1, 3, 3}}, 0), Contains("expected 1 of 3"));
}
