#include "experiments/run/estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/sets/neuron_set.hpp"
#include "core/sets/subset_statistics.hpp"
#include "experiments/config/config_checks.hpp"
#include "experiments/ranks/distributed_scan.hpp"
#include "experiments/ranks/resumable_scan.hpp"
#include "nn/data/mnist.hpp"

namespace inforelay {
namespace {

// Seconds of one core of the reference machine of CpuWork (2.45 GHz, AVX2), measured with bench/compare_estimates.py.
constexpr double multiply_adds = 1.2e10;        // a second, in training; conversion of bytes included
constexpr double forward_multiply_adds = 2e10;  // a second, in forward passes
constexpr double generated_image = 1.9e-5, read_image = 4.5e-6;
constexpr double relay_set_state = 1.1e-9;       // for each set and occupied state, all classes together
constexpr double wide_sample_neuron = 1e-8;      // greedy search of a wide layer, for each class
constexpr double knockout_sample_neuron = 4e-8;  // preparation, for each sample, neuron and class
constexpr double knockout_set_sample = 2e-11;    // for each set, sample and class
constexpr double sampled_set = 1.1e-6;           // for each set and class: the draws of a sampled accuracy
constexpr double forward_set_sample = 2e-8;      // a pass through the later layers
constexpr double regression_set = 1.7e-8;        // for each set and class
constexpr double cluster_sample = 4e-5, cluster_sample_neuron = 2.5e-6;  // k-means for 2 to 20 clusters
constexpr double entropy_sample = 2e-6;
constexpr double written_byte = 3e-9, whole_program = 0.05;
constexpr double figure_table = 0.025, figure_picture = 0.04, figure_set = 1e-8;

// How long training takes to be good enough, as Adam's step size times steps. Measured on these images and fitted: a
// network at an accuracy of 0.90 and 0.96 (1.6 and 3.1), detectors at 0.95 and 0.98 (0.2 and 1.8). Good to a factor of
// two or three; the time that this leaves open is between one epoch and `most`.
double expected_steps(double accuracy, double learning_rate) {
  return 3.06 * std::pow(0.04 / std::max(1 - accuracy, 1e-3), 0.7) / learning_rate;
}
double expected_detector_steps(double accuracy, double learning_rate) {
  return 1.8 * std::pow(0.02 / std::max(1 - accuracy, 1e-3), 2.4) / learning_rate;
}

double limited(double samples, std::int64_t limit) {
  return limit > 0 ? std::min(samples, static_cast<double>(limit)) : samples;
}

double parameters_of(const std::vector<double>& widths) {
  double sum = 0;
  for (std::size_t l = 1; l < widths.size(); ++l) sum += widths[l] * (widths[l - 1] + 1);
  return sum;
}

// Occupied states grow slower than samples; the authors' networks have 1,400 to 6,300 in 10,000 to 60,000.
double expected_states(double samples, double neurons) {
  return std::min(std::exp2(neurons), 5 * std::pow(samples, 0.65));
}

// Epochs expected of at most so many, and in words.
struct Epochs {
  double expected, most;
  std::string note;
};

Epochs epochs_of(const TrainingOptions& train, double samples) {
  const auto most = static_cast<double>(train.max_epochs);
  const std::optional<double> target =
      train.stop.balanced_accuracy ? train.stop.balanced_accuracy : train.stop.accuracy;
  if (!target) return {most, most, fmt::format("{:.0f} epochs", most)};
  if (train.optimizer.kind != OptimizerKind::adam) return {most, most, fmt::format("at most {:.0f} epochs", most)};
  const double batch = train.batch_size == 0 ? samples : static_cast<double>(train.batch_size);
  const double steps = std::ceil(samples / batch);
  const double expected = std::clamp(expected_steps(*target, train.optimizer.learning_rate) / steps, 1.0, most);
  return {expected, most, fmt::format("{:.0f} epochs expected, at most {:.0f}", expected, most)};
}

Epochs epochs_of(const DetectorsConfig& detectors) {
  const double most = static_cast<double>(detectors.max_epochs) * static_cast<double>(detectors.restarts + 1);
  const double expected =
      std::clamp(expected_detector_steps(detectors.stop_accuracy, detectors.optimizer.learning_rate), 1.0, most);
  return {expected, most, fmt::format("{:.0f} epochs a detector expected, at most {:.0f}", expected, most)};
}

CpuWork dense(double seconds) { return {.dense = seconds}; }

constexpr const char* fewer_images = "data.train_limit and data.test_limit";
constexpr const char* fewer_sets =
    "fewer neurons in the analysed layer, fewer subsets in analysis.relay.exhaustive and analysis.knockout.subsets, or "
    "analysis.knockout.sets: single";

WorkEstimate same(CpuWork work, double bytes, double working, double sets = 0) {
  return {.work = work,
          .most = work,
          .bytes = bytes,
          .working = working,
          .sets = sets,
          .smaller = sets > 0 ? fewer_sets : fewer_images};
}

// A scan of all sets. Beside its own `working` bytes it works with the state of the summaries, and parts that wait to
// be saved.
WorkEstimate scan_of_all_sets(const WorkSize& size, AllSetsTable table, CpuWork work, double working) {
  constexpr double each_size = 4.0 * SubsetStatisticsCollector::bins + 32.0 * SubsetStatistics::ends;
  constexpr double result_of_size = 16.0 * SubsetStatistics::ends + 8.0 * SubsetStatistics::levels.size();
  const double values = 4 * std::exp2(size.neurons) * size.classes, sizes = size.classes * (size.neurons + 1);
  const double unsaved = std::min(values, static_cast<double>(most_waiting_bytes));
  const double saving = values > unsaved ? 2 * unsaved : 0;  // those being saved are put together for it
  WorkEstimate estimate = same(work, (table == AllSetsTable::keep ? values : 0) + sizes * result_of_size,
                               working + sizes * each_size + unsaved + saving, std::exp2(size.neurons));
  estimate.waiting = std::min(values, static_cast<double>(most_results_bytes));
  return estimate;
}

}  // namespace

WorkSize work_size(const ExperimentConfig& config, const NetworkConfig& network) {
  WorkSize size;
  size.train_samples = limited(static_cast<double>(mnist_train_size), config.data.train_limit);
  size.test_samples = limited(static_cast<double>(mnist_test_size), config.data.test_limit);
  size.inputs = static_cast<double>(image_pixels);
  size.classes = static_cast<double>(numerals);
  const std::vector<std::int64_t> widths = layer_widths(network);
  const int layer = only_layer(config.analysis, std::ssize(widths) - 2);
  size.neurons = static_cast<double>(widths[static_cast<std::size_t>(layer)]);
  size.parameters = parameters_of({widths.begin(), widths.end()});
  size.width = static_cast<double>(std::accumulate(widths.begin(), widths.end(), std::int64_t{0}));
  size.last_hidden = layer + 2 == std::ssize(widths);
  return size;
}

WorkEstimate estimate_data(const ExperimentConfig& config, bool generated) {
  const auto all = static_cast<double>(mnist_train_size + mnist_test_size), pixels = static_cast<double>(image_pixels);
  const double used = limited(static_cast<double>(mnist_train_size), config.data.train_limit) +
                      limited(static_cast<double>(mnist_test_size), config.data.test_limit);
  if (generated) return same({.scalar = generated_image * used}, used * pixels, 0);
  // All files are read whole and verified, whatever is used of them.
  return same({.scalar = read_image * all}, used * pixels, all * pixels);
}

WorkEstimate estimate_training(const WorkSize& size, const NetworkConfig& network) {
  const double both = size.train_samples + size.test_samples, outputs = 4 * both * size.classes;
  // Of each detector beside the network of those before it, on all images.
  const double staircase = network.detectors ? size.classes * size.parameters * both / forward_multiply_adds : 0;
  if (network.from_files()) return same(dense(staircase), 4 * size.parameters, outputs);
  constexpr double gradient_parts = 16, copies = 6;  // weights, those of the next epoch, moments of both
  if (network.train) {
    const Epochs epochs = epochs_of(*network.train, size.train_samples);
    // Forward and gradient, about twice a forward pass, then the measurement of the epoch.
    const double epoch = size.parameters * (2 * size.train_samples / multiply_adds + both / forward_multiply_adds);
    return {.work = dense(epochs.expected * epoch),
            .most = dense(epochs.most * epoch),
            .bytes = 4 * size.parameters,
            .working = 4 * size.parameters * (gradient_parts + copies) + outputs,
            .note = epochs.note};
  }
  const DetectorsConfig& detectors = *network.detectors;
  const Epochs epochs = epochs_of(detectors);
  const auto images = std::min(static_cast<double>(detectors.positives + detectors.negatives), size.train_samples);
  const double test_images =
      std::min(size.test_samples / size.classes + static_cast<double>(detectors.test_negatives), size.test_samples);
  const double parameters = parameters_of({size.inputs, static_cast<double>(detectors.hidden), 1});
  const double epoch = size.classes * parameters * (2 * images / multiply_adds + test_images / forward_multiply_adds);
  return {.work = dense(epochs.expected * epoch + staircase),
          .most = dense(epochs.most * epoch + staircase),
          .bytes = 4 * size.parameters,
          .working = size.classes * (images + test_images) * size.inputs,
          .note = epochs.note,
          .smaller = "fewer detectors.positives, negatives and test_negatives"};
}

WorkEstimate estimate_states(const WorkSize& size, Split split) {
  const double samples = size.samples(split);
  return same({.dense = samples * size.parameters / forward_multiply_adds, .scalar = samples * size.neurons * 8e-8},
              samples * (4 * (size.neurons + size.classes) + 5), 16 * samples);
}

WorkEstimate estimate_relay(const WorkSize& size, Split split, const RelayConfig& relay, bool exhaustive,
                            AllSetsTable table) {
  const double samples = size.samples(split), states = expected_states(samples, size.neurons);
  if (size.neurons > NeuronSet::max_neurons) {
    const double classes = relay.classes.empty() ? size.classes : static_cast<double>(relay.classes.size());
    // Packed rows; counts of the classes and of two at work; parts of the cells as wide_relay.hpp bounds them.
    const double working = samples * (size.neurons / 8 + 12 * size.classes + 2 * (24 + 16 * size.neurons / 13));
    return same({.tables = wide_sample_neuron * samples * size.neurons * classes}, 0, working);
  }
  const double greedy = 2e-9 * states * size.neurons * size.neurons * size.classes;
  const double working = 16 * samples + 16 * states * size.classes;
  if (!exhaustive) return same({.tables = greedy}, 0, working);
  const double sets = std::exp2(size.neurons);
  return scan_of_all_sets(size, table, {.tables = greedy + relay_set_state * sets * states}, working);
}

WorkEstimate estimate_knockout(const WorkSize& size, Split split, const KnockoutConfig& knockout, AllSetsTable table) {
  const bool all = knockout.sets == KnockoutSets::exhaustive;
  const double sets = all ? std::exp2(size.neurons) : size.neurons, samples = size.samples(split);
  double output = samples * size.neurons * knockout_sample_neuron;  // CPU seconds for each output
  output += sets * samples * (all && size.last_hidden ? knockout_set_sample : forward_set_sample / size.classes);
  if (knockout.options.method == KnockoutMethod::sampled) output += sets * sampled_set;
  // Sums, and whether each output is on without each of the neurons at work.
  if (size.neurons > NeuronSet::max_neurons)
    return same({.tables = size.classes * output}, 4 * sets * size.classes, samples * size.classes * (8 + 2 * 32));
  // The terms of one output, and what the tree knows of each sample.
  const double working = samples * (8 * size.neurons + (all ? 20 * size.neurons : 0));
  if (!all) return same({.tables = size.classes * output}, 4 * sets * size.classes, working);
  return scan_of_all_sets(size, table, {.tables = size.classes * output}, working);
}

WorkEstimate estimate_regression(const WorkSize& size) {
  const double sets = std::exp2(size.neurons);
  return same({.scalar = sets * size.classes * regression_set}, 0, 4 * sets, sets);
}

WorkEstimate estimate_appendix(const WorkSize& size, Split shape, Split entropy) {
  const double samples = size.samples(shape);
  return same({.scalar = samples * (cluster_sample + cluster_sample_neuron * size.neurons) +
                         entropy_sample * size.samples(entropy)},
              16 * samples, samples * 8 * size.neurons);
}

WorkEstimate estimate_results(double bytes) { return same({.scalar = whole_program + written_byte * bytes}, 0, 0); }

WorkEstimate estimate_figures(const ExperimentConfig& config, AllSetsTable table) {
  // Of the experiment: training, regression, clusters, entropy. Of a network: all sets, function, both by size,
  // neurons, components, activations.
  constexpr double of_experiment = 4, of_network = 7;
  const double figures = of_experiment + of_network * static_cast<double>(config.networks.size());
  const double each = figure_table + figure_picture * static_cast<double>(config.figures->formats.size());
  double sets = 0;
  for (const auto& [name, network] : config.networks) {
    const WorkSize size = work_size(config, network);
    if (table == AllSetsTable::keep && !config.analysis.relay.exhaustive.empty())
      sets += 2 * size.classes * std::exp2(size.neurons);
  }
  return same({.scalar = figures * each + figure_set * sets}, 0, 0);
}

}  // namespace inforelay
