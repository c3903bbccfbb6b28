// Recurrent networks end to end: networks made by hand whose numbers are known, training with resumption, what is
// refused.
#include <fmt/format.h>

#include <cmath>

#include "core/files/files.hpp"
#include "core/files/hdf5_file.hpp"
#include "nn/recurrent/recurrent_weights.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

/// h of `units` relu units; input i enters unit `at[i]`; `next`: the weights from h to h.
void save_network(const std::filesystem::path& path, int units, const std::vector<int>& at,
                  const std::vector<std::pair<int, int>>& from_to, const std::vector<int>& read) {
  RecurrentNetwork network{.kind = RecurrentKind::rnn_relu, .layers = {}, .readout = {}};
  RecurrentLayer layer{RowMatrix<float>::Zero(units, std::ssize(at)), RowMatrix<float>::Zero(units, units),
                       Eigen::VectorXf::Zero(units), Eigen::VectorXf::Zero(units)};
  for (std::size_t i = 0; i < at.size(); ++i) layer.input_weight(at[i], static_cast<Eigen::Index>(i)) = 1;
  for (const auto& [from, to] : from_to) layer.hidden_weight(to, from) = 1;
  network.layers.push_back(layer);
  network.readout = {RowMatrix<float>::Zero(1, units), Eigen::VectorXf::Zero(1), Activation::identity};
  for (const int unit : read) network.readout.weight(0, unit) = 1;
  save_recurrent(path, network);
}

std::vector<std::pair<int, int>> chain(int units) {
  std::vector<std::pair<int, int>> pairs;
  for (int unit = 1; unit < units; ++unit) pairs.emplace_back(unit - 1, unit);
  return pairs;
}

/// The sequences whose first bit is the label: [trial,time,input] with two inputs, the second 0 throughout.
void save_first_bit_trials(const std::filesystem::path& folder, int trials, int steps) {
  std::string inputs = "\x93NUMPY\x01", labels = inputs;
  const auto header = [](std::string& file, const std::string& type, const std::string& shape) {
    std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type, shape);
    text.resize(117, ' ');
    text += '\n';
    file += '\0';
    file += static_cast<char>(text.size());
    file += '\0';
    file += text;
  };
  header(inputs, "|u1", fmt::format("{}, {}, 2", trials, steps));
  header(labels, "|u1", fmt::format("{},", trials));
  for (int trial = 0; trial < trials; ++trial) {
    for (int step = 0; step < steps; ++step) {
      inputs += static_cast<char>(step == 0 ? trial % 2 : 0);
      inputs += '\0';
    }
    labels += static_cast<char>(trial % 2);
  }
  write_file_atomically(folder / "x.npy", std::string_view(inputs));
  write_file_atomically(folder / "y.npy", std::string_view(labels));
}

constexpr const char* first_bit_data =
    "data:\n  dataset: sequence\n  train: {inputs: x.npy, labels: y.npy}\n  test: {inputs: x.npy, labels: y.npy}\n";

}  // namespace

TEST_CASE("A shift register has each past bit on one unit, and its error without a unit is that of a guess",
          "[recurrent]") {
  const TemporaryFolder folder;
  constexpr int units = 5;
  save_network(folder / "w.safetensors", units, {0}, chain(units), {3});
  const ProgramResult run =
      run_config(folder,
                 "name: t\ndata: {dataset: nback, n: 3, steps: 4000}\nnetworks:\n"
                 "  r: {weights: w.safetensors, recurrent: {kind: rnn_relu}}\n"
                 "analysis:\n  discretize: {method: threshold, threshold: 0.5}\n  lags: [1, 4, 6]\n"
                 "  relay: {subsets: [test], exhaustive: [test]}\n"
                 "  knockout: {subsets: [test], replace: zero}\n  importance: true\n");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const Hdf5Reader results(folder / "out/results.h5");
  const std::string layer = "networks/r/layers/h1/";
  const auto representation =
      results.matrix<double>(layer + "measures/test/temporal_representation", 3, std::size_t{1} << units);
  CHECK(results.vector<std::int64_t>(layer + "measures/test/lag") == std::vector<std::int64_t>{1, 4, 6});
  for (std::uint32_t set = 0; set < 1u << units; ++set) {
    for (const auto& [row, lag] : {std::pair(0, 1), std::pair(1, 4), std::pair(2, 6)}) {
      // Finite samples: the bit's own entropy is a little below 1 bit, what says nothing a little above 0.
      const bool holds = lag < units && (set >> lag & 1u) != 0;
      CHECK(std::fabs(representation(row, set) - (holds ? 1 : 0)) < 0.02);
    }
  }
  // Decided by unit 3 alone: without it, or what led to it, the output is 0 always.
  const auto error = results.vector<double>(layer + "time_knockout/test/error_rate", std::size_t{1} << units);
  CHECK(error[0] == 0);
  CHECK(error[1u << 4] == 0);
  for (const std::uint32_t unit : {0u, 1u, 2u}) CHECK(std::fabs(error[1u << unit] - 0.5) < 0.03);
  CHECK(error[1u << 3] == 0);  // the state before a step: unit 3 is written anew from unit 2
  CHECK(results.array<double>(layer + "states/test/step_accuracy").front() == 1);
  CHECK(results.vector<std::uint16_t>(layer + "states/test/stimulus", 4000).size() == 4000);
  CHECK_THAT(run.out, Contains("rnn_relu 1-5-1 identity"));
}

TEST_CASE("Relays of a shift register drift from step to step, and those of a latch stay", "[recurrent]") {
  const TemporaryFolder folder;
  constexpr int units = 4, steps = 4;
  save_first_bit_trials(folder.path(), 64, steps);
  save_network(folder / "shift.safetensors", units, {0, 0}, chain(units), {units - 1});
  save_network(folder / "latch.safetensors", units, {2, 2}, {{2, 2}}, {2});
  const ProgramResult run = run_config(
      folder, fmt::format("name: t\n{}networks:\n"
                          "  shift: {{weights: shift.safetensors, recurrent: {{kind: rnn_relu, time: each}}}}\n"
                          "  latch: {{weights: latch.safetensors, recurrent: {{kind: rnn_relu, time: each}}}}\n"
                          "analysis:\n  discretize: {{method: threshold, threshold: 0.5}}\n  drift: 1\n"
                          "  relay: {{subsets: [test], exhaustive: []}}\n",
                          first_bit_data));
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const Hdf5Reader results(folder / "out/results.h5");
  for (const auto& [name, drift] : {std::pair("shift", 1.0), std::pair("latch", 0.0)}) {
    CAPTURE(name);
    const std::string layer = fmt::format("networks/{}/layers/h1/", name);
    CHECK(results.matrix<double>(layer + "drift/test/drift", 2, steps - 1) ==
          RowMatrix<double>::Constant(2, steps - 1, drift));
    CHECK(results.vector<double>(layer + "drift/test/mean", 2) == std::vector<double>{drift, drift});
    CHECK(results.vector<std::int64_t>(layer + "drift/test/pairs", 2) == std::vector<std::int64_t>{3, 3});
    CHECK(std::fabs(results.array<double>(layer + "drift/test/by_chance").front() - 0.75) < 1e-12);
  }
  // All relay information is one bit on one unit, that of the step for the shift register.
  const auto total = results.matrix<double>("networks/shift/layers/h1/relay/test/total", steps, 2);
  CHECK((total - RowMatrix<double>::Constant(steps, 2, 1.0)).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("An interrupted training of a recurrent network ends with the same weights to the last bit", "[recurrent]") {
  const TemporaryFolder folder;
  const std::string config =
      "name: t\ndata: {dataset: nback, n: 2, steps: 500, train_trials: 40, train_steps: 50}\nnetworks:\n"
      "  g: {recurrent: {kind: gru, units: 4, outputs: 1, train: {max_epochs: 6, batch_size: 4, learning_rate: "
      "0.02}}}\n"
      "analysis:\n  relay: {subsets: [test], exhaustive: [test]}\n  knockout: {subsets: [test], sets: single, replace: "
      "mean, from: 3}\n";
  const ProgramResult whole = run_config(folder, config);
  INFO(whole.err);
  REQUIRE(whole.exit_code == 0);
  const ProgramOptions stop{.environment = {{"INFORELAY_SAVE_SECONDS", "0"}},
                            .signal_when = after_changes(folder / "parts", 2)};
  write_file_atomically(folder / "t.yaml", std::string_view(config));
  const ProgramResult first = run_program({"t.yaml", "-o", "parts"}, folder.path(), stop);
  CHECK((first.exit_code == 130 || first.exit_code == 0));
  REQUIRE(run_program({"t.yaml", "-o", "parts"}, folder.path()).exit_code == 0);
  CHECK(identical(numbers_of(folder / "out/results.h5"), numbers_of(folder / "parts/results.h5")));
  const Hdf5Reader results(folder / "out/results.h5");
  CHECK(results.vector<double>("networks/g/training/loss", 6).back() <
        results.vector<double>("networks/g/training/loss", 6).front());
  CHECK(results.attribute<std::string>("networks/g/layers/h1/time_knockout/test", "replace") == "mean");
}

TEST_CASE("Rows of images are read by a recurrent network, and its weights are written and read again", "[recurrent]") {
  const TemporaryFolder folder;
  const std::string rest =
      "analysis:\n  relay: {subsets: [test], exhaustive: []}\n  knockout: {subsets: [test], sets: single, each_step: "
      "true}\n";
  const std::string data = "name: t\ndata: {dataset: digits, train_limit: 200, test_limit: 100}\nnetworks:\n";
  const ProgramResult run = run_config(
      folder, data +
                  "  l: {weights_out: w.safetensors, recurrent: {kind: lstm, units: 3, states: both, time: [9, 27], "
                  "train: {max_epochs: 1, batch_size: 20, loss: cross_entropy}}}\n" +
                  rest);
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const Hdf5Reader results(folder / "out/results.h5");
  const std::string layer = "networks/l/layers/both1/";
  CHECK(results.matrix<float>(layer + "states/test/value", 200, 6).rows() == 200);
  CHECK(results.vector<std::int64_t>(layer + "states/test/time", 200)[1] == 27);
  CHECK_FALSE(results.exists(layer + "states/test/stimulus"));
  CHECK(results.children("networks/l/layers") == std::vector<std::string>{"both1"});
  const std::string loaded =
      data + "  l: {weights: w.safetensors, recurrent: {kind: lstm, states: both, time: [9, 27]}}\n" + rest;
  write_file_atomically(folder / "t.yaml", std::string_view(loaded));
  const ProgramResult again = run_program({"t.yaml", "-o", "again"}, folder.path());
  INFO(again.err);
  REQUIRE(again.exit_code == 0);
  const Hdf5Reader other(folder / "again/results.h5");
  CHECK(other.matrix<float>(layer + "states/test/value", 200, 6) ==
        results.matrix<float>(layer + "states/test/value", 200, 6));
}

TEST_CASE("What does not fit in a recurrent network's configuration is refused with its place", "[recurrent]") {
  const TemporaryFolder folder;
  save_network(folder / "w.safetensors", 3, {0}, chain(3), {2});
  const auto refused = [&](const std::string& data, const std::string& network, const std::string& analysis) {
    const ProgramResult run =
        run_config(folder, fmt::format("name: t\ndata: {{{}}}\nnetworks:\n  r: {{{}}}\nanalysis: {{relay: {{subsets: "
                                       "[test], exhaustive: [test]}}, {}}}\n",
                                       data, network, analysis));
    CHECK((run.exit_code == 2 || run.exit_code == 3));
    return run.err;
  };
  const std::string nback = "dataset: nback, steps: 50", file = "weights: w.safetensors, recurrent: {kind: rnn_relu";
  CHECK_THAT(refused(nback, "weights: w.safetensors, recurrent: {}", ""), Contains("networks.r.recurrent.kind"));
  CHECK_THAT(refused(nback, "weights: w.safetensors, recurrent: {kind: gru}", ""),
             Contains("holds a network rnn_relu"));
  CHECK_THAT(refused(nback, file + ", states: both}", ""), Contains("rnn_relu has no c"));
  CHECK_THAT(refused(nback, file + ", units: 4}", ""), Contains("recurrent.units: 4, but"));
  CHECK_THAT(refused(nback, file + ", time: [50]}", ""), Contains("a trial has 50 steps"));
  CHECK_THAT(refused(nback, file + ", lag: 2}", ""), Contains("is for input: stimulus"));
  CHECK_THAT(refused(nback, "recurrent: {kind: gru}", ""), Contains("needs either 'train'"));
  CHECK_THAT(refused(nback, "recurrent: {kind: gru, train: {}}", ""), Contains("recurrent.units"));
  CHECK_THAT(refused(nback, "layers: [1, 4, 2], train: {}", ""), Contains("for networks with 'recurrent'"));
  CHECK_THAT(refused(nback, file + "}, activation: relu", ""), Contains("networks.r.activation"));
  CHECK_THAT(refused("dataset: nback, bits: 3", file + "}", ""), Contains("data.bits: is for dataset: flip_flop"));
  CHECK_THAT(refused("dataset: digits", file + "}", ""), Contains("28 inputs at each step and 10 classes"));
  CHECK_THAT(refused(nback, file + "}", "lags: [50]"), Contains("analysis.lags: 50, but a trial has 50 steps"));
  CHECK_THAT(refused(nback, file + ", time: [3, 9]}", "lags: [1]"), Contains("recurrent.time: are not consecutive"));
  CHECK_THAT(refused(nback, "recurrent: {kind: gru, units: 4, outputs: 1, time: each, train: {}}", "drift: 4"),
             Contains("analysis.drift: 4 units, but an analysed layer has 4"));
  CHECK_THAT(refused(nback, file + "}", "knockout: {replace: resample}"), Contains("zero, mean or noise"));
  CHECK_THAT(refused("dataset: flip_flop", "recurrent: {kind: gru, units: 3, outputs: 1, train: {}}", ""),
             Contains("there are 8"));
}

TEST_CASE("A recurrent network that decides no better than for the commonest label is warned of", "[recurrent]") {
  const TemporaryFolder folder;
  // Trained on one trial of four steps: that is nothing. The bits of the test are drawn anew at each step.
  const ProgramResult run = run_config(
      folder,
      "name: t\ndata: {dataset: nback, n: 3, steps: 400, train_trials: 1, train_steps: 4}\nnetworks:\n  r: {recurrent: "
      "{kind: gru, units: 2, outputs: 1, train: {}}}\nanalysis: {relay: {subsets: [test], exhaustive: []}}\n");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK_THAT(run.err, Contains("r: the accuracy on the labelled steps of test, 0.") &&
                          Contains("is at chance level (the commonest label has 0.5"));
}
