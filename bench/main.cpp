// The benchmarks, on all cores: bench/run builds and runs them. What each measures is in bench/README.md.
//
// The time that counts is real_time. Google Benchmark's UseRealTime() is left out because it would add "/real_time" to
// the names: all it changes is how the number of iterations is chosen.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "bench/subject.hpp"
#include "bench/whole_run.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/set_measures.hpp"
#include "infotheory/significance/bootstrap.hpp"
#include "infotheory/significance/permutation_test.hpp"
#include "infotheory/states/discretize.hpp"
#include "nn/data/sequence_tasks.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/recurrent/recurrent_trainer.hpp"
#include "nn/training/backprop.hpp"
#include "nn/training/optimizer.hpp"
#include "nn/training/trainer.hpp"

namespace inforelay::bench {
namespace {

void relay_exhaustive(benchmark::State& state, Split split) {
  const StateTable table = state_table(split);
  const GreedyRelay greedy = greedy_relay(table);
  for (auto _ : state) benchmark::DoNotOptimize(exhaustive_relay(table, greedy));
}

// Of test samples whose states are exchanged, as permutation tests scan them: hardly a union of states is pure.
void relay_exhaustive_permuted(benchmark::State& state) {
  Samples samples = layer_samples(Split::test);
  std::vector<std::uint32_t> order(samples.input.size());
  std::iota(order.begin(), order.end(), 0u);
  RandomStream random(1, "permuted");
  shuffle(order, random);
  samples.input = symbols_of(samples.input, order);
  samples.output = symbols_of(samples.output, order);
  const StateTable table = state_table(samples, subject().network.output_width());
  const GreedyRelay greedy = greedy_relay(table);
  for (auto _ : state) benchmark::DoNotOptimize(exhaustive_relay(table, greedy));
}

void measures_exhaustive(benchmark::State& state, Split split) {
  const StateTable table = state_table(split);
  std::vector<SetMeasure> all;
  for (const auto& [measure, name] : set_measure_names) all.push_back(measure);
  for (auto _ : state) benchmark::DoNotOptimize(measure_sets(table, all));
}

/// Binary states, digits and decisions of the subject.
struct RelaySubject {
  explicit RelaySubject(Split split)
      : samples(layer_samples(split)),
        states(discretize(samples.values, thresholds(samples.values))),
        contrasts(one_vs_rest(numbered_names(subject().network.output_width()))) {}
  RelaySamples relay() const { return {states, samples.input, samples.output, contrasts}; }

  Samples samples;
  UnitStates states;
  std::vector<Contrast> contrasts;
};

void permutation(benchmark::State& state, Split split, RelayPart part, std::size_t count) {
  const RelaySubject recorded(split);
  for (auto _ : state)
    benchmark::DoNotOptimize(relay_permutation_test(recorded.relay(), {.permutations = count}, part));
}

void permutation_maximum(benchmark::State& state) {
  const RelaySubject recorded(Split::test);
  for (auto _ : state) benchmark::DoNotOptimize(maximum_permutation_test(recorded.relay(), {.permutations = 4}));
}

void bootstrap_single(benchmark::State& state, Split split) {
  const RelaySubject recorded(split);
  for (auto _ : state)
    benchmark::DoNotOptimize(relay_bootstrap(recorded.relay(), {.resamples = 100}, RelayPart::single));
}

void knockout_exhaustive(benchmark::State& state, Split split, KnockoutOptions options) {
  const Samples layer = layer_samples(split);
  const KnockoutSubject knockout{subject().network, 1, layer.values, layer.input};
  const RandomStream random(1, "knockouts");
  for (auto _ : state) benchmark::DoNotOptimize(exhaustive_knockout_accuracy(knockout, options, random));
}

// The first of two hidden layers, 784-20-10-10: the subject's hidden layer, then random weights.
void knockout_deep(benchmark::State& state, Activation activation, KnockoutOptions options) {
  const Samples layer = layer_samples(Split::test);
  const RandomStream random(1, "knockouts");
  RandomStream init = random.child("init");
  Mlp network = make_mlp(std::array{784, 20, 10, 10}, activation, Activation::identity, init);
  network.layers.front() = subject().network.layers.front();
  const KnockoutSubject knockout{network, 1, layer.values, layer.input};
  for (auto _ : state) benchmark::DoNotOptimize(exhaustive_knockout_accuracy(knockout, options, random));
}

void greedy_all_classes(benchmark::State& state) {
  const StateTable table = state_table(Split::train);
  for (auto _ : state) benchmark::DoNotOptimize(greedy_relay(table));
}

Mlp fresh_network(std::array<int, 3> widths) {
  RandomStream random(1, "bench");
  return make_mlp(widths, Activation::tanh, Activation::tanh, random);
}

double milliseconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

// The 60 steps of an epoch, as Trainer takes them; with_accuracies_ms is a whole Trainer::run_epoch, which also
// measures the accuracies on training and test images.
void train_full_epoch(benchmark::State& state) {
  const Dataset& train = subject().data.train;
  const TrainingOptions options{.max_epochs = 1'000'000};
  const RandomStream random(1, "bench");
  TrainerState training{fresh_network({784, 20, 10})};
  for (auto _ : state) {
    benchmark::DoNotOptimize(train_epoch(options, train, random, training));
    ++training.epoch;
  }
  Trainer trainer(options, {fresh_network({784, 20, 10})}, train, subject().data.test, random);
  trainer.run_epoch();
  constexpr int epochs = 5;
  state.counters["with_accuracies_ms"] = milliseconds([&] {
                                           for (int epoch = 0; epoch < epochs; ++epoch) trainer.run_epoch();
                                         }) /
                                         epochs;
}

void train_detector_step(benchmark::State& state) {
  const Dataset samples = detector_samples();
  std::vector<std::uint32_t> everything(samples.size());
  std::iota(everything.begin(), everything.end(), 0u);
  Mlp network = fresh_network({784, 2, 1});
  OptimizerState optimizer;
  Backprop backprop(Loss::mean_squared_error);
  for (auto _ : state) {
    benchmark::DoNotOptimize(backprop.run(network, samples, everything, Progress::none()));
    optimizer_step({}, backprop.gradient(), optimizer, network);
  }
}

// An epoch of a recurrent network with its accuracies, which PyTorch's does not compute: n-back, trial by trial.
void train_recurrent(benchmark::State& state, RecurrentKind kind) {
  constexpr std::size_t trials = 100, steps = 256, units = 6;
  const RandomStream random(1, "bench");
  const SequenceData train = n_back({.n = 5, .trials = trials, .steps = steps}, random.child("train")),
                     test = n_back({.n = 5, .trials = 1, .steps = steps}, random.child("test"));
  RandomStream init = random.child("init");
  const RecurrentShape shape{.kind = kind, .inputs = 1, .units = units, .layers = 1, .outputs = 1};
  RecurrentTrainer trainer({.max_epochs = 1'000'000}, {make_recurrent(shape, init)}, train, test, random);
  for (auto _ : state) trainer.run_epoch();
}

void mnist_relay(benchmark::State& state) {
  WholeRun last;
  for (auto _ : state) last = run_mnist_relay();
  state.counters["cpu_s"] = last.cpu_seconds;
  state.counters["peak_MB"] = 1e-6 * last.peak_bytes;
}

void register_all() {
  const auto add = [](const std::string& name, auto function, auto... arguments) {
    return benchmark::RegisterBenchmark(name.c_str(), function, arguments...)->Unit(benchmark::kMillisecond);
  };
  for (const Split split : {Split::train, Split::test}) {
    add("relay_exhaustive/" + std::string(to_string(split)), relay_exhaustive, split);
  }
  add("relay_exhaustive/permuted", relay_exhaustive_permuted);
  for (const Split split : {Split::train, Split::test}) {
    add("measures_exhaustive/" + std::string(to_string(split)), measures_exhaustive, split);
  }
  for (const Split split : {Split::train, Split::test}) {
    const std::string name(to_string(split));
    add("permutation_single/" + name, permutation, split, RelayPart::single, std::size_t{99});
    add("bootstrap_single/" + name, bootstrap_single, split);
  }
  add("permutation_greedy/test", permutation, Split::test, RelayPart::greedy, std::size_t{1000})->Iterations(1);
  add("permutation_maximum/test", permutation_maximum)->Iterations(1);
  for (const Split split : {Split::train, Split::test}) {
    add("knockout_exhaustive/" + std::string(to_string(split)), knockout_exhaustive, split, KnockoutOptions{});
  }
  for (const auto& [function, name] : knockout_function_names) {
    for (const auto& [replace, word] : knockout_replace_names) {
      add(fmt::format("knockout_{}/test/{}", name, word), knockout_exhaustive, Split::test,
          KnockoutOptions{.function = function, .replace = replace});
    }
    for (const Activation activation : {Activation::relu, Activation::tanh}) {
      add(fmt::format("knockout_deep/{}/{}", name, to_string(activation)), knockout_deep, activation,
          KnockoutOptions{.function = function})
          ->Iterations(1);
    }
  }
  add("greedy_all_classes/train", greedy_all_classes);
  add("train_full_epoch", train_full_epoch);
  add("train_detector_step", train_detector_step);
  for (const auto& [kind, word] : recurrent_kind_names)
    add(fmt::format("train_recurrent/{}", word), train_recurrent, kind);
  add("mnist_relay", mnist_relay)->Iterations(1);
}

int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("subject", subject().description);
  benchmark::AddCustomContext("threads", std::to_string(thread_count()));
  std::fprintf(stderr, "bench: %s; %d threads\n", subject().description.c_str(), thread_count());
  register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace inforelay::bench

int main(int argc, char** argv) {
  try {
    return inforelay::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 1;
  }
}
