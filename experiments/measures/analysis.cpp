#include "experiments/measures/analysis.hpp"

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
#include "infotheory/relay/relay.hpp"
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
  LayerStates layers = forward(network, data, static_cast<int>(config.layer), progress);
  check_finite(name, "activation of the analysed layer", layers.hidden);
  check_finite(name, "output", layers.output);
  StatesResult states{.hidden = std::move(layers.hidden),
                      .output = std::move(layers.output),
                      .label = {data.labels().begin(), data.labels().end()},
                      .threshold = {},
                      .state = {}};
  DiscretizedStates discrete =
      discretize(states.hidden, {.method = config.binarize, .threshold = config.threshold, .random = random}, progress);
  states.threshold = std::move(discrete.thresholds);
  states.state = std::move(discrete.states);
  const Occupancy filled = occupancy(states.state);
  states.occupied_states = static_cast<std::int64_t>(filled.occupied);
  states.singleton_fraction = filled.singleton_fraction;
  states.entropy_bits = filled.entropy_bits;
  return states;
}

namespace {

// All tied paths of all classes. There may be thousands of tied sets at a step: its state is kept step by step.
std::vector<BranchingRelay> compute_branching(const StateTable& table, StageStore& files, Progress& progress) {
  const auto classes = static_cast<std::size_t>(table.contrast_count()),
             steps = static_cast<std::size_t>(table.unit_count());
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

}  // namespace

RelayResult compute_relay(const StatesResult& states, const RelayConfig& config, bool exhaustive, AllSetsTable keep,
                          StageStore& files, Progress& progress) {
  const Eigen::Index count = states.output.cols();
  const std::vector<std::uint8_t> predictions = argmax(states.output);
  const std::vector<Symbol> input(states.label.begin(), states.label.end()),
      output(predictions.begin(), predictions.end());
  std::vector<std::string> names;
  for (Eigen::Index c = 0; c < count; ++c) names.push_back(std::to_string(c));
  const std::vector<Contrast> contrasts = one_vs_rest(names);
  const StateTable table(states.state, input, output, contrasts);
  const std::vector<int> classes = relay_classes(config, count);
  const auto put = [&](const auto& rows, auto absent) { return by_class(rows, classes, count, absent); };
  QuietProgress quiet(progress);

  RelayResult relay;
  const std::vector<double> total = total_relay_information_bits(table, classes);
  relay.all.assign(static_cast<std::size_t>(count), not_asked_for);
  for (std::size_t row = 0; row < classes.size(); ++row) relay.all[static_cast<std::size_t>(classes[row])] = total[row];
  relay.single = put(single_neuron_loss_bits(table, classes, quiet), not_asked_for);
  if (config.branching) relay.branching = compute_branching(table, files, progress);
  if (!config.greedy && !exhaustive) return relay;
  const GreedyRelay path = greedy_relay(table, classes, exhaustive || config.branching ? quiet : progress);
  if (exhaustive) {
    const RelayScanSource source{states.state, input, output, contrasts, path};
    relay.exhaustive = compute_exhaustive(table, source, keep, files, progress);
  }
  if (config.greedy) {
    relay.aggregated = put(aggregated_relay_information_bits(path), not_asked_for);
    relay.greedy.removal_order = put(path.removal_order, no_neuron);
    relay.greedy.information = put(path.information, not_asked_for);
  } else {
    relay.exhaustive->above_greedy.clear();
    relay.exhaustive->above_greedy_as_published.clear();
  }
  return relay;
}

KnockoutResult compute_knockout(const Mlp& network, const StatesResult& states, const AnalysisConfig& config,
                                AllSetsTable table, const RandomStream& random, StageStore& files, Progress& progress) {
  const KnockoutSubject subject{network, static_cast<int>(config.layer), states.hidden, states.label};
  const KnockoutOptions options{.method = config.knockout->method,
                                .sample_size = static_cast<int>(config.knockout->samples)};
  KnockoutResult knockout;
  knockout.exhaustive = config.knockout->sets == KnockoutSets::exhaustive;
  knockout.method = std::string(to_string(options.method));
  if (knockout.exhaustive) {
    KnockoutScan scan(subject, options, random, table);
    run_resumable_scan(scan, files, progress, [&] { return knockout_scan_job(subject, options, random); });
    ExhaustiveKnockout all = scan.result();
    knockout.accuracy = std::move(all.accuracy);
    knockout.statistics = std::move(all.statistics);
  } else if (subject.neurons() > NeuronSet::max_neurons) {
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
  appendix.entropy_curve = entropy_curve(entropy.state.words(), neurons, {}, random.child("entropy"), progress);
  return appendix;
}

}  // namespace inforelay
