// The groups of a results file, one pair of functions for each kind of result.
#include <fmt/format.h>

#include <array>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.hpp"
#include "core/files/hdf5_values.hpp"
#include "experiments/results/results_file.hpp"
#include "nn/network/network_hdf5.hpp"

namespace inforelay {
namespace {

std::vector<std::int64_t> counting(std::int64_t first, std::size_t count) {
  std::vector<std::int64_t> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

void epochs(Hdf5Writer& file, const std::string& group, std::size_t count) {
  file.scale(group, "epoch", counting(1, count), "epochs done");
}

// What is said of the weight files that a network comes from.
constexpr std::array<std::pair<const char*, std::string WeightSource::*>, 3> source_parts{
    {{"weights_file", &WeightSource::file},
     {"weights_format", &WeightSource::format},
     {"weights_sha256", &WeightSource::sha256}}};

}  // namespace

void write_model(Hdf5Writer& file, const std::string& group, const ModelResult& model) {
  write_network(file, join_path(group, "model"), model.network);
  const std::string training = join_path(group, "training");
  file.attribute(training, "stop_rule_met", std::int64_t{model.reached});
  if (!model.sources.empty()) {
    for (const auto& [name, part] : source_parts) {
      std::vector<std::string> values;
      for (const WeightSource& source : model.sources) values.push_back(source.*part);
      file.attribute(join_path(group, "model"), name, values);
    }
  }
  if (model.curve.loss.size() > 0) {
    epochs(file, training, static_cast<std::size_t>(model.curve.loss.size()));
    file.dataset(join_path(training, "accuracy_train"), model.curve.accuracy_train,
                 {.units = "1", .long_name = "balanced accuracy on the training images", .dims = {"epoch", "class"}});
    file.dataset(join_path(training, "accuracy_test"), model.curve.accuracy_test,
                 {.units = "1", .long_name = "balanced accuracy on the test images", .dims = {"epoch", "class"}});
    file.dataset(join_path(training, "loss"), model.curve.loss,
                 {.units = "1", .long_name = "mean training loss of the epoch", .dims = {"epoch"}});
  }
  for (std::size_t c = 0; c < model.detectors.size(); ++c) {
    const std::string path = join_path(training, fmt::format("detectors/{}", c));
    epochs(file, path, model.detectors[c].accuracy_train.size());
    file.dataset(
        join_path(path, "accuracy_train"), model.detectors[c].accuracy_train,
        {.units = "1", .long_name = "fraction of the detector's training images told rightly", .dims = {"epoch"}});
    file.dataset(join_path(path, "accuracy_test"), model.detectors[c].accuracy_test,
                 {.units = "1", .long_name = "fraction of the detector's test images told rightly", .dims = {"epoch"}});
  }
  if (model.staircase) {
    file.scale(training, "step", counting(1, static_cast<std::size_t>(model.staircase->accuracy_train.rows())),
               "detectors in place");
    file.dataset(join_path(training, "staircase_train"), model.staircase->accuracy_train,
                 {.units = "1", .long_name = "balanced accuracy on the training images", .dims = {"step", "class"}});
    file.dataset(join_path(training, "staircase_test"), model.staircase->accuracy_test,
                 {.units = "1", .long_name = "balanced accuracy on the test images", .dims = {"step", "class"}});
  }
}

ModelResult read_model(const Hdf5Reader& file, const std::string& group) {
  ModelResult model;
  model.network = read_network(file, join_path(group, "model"));
  const std::string training = join_path(group, "training");
  model.reached = file.attribute<std::int64_t>(training, "stop_rule_met") != 0;
  if (const std::string path = join_path(group, "model"); file.has_attribute(path, source_parts.front().first)) {
    for (const auto& [name, part] : source_parts) {
      const auto values = file.attribute<std::vector<std::string>>(path, name);
      model.sources.resize(values.size());
      for (std::size_t i = 0; i < values.size(); ++i) model.sources[i].*part = values[i];
    }
  }
  if (file.exists(join_path(training, "loss"))) {
    model.curve.accuracy_train = file.matrix<double>(join_path(training, "accuracy_train"));
    model.curve.accuracy_test = file.matrix<double>(join_path(training, "accuracy_test"));
    const auto loss = file.vector<double>(join_path(training, "loss"));
    model.curve.loss = Eigen::Map<const Eigen::VectorXd>(loss.data(), static_cast<Eigen::Index>(loss.size()));
  }
  for (std::size_t c = 0; file.exists(join_path(training, fmt::format("detectors/{}", c))); ++c) {
    const std::string path = join_path(training, fmt::format("detectors/{}", c));
    model.detectors.push_back({file.vector<double>(join_path(path, "accuracy_train")),
                               file.vector<double>(join_path(path, "accuracy_test"))});
  }
  if (file.exists(join_path(training, "staircase_train"))) {
    model.staircase = Staircase{file.matrix<double>(join_path(training, "staircase_train")),
                                file.matrix<double>(join_path(training, "staircase_test"))};
  }
  return model;
}

void write_states(Hdf5Writer& file, const std::string& group, const StatesResult& states) {
  file.dataset(join_path(group, "hidden"), states.hidden,
               {.units = "1", .long_name = "activations of the analysed layer", .dims = {"sample", "neuron"}});
  file.dataset(join_path(group, "output"), states.output,
               {.units = "1", .long_name = "activations of the output layer", .dims = {"sample", "class"}});
  file.dataset(join_path(group, "label"), states.label, {.units = "1", .long_name = "true class", .dims = {"sample"}});
  file.dataset(
      join_path(group, "threshold"), states.threshold,
      {.units = "1", .long_name = "a neuron's state is 1 where its activation is above this", .dims = {"neuron"}});
  if (states.is_wide()) {
    file.dataset(
        join_path(group, "state"), states.wide_state.to_bytes(),
        {.units = "1", .long_name = "hidden state, bit k % 8 of byte k / 8 is neuron k", .dims = {"sample", "byte"}});
  } else {
    file.dataset(join_path(group, "state"), states.state,
                 {.units = "1", .long_name = "hidden state, bit k is neuron k", .dims = {"sample"}});
  }
  write_value(file, group, "occupied_states", states.occupied_states, "1", "distinct hidden states");
  write_value(file, group, "singleton_fraction", states.singleton_fraction, "1",
              "fraction of the samples alone in their state");
  write_value(file, group, "entropy_bits", states.entropy_bits, "bit", "plug-in entropy of the hidden states");
}

StatesResult read_states(const Hdf5Reader& file, const std::string& group) {
  StatesResult states;
  states.hidden = file.matrix<float>(join_path(group, "hidden"));
  const auto samples = static_cast<std::size_t>(states.hidden.rows());
  states.output = file.matrix<float>(join_path(group, "output"), samples);
  states.label = file.vector<Symbol>(join_path(group, "label"), samples);
  states.threshold = file.vector<double>(join_path(group, "threshold"), static_cast<std::size_t>(states.hidden.cols()));
  if (states.is_wide()) {
    states.wide_state = BitStates::from_bytes(file.matrix<std::uint8_t>(join_path(group, "state"), samples),
                                              static_cast<int>(states.hidden.cols()));
  } else {
    states.state = file.vector<std::uint32_t>(join_path(group, "state"), samples);
  }
  states.occupied_states = file.scalar<std::int64_t>(join_path(group, "occupied_states"));
  states.singleton_fraction = file.scalar<double>(join_path(group, "singleton_fraction"));
  states.entropy_bits = file.scalar<double>(join_path(group, "entropy_bits"));
  return states;
}

// All tied sets in one list, as many as there are at each step of each class.
void write_branching(Hdf5Writer& file, const std::string& group, const std::vector<BranchingRelay>& branching,
                     std::size_t steps) {
  const auto classes = static_cast<Eigen::Index>(branching.size()), columns = static_cast<Eigen::Index>(steps);
  RowMatrix<double> information =
      RowMatrix<double>::Constant(classes, columns, std::numeric_limits<double>::quiet_NaN());
  RowMatrix<std::int64_t> tied = RowMatrix<std::int64_t>::Zero(classes, columns);
  std::vector<std::uint32_t> sets;
  for (Eigen::Index c = 0; c < classes; ++c) {
    const BranchingRelay& paths = branching[static_cast<std::size_t>(c)];
    for (Eigen::Index step = 0; step < static_cast<Eigen::Index>(paths.sets.size()); ++step) {
      const std::vector<NeuronSet>& here = paths.sets[static_cast<std::size_t>(step)];
      information(c, step) = paths.information[static_cast<std::size_t>(step)];
      tied(c, step) = static_cast<std::int64_t>(here.size());
      for (const NeuronSet set : here) sets.push_back(set.bits());
    }
  }
  file.dataset(join_path(group, "information"), information,
               {.units = "bit",
                .long_name = "relay information of the best sets after that removal, all ties followed",
                .dims = {"class", "step"}});
  file.dataset(join_path(group, "tied"), tied,
               {.units = "1", .long_name = "sets that share it", .dims = {"class", "step"}});
  file.dataset(join_path(group, "sets"), sets,
               {.units = "1",
                .long_name = "these sets, class by class and step by step; bit k is neuron k",
                .dims = {"tied_set"}});
}

std::vector<BranchingRelay> read_branching(const Hdf5Reader& file, const std::string& group, std::size_t classes,
                                           std::size_t steps) {
  const auto information = file.matrix<double>(join_path(group, "information"), classes, steps);
  const auto tied = file.matrix<std::int64_t>(join_path(group, "tied"), classes, steps);
  const auto sets = file.vector<std::uint32_t>(join_path(group, "sets"));
  std::vector<BranchingRelay> branching(classes);
  std::size_t next = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    const auto row = static_cast<Eigen::Index>(c);
    for (Eigen::Index step = 0; step < tied.cols() && tied(row, step) > 0; ++step) {
      const auto count = static_cast<std::size_t>(tied(row, step));
      if (count > sets.size() - next) {
        throw DataError(fmt::format("{}: /{}/tied counts more than the {} sets", file.name(), group, sets.size()));
      }
      branching[c].information.push_back(information(row, step));
      branching[c].sets.emplace_back();
      for (std::size_t i = 0; i < count; ++i) branching[c].sets.back().emplace_back(sets[next++]);
    }
  }
  return branching;
}

namespace {

// A byte each where the layer is not wide.
constexpr auto no_narrow_neuron = static_cast<std::uint8_t>(no_neuron);

void write_removal_order(Hdf5Writer& file, const std::string& path, const RelayResult& relay) {
  const DatasetInfo info{.units = "1", .long_name = "neuron taken out at each step", .dims = {"class", "step"}};
  if (relay.is_wide()) return file.dataset(path, relay.greedy.removal_order, info);
  const RowMatrix<std::uint8_t> narrow = relay.greedy.removal_order.cast<std::uint8_t>();
  file.dataset(path, narrow, info);
}

RowMatrix<std::uint16_t> read_removal_order(const Hdf5Reader& file, const std::string& path, std::size_t classes,
                                            std::size_t neurons) {
  RowMatrix<std::uint16_t> order = file.matrix<std::uint16_t>(path, classes, neurons);
  const bool wide = neurons > NeuronSet::max_neurons;
  for (std::uint16_t& neuron : order.reshaped()) {
    if (!wide && neuron == no_narrow_neuron) neuron = no_neuron;
    if (neuron != no_neuron && neuron >= neurons)
      throw DataError(fmt::format("{}: /{} has neuron {}, expected [0,{})", file.name(), path, neuron, neurons));
  }
  return order;
}

}  // namespace

void write_relay(Hdf5Writer& file, const std::string& group, const RelayResult& relay) {
  const auto neurons = static_cast<std::size_t>(relay.single.cols());
  file.scale(group, "step", counting(0, neurons), "removals before this one");
  file.scale(group, "size", counting(0, neurons + 1), "neurons in the set");
  file.dataset(join_path(group, "all"), relay.all,
               {.units = "bit", .long_name = "relay information of all neurons together", .dims = {"class"}});
  if (relay.has_greedy()) {
    write_removal_order(file, join_path(group, "greedy/removal_order"), relay);
    file.dataset(join_path(group, "greedy/information"), relay.greedy.information,
                 {.units = "bit",
                  .long_name = "relay information of what is left after that removal",
                  .dims = {"class", "step"}});
    file.dataset(join_path(group, "aggregated"), relay.aggregated,
                 {.units = "bit", .long_name = "aggregated relay information", .dims = {"class", "neuron"}});
  }
  file.dataset(
      join_path(group, "single"), relay.single,
      {.units = "bit", .long_name = "loss of relay information without the neuron", .dims = {"class", "neuron"}});
  if (!relay.branching.empty()) write_branching(file, join_path(group, "branching"), relay.branching, neurons);
  if (!relay.exhaustive) return;
  const ExhaustiveRelay& exhaustive = *relay.exhaustive;
  if (relay.has_table()) {
    file.dataset(
        join_path(group, "information"), exhaustive.information,
        {.units = "bit",
         .long_name = "relay information of every set of neurons; index: bit k set where neuron k is in the set",
         .dims = {"class", "set"}});
  }
  if (!exhaustive.summaries.empty())
    write_summaries(file, join_path(group, "sizes"), exhaustive.summaries, "bit", "relay information");
  file.dataset(
      join_path(group, "best/information"), exhaustive.best_information,
      {.units = "bit", .long_name = "largest relay information of a set of each size", .dims = {"class", "size"}});
  file.dataset(
      join_path(group, "best/set"), exhaustive.best_set,
      {.units = "1", .long_name = "that set, bit k is neuron k; of equals the lowest", .dims = {"class", "size"}});
  if (!relay.has_greedy()) return;
  file.dataset(join_path(group, "best/above_greedy"), exhaustive.above_greedy,
               {.units = "1",
                .long_name = "fraction of all sets with more relay information than the greedy set of their size",
                .dims = {"class"}});
  file.dataset(join_path(group, "best/above_greedy_as_published"), exhaustive.above_greedy_as_published,
               {.units = "1",
                .long_name = "the same against the greedy set one smaller, as the published numbers are",
                .dims = {"class"}});
}

namespace {

bool reads_table(const Hdf5Reader& file, const std::string& table, TableWanted wanted) {
  const bool there = file.exists(table);
  if (wanted == TableWanted::yes && !there)
    throw DataError("it was made without the table of all sets, which is wanted now");
  return there && wanted != TableWanted::no;
}

}  // namespace

RelayResult read_relay(const Hdf5Reader& file, const std::string& group, TableWanted wanted) {
  RelayResult relay;
  relay.all = file.vector<double>(join_path(group, "all"));
  const std::size_t classes = relay.all.size();
  relay.single = file.matrix<double>(join_path(group, "single"), classes);
  const auto neurons = static_cast<std::size_t>(relay.single.cols());
  if (file.exists(join_path(group, "greedy"))) {
    relay.greedy.removal_order = read_removal_order(file, join_path(group, "greedy/removal_order"), classes, neurons);
    relay.greedy.information = file.matrix<double>(join_path(group, "greedy/information"), classes, neurons);
    relay.aggregated = file.matrix<double>(join_path(group, "aggregated"), classes, neurons);
  }
  if (file.exists(join_path(group, "branching"))) {
    relay.branching = read_branching(file, join_path(group, "branching"), classes, neurons);
  }
  if (!file.exists(join_path(group, "best"))) return relay;
  ExhaustiveRelay exhaustive;
  if (const std::string table = join_path(group, "information"); reads_table(file, table, wanted))
    exhaustive.information = file.matrix<float>(table, classes, std::size_t{1} << neurons);
  if (const std::string sizes = join_path(group, "sizes"); file.exists(sizes))
    exhaustive.summaries = read_summaries(file, sizes, classes, neurons + 1);
  exhaustive.best_information = file.matrix<double>(join_path(group, "best/information"), classes, neurons + 1);
  exhaustive.best_set = file.matrix<std::uint32_t>(join_path(group, "best/set"), classes, neurons + 1);
  if (relay.has_greedy()) {
    exhaustive.above_greedy = file.vector<double>(join_path(group, "best/above_greedy"), classes);
    exhaustive.above_greedy_as_published =
        file.vector<double>(join_path(group, "best/above_greedy_as_published"), classes);
  }
  relay.exhaustive = std::move(exhaustive);
  return relay;
}

void write_knockout(Hdf5Writer& file, const std::string& group, const KnockoutResult& knockout) {
  file.attribute(group, "method", knockout.method);
  if (!knockout.summaries.empty())
    write_summaries(file, join_path(group, "sizes"), knockout.summaries, "1",
                    "balanced accuracy with a set of neurons knocked out,");
  if (knockout.exhaustive && !knockout.has_table()) return;
  // Single knockouts have a name of their own, so that `accuracy` is always indexed by sets.
  const std::string path = join_path(group, knockout.exhaustive ? "accuracy" : "accuracy_single");
  file.dataset(
      path, knockout.accuracy,
      {.units = "1",
       .long_name = knockout.exhaustive
                        ? "balanced accuracy with a set of neurons knocked out; index: bit k set where neuron k is"
                        : "balanced accuracy with one neuron knocked out",
       .dims = {"class", knockout.exhaustive ? "set" : "neuron"}});
  file.attribute(path, "method", knockout.method);
}

KnockoutResult read_knockout(const Hdf5Reader& file, const std::string& group, TableWanted wanted) {
  KnockoutResult knockout;
  const std::string single = join_path(group, "accuracy_single"), table = join_path(group, "accuracy"),
                    sizes = join_path(group, "sizes");
  knockout.exhaustive = !file.exists(single);
  if (file.exists(sizes)) knockout.summaries = read_summaries(file, sizes);
  // Without summaries there must be a table.
  if (!knockout.exhaustive || knockout.summaries.empty() || reads_table(file, table, wanted))
    knockout.accuracy = file.matrix<float>(knockout.exhaustive ? table : single);
  knockout.method = file.attribute<std::string>(group, "method");
  return knockout;
}

void write_appendix(Hdf5Writer& file, const std::string& group, const AppendixResult& appendix) {
  file.scale(group, "clusters", appendix.clusters, "number of k-means clusters");
  file.dataset(
      join_path(group, "cohesion"), appendix.cohesion,
      {.units = "1", .long_name = "within-cluster sum of squares of the hidden states a sample", .dims = {"clusters"}});
  file.dataset(join_path(group, "component_scores"), appendix.component_scores,
               {.units = "1",
                .long_name = "first principal components of the standardised hidden states",
                .dims = {"sample", "component"}});
  file.dataset(join_path(group, "component_ratio"), appendix.component_ratio,
               {.units = "1", .long_name = "fraction of the variance", .dims = {"component"}});
  const auto& curve = appendix.entropy_curve;
  std::vector<std::int64_t> samples, occupied;
  RowMatrix<double> entropy(static_cast<Eigen::Index>(curve.size()), 5);
  for (std::size_t i = 0; i < curve.size(); ++i) {
    samples.push_back(static_cast<std::int64_t>(curve[i].samples));
    occupied.push_back(static_cast<std::int64_t>(curve[i].occupied));
    entropy.row(static_cast<Eigen::Index>(i)) << curve[i].entropy_bits, curve[i].miller_madow_bits,
        curve[i].uniform_mean_bits, curve[i].uniform_sd_bits, curve[i].uniform_expected_bits;
  }
  file.scale(group, "samples", samples, "samples drawn");
  file.dataset(join_path(group, "entropy_occupied"), occupied,
               {.units = "1", .long_name = "distinct hidden states among the samples drawn", .dims = {"samples"}});
  const std::string path = join_path(group, "entropy");
  file.dataset(path, entropy,
               {.units = "bit", .long_name = "entropy over the number of samples", .dims = {"samples", "estimate"}});
  file.attribute(path, "estimates",
                 std::vector<std::string>{"hidden states, plug-in", "hidden states, Miller-Madow",
                                          "uniform words, mean over replicates", "uniform words, standard deviation",
                                          "uniform words, expected"});
}

AppendixResult read_appendix(const Hdf5Reader& file, const std::string& group) {
  AppendixResult appendix;
  appendix.clusters = file.vector<std::int64_t>(join_path(group, "dimensions/clusters"));
  appendix.cohesion = file.vector<double>(join_path(group, "cohesion"), appendix.clusters.size());
  appendix.component_scores = file.matrix<double>(join_path(group, "component_scores"));
  appendix.component_ratio = file.vector<double>(join_path(group, "component_ratio"));
  const auto samples = file.vector<std::int64_t>(join_path(group, "dimensions/samples"));
  const auto occupied = file.vector<std::int64_t>(join_path(group, "entropy_occupied"), samples.size());
  const auto entropy = file.matrix<double>(join_path(group, "entropy"), samples.size(), 5);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    EntropyCurvePoint point;
    point.samples = static_cast<std::uint64_t>(samples[i]);
    point.occupied = static_cast<std::uint64_t>(occupied[i]);
    point.entropy_bits = entropy(row, 0);
    point.miller_madow_bits = entropy(row, 1);
    point.uniform_mean_bits = entropy(row, 2);
    point.uniform_sd_bits = entropy(row, 3);
    point.uniform_expected_bits = entropy(row, 4);
    appendix.entropy_curve.push_back(point);
  }
  return appendix;
}

}  // namespace inforelay
