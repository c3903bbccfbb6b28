#include "experiments/measures/analysis.hpp"
#include "experiments/config/config_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/quiet_progress.hpp"
#include "core/statistics/kmeans.hpp"
#include "core/statistics/pca.hpp"
#include "experiments/ranks/resumable_scan.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "experiments/results/results_file.hpp"
#include "infotheory/information/entropy.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/relay/wide_relay.hpp"
#include "infotheory/states/bit_states.hpp"
#include "infotheory/states/discretize.hpp"
#include "infotheory/states/state_table.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/knockout/single_knockout.hpp"

namespace inforelay {

namespace {

// Finite weights can still be too large: an output that is infinity minus infinity is the largest of none.
void check_finite(const std::string& name, std::string_view what, const RowMatrix<float>& values) {
  if (values.allFinite()) return;
  for (Eigen::Index sample = 0; sample < values.rows(); ++sample) {
    for (Eigen::Index neuron = 0; neuron < values.cols(); ++neuron) {
      if (std::isfinite(values(sample, neuron))) continue;
      throw DataError(
          fmt::format("network {}: {} {} of image {} is {}, expected a finite number: its weights are too large", name,
                      what, neuron, sample, values(sample, neuron)));
    }
  }
}

}  // namespace

StatesResult compute_states(const std::string& name, const Mlp& network, const Dataset& data,
                            const AnalysisConfig& config, const RandomStream& random, Progress& progress) {
  LayerStates layers = forward(network, data, only_layer(config, std::ssize(network.layers) - 1), progress);
  check_finite(name, "activation of the analysed layer", layers.hidden);
  check_finite(name, "output", layers.output);
  StatesResult states{.hidden = std::move(layers.hidden),
                      .output = std::move(layers.output),
                      .label = {data.labels().begin(), data.labels().end()},
                      .threshold = {},
                      .state = {},
                      .wide_state = {}};
  BinarizeOptions discretize = config.discretize;
  discretize.random = random;
  states.threshold = binarization_thresholds(states.hidden, discretize, progress);
  Occupancy filled;
  if (states.is_wide()) {
    states.wide_state = bit_states(states.hidden, states.threshold);
    filled = occupancy(row_counts(states.wide_state));
  } else {
    states.state = binarize(states.hidden, states.threshold);
    filled = occupancy(states.state);
  }
  states.occupied_states = static_cast<std::int64_t>(filled.occupied);
  states.singleton_fraction = filled.singleton_fraction;
  states.entropy_bits = filled.entropy_bits;
  return states;
}

namespace {

// All tied paths of all classes. There may be thousands of tied sets at a step: its state is kept step by step.
std::vector<BranchingRelay> compute_branching(const StateTable& table, StageStore& files, Progress& progress) {
  const auto classes = static_cast<std::size_t>(table.class_count()),
             steps = static_cast<std::size_t>(table.neuron_count());
  std::vector<BranchingRelay> paths(classes);
  files.load_state([&](const Hdf5Reader& file) { paths = read_branching(file, "branching", classes, steps); });
  const auto save = [&] {
    files.save_state([&](Hdf5Writer& file) { write_branching(file, "branching", paths, steps); });
  };
  try {
    for (std::size_t c = 0; c < classes; ++c) {
      while (paths[c].sets.size() < steps) {
        branching_step(table, static_cast<int>(c), {}, paths[c], progress);
        progress.report(c * steps + paths[c].sets.size(), classes * steps);
        if (files.should_save()) save();
      }
    }
  } catch (const Interrupted&) {
    save();
    throw;
  }
  return paths;
}

ExhaustiveRelay compute_exhaustive(const StateTable& table, const RelayScanSource& source, AllSetsTable keep,
                                   StageStore& files, Progress& progress) {
  ExhaustiveRelayScan scan(table, source.path, keep);
  run_resumable_scan(scan, files, progress, [&] { return relay_scan_job(source); });
  return scan.result();
}

/// The classes of `config`, of all [0,C).
std::vector<int> relay_classes(const RelayConfig& config, Eigen::Index classes) {
  if (!config.classes.empty()) return {config.classes.begin(), config.classes.end()};
  std::vector<int> all(static_cast<std::size_t>(classes));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

/// `rows` [R,K] of some classes as [C,K], `absent` elsewhere.
template <class T>
RowMatrix<T> by_class(const RowMatrix<T>& rows, const std::vector<int>& classes, Eigen::Index count, T absent) {
  RowMatrix<T> all = RowMatrix<T>::Constant(count, rows.cols(), absent);
  for (std::size_t row = 0; row < classes.size(); ++row)
    all.row(classes[row]) = rows.row(static_cast<Eigen::Index>(row));
  return all;
}

constexpr double not_asked_for = std::numeric_limits<double>::quiet_NaN();

RelayResult compute_wide_relay(const StatesResult& states, const RelayConfig& config, Progress& progress) {
  const Eigen::Index count = states.output.cols();
  const BitStateTable table(states.wide_state, states.label, argmax(states.output), static_cast<int>(count));
  const std::vector<int> classes = relay_classes(config, count);
  QuietProgress quiet(progress);
  const WideRelay found = wide_relay_information(table, classes, quiet);
  RelayResult relay;
  relay.all.assign(static_cast<std::size_t>(count), not_asked_for);
  for (std::size_t row = 0; row < classes.size(); ++row)
    relay.all[static_cast<std::size_t>(classes[row])] = found.all[row];
  relay.single = by_class(found.single, classes, count, not_asked_for);
  if (!config.greedy) return relay;
  const GreedyRelay path = wide_greedy_relay(table, classes, progress);
  relay.aggregated = by_class(aggregated_relay_information_bits(path), classes, count, not_asked_for);
  relay.greedy.removal_order = by_class(path.removal_order, classes, count, no_neuron);
  relay.greedy.information = by_class(path.information, classes, count, not_asked_for);
  return relay;
}

/// Takes out what all classes have and only some were asked for.
void keep_classes(const RelayConfig& config, RelayResult& relay) {
  const auto count = static_cast<int>(relay.all.size());
  const std::vector<int> classes = relay_classes(config, count);
  for (int c = 0; c < count; ++c) {
    if (std::find(classes.begin(), classes.end(), c) != classes.end()) continue;
    relay.all[static_cast<std::size_t>(c)] = not_asked_for;
    relay.single.row(c).setConstant(not_asked_for);
    if (!relay.has_greedy()) continue;
    relay.aggregated.row(c).setConstant(not_asked_for);
    relay.greedy.removal_order.row(c).setConstant(no_neuron);
    relay.greedy.information.row(c).setConstant(not_asked_for);
  }
}

}  // namespace

RelayResult compute_relay(const StatesResult& states, const RelayConfig& config, bool exhaustive, AllSetsTable keep,
                          StageStore& files, Progress& progress) {
  if (states.is_wide()) return compute_wide_relay(states, config, progress);
  const std::vector<std::uint8_t> predictions = argmax(states.output);
  const StateTable table(states.state, states.label, predictions, static_cast<int>(states.hidden.cols()),
                         static_cast<int>(states.output.cols()));
  RelayResult relay;
  relay.all = total_relay_information_bits(table);
  relay.single = single_neuron_loss_bits(table);
  if (config.branching) relay.branching = compute_branching(table, files, progress);
  if (!config.greedy && !exhaustive) {
    keep_classes(config, relay);
    return relay;
  }
  QuietProgress quiet(progress);
  GreedyRelay path = greedy_relay(table, quiet);
  if (exhaustive) {
    const RelayScanSource source{states.state,         states.label,        predictions,
                                 table.neuron_count(), table.class_count(), path};
    relay.exhaustive = compute_exhaustive(table, source, keep, files, progress);
  }
  if (config.greedy) {
    relay.aggregated = aggregated_relay_information_bits(path);
    relay.greedy = std::move(path);
  } else {
    relay.exhaustive->above_greedy.clear();
    relay.exhaustive->above_greedy_as_published.clear();
  }
  keep_classes(config, relay);
  return relay;
}

KnockoutResult compute_knockout(const Mlp& network, const StatesResult& states, const AnalysisConfig& config,
                                AllSetsTable table, const RandomStream& random, StageStore& files, Progress& progress) {
  const KnockoutSubject subject{network, only_layer(config, std::ssize(network.layers) - 1), states.hidden,
                                states.label};
  const KnockoutOptions& options = config.knockout->options;
  KnockoutResult knockout;
  knockout.exhaustive = config.knockout->sets == KnockoutSets::exhaustive;
  knockout.method = std::string(to_string(options.method));
  if (knockout.exhaustive) {
    KnockoutScan scan(subject, options, random, table);
    run_resumable_scan(scan, files, progress, [&] { return knockout_scan_job(subject, options, random); });
    ExhaustiveKnockout all = scan.result();
    knockout.accuracy = std::move(all.accuracy);
    knockout.summaries = std::move(all.summaries);
  } else if (states.is_wide()) {
    knockout.accuracy = single_knockout_accuracy(subject, progress);
  } else {
    std::vector<NeuronSet> singles;
    for (int neuron = 0; neuron < subject.neurons(); ++neuron) singles.push_back(NeuronSet{neuron});
    knockout.accuracy = knockout_accuracy(subject, singles, options, random, progress);
  }
  return knockout;
}

RegressionResult compute_regression(const RelayResult& relay, const KnockoutResult& knockout, Progress& progress) {
  const RowMatrix<float>& information = relay.exhaustive->information;
  const RowMatrix<float>& accuracy = knockout.accuracy;
  const auto sets = static_cast<std::size_t>(information.cols());
  std::vector<float> set_size(sets);
  for (std::size_t set = 0; set < sets; ++set) {
    set_size[set] = static_cast<float>(NeuronSet(static_cast<std::uint32_t>(set)).size());
  }
  RegressionResult result;
  for (Eigen::Index c = 0; c < information.rows(); ++c) {
    progress.check();
    const auto row = [&](const RowMatrix<float>& matrix) { return std::span(matrix.row(c).data(), sets); };
    const std::array<Column, 3> columns{Column{"set_size", std::span<const float>(set_size)},
                                        Column{"information", row(information)}, Column{"accuracy", row(accuracy)}};
    result.fits.push_back(ordinary_least_squares(columns[2], std::span(columns).first<2>(), ColumnScaling::unit));
    const RowMatrix<double> correlations = pearson_correlations(columns);
    result.correlations.insert(result.correlations.end(), correlations.data(),
                               correlations.data() + correlations.size());
  }
  return result;
}

AppendixResult compute_appendix(const StatesResult& shape, const StatesResult& entropy, const RandomStream& random,
                                Progress& progress) {
  const auto samples = static_cast<int>(shape.hidden.rows());
  const auto neurons = static_cast<int>(shape.hidden.cols());
  AppendixResult appendix;
  constexpr int fewest_clusters = 2, most_clusters = 20;  // the paper's range
  const int most = std::min(most_clusters, samples);
  if (most >= fewest_clusters) {
    appendix.cohesion =
        kmeans_cohesion(shape.hidden, fewest_clusters, most, {.restarts = 3}, random.child("clusters"), progress);
  }
  appendix.clusters.resize(appendix.cohesion.size());
  std::iota(appendix.clusters.begin(), appendix.clusters.end(), std::int64_t{fewest_clusters});
  progress.check();
  const PrincipalComponents components = principal_components(shape.hidden, std::min(2, neurons));
  appendix.component_scores = components.scores;
  appendix.component_ratio = {components.variance_ratio.begin(), components.variance_ratio.end()};
  appendix.entropy_curve = entropy_curve(entropy.state, neurons, {}, random.child("entropy"), progress);
  return appendix;
}

}  // namespace inforelay
