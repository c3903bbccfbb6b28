#include "experiments/run/estimate.hpp"

#include <algorithm>
#include <cmath>

#include "core/sets/neuron_set.hpp"
#include "core/sets/subset_statistics.hpp"
#include "experiments/config/config_checks.hpp"
#include "experiments/ranks/distributed_scan.hpp"
#include "experiments/ranks/resumable_scan.hpp"
#include "nn/data/mnist.hpp"

namespace inforelay {
namespace {

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

constexpr const char* fewer_images = "data.train_limit and data.test_limit";
constexpr const char* fewer_sets =
    "fewer neurons in the analysed layer, fewer splits in analysis.relay.exhaustive and analysis.knockout.splits, or "
    "analysis.knockout.sets: single";

WorkEstimate of_samples(double bytes, double working) {
  return {.bytes = bytes, .working = working, .smaller = fewer_images};
}

// A scan of all sets. Besides its own `working` bytes it needs the state of the statistics, and chunks that wait to be
// saved.
WorkEstimate scan_of_all_sets(const WorkSize& size, AllSetsTable table, double working) {
  constexpr double each_size = 4.0 * SubsetStatisticsCollector::bins + 32.0 * SubsetStatistics::ends;
  constexpr double result_of_size = 16.0 * SubsetStatistics::ends + 8.0 * SubsetStatistics::levels.size();
  const double sets = std::exp2(size.neurons), sizes = size.classes * (size.neurons + 1);
  const double values = 4 * sets * size.classes;
  const double unsaved = std::min(values, static_cast<double>(most_waiting_bytes));
  const double saving = values > unsaved ? 2 * unsaved : 0;  // those being saved are copied for it
  return {.bytes = (table == AllSetsTable::keep ? values : 0) + sizes * result_of_size,
          .working = working + sizes * each_size + unsaved + saving,
          .waiting = std::min(values, static_cast<double>(most_results_bytes)),
          .sets = sets,
          .smaller = fewer_sets};
}

}  // namespace

WorkSize work_size(const ExperimentConfig& config, const NetworkConfig& network) {
  WorkSize size;
  size.train_samples = limited(static_cast<double>(mnist_train_size), config.data.train_limit);
  size.test_samples = limited(static_cast<double>(mnist_test_size), config.data.test_limit);
  size.inputs = static_cast<double>(image_pixels);
  size.classes = static_cast<double>(numerals);
  const std::vector<std::int64_t> widths = layer_widths(network);
  size.neurons = static_cast<double>(widths[static_cast<std::size_t>(config.analysis.layer)]);
  size.parameters = parameters_of({widths.begin(), widths.end()});
  return size;
}

WorkEstimate estimate_data(const ExperimentConfig& config, bool generated) {
  const auto all = static_cast<double>(mnist_train_size + mnist_test_size), pixels = static_cast<double>(image_pixels);
  const double used = limited(static_cast<double>(mnist_train_size), config.data.train_limit) +
                      limited(static_cast<double>(mnist_test_size), config.data.test_limit);
  return of_samples(used * pixels, generated ? 0 : all * pixels);  // files are read whole and verified
}

WorkEstimate estimate_training(const WorkSize& size, const NetworkConfig& network) {
  const double weights = 4 * size.parameters;
  const double outputs = 4 * (size.train_samples + size.test_samples) * size.classes;
  if (network.from_files()) return of_samples(weights, outputs);
  constexpr double gradient_parts = 16, copies = 6;  // weights, those of the next epoch, moments of both
  if (network.train) return of_samples(weights, weights * (gradient_parts + copies) + outputs);
  const DetectorsConfig& detectors = *network.detectors;
  const auto images = std::min(static_cast<double>(detectors.positives + detectors.negatives), size.train_samples);
  const double test_images =
      std::min(size.test_samples / size.classes + static_cast<double>(detectors.test_negatives), size.test_samples);
  return {.bytes = weights,
          .working = size.classes * (images + test_images) * size.inputs,
          .smaller = "fewer detectors.positives, negatives and test_negatives"};
}

WorkEstimate estimate_states(const WorkSize& size, Split split) {
  const double samples = size.samples(split);
  return of_samples(samples * (4 * (size.neurons + size.classes) + 5), 16 * samples);
}

WorkEstimate estimate_relay(const WorkSize& size, Split split, bool exhaustive, AllSetsTable table) {
  const double samples = size.samples(split);
  if (size.neurons > NeuronSet::max_neurons) {
    // Packed rows; counts of the classes and of two at work; parts of the cells as wide_relay.hpp bounds them.
    return of_samples(0, samples * (size.neurons / 8 + 12 * size.classes + 2 * (24 + 16 * size.neurons / 13)));
  }
  const double working = 16 * samples + 16 * expected_states(samples, size.neurons) * size.classes;
  return exhaustive ? scan_of_all_sets(size, table, working) : of_samples(0, working);
}

WorkEstimate estimate_knockout(const WorkSize& size, Split split, const KnockoutConfig& knockout, AllSetsTable table) {
  const bool all = knockout.sets == KnockoutSets::exhaustive;
  const double samples = size.samples(split), result = 4 * size.neurons * size.classes;
  // Sums, and for the neurons being knocked out whether each output is on without each of them.
  if (size.neurons > NeuronSet::max_neurons) return of_samples(result, samples * size.classes * (8 + 2 * 32));
  // The terms of one output, and what the tree knows of each sample.
  const double working = samples * (8 * size.neurons + (all ? 20 * size.neurons : 0));
  return all ? scan_of_all_sets(size, table, working) : of_samples(result, working);
}

WorkEstimate estimate_regression(const WorkSize& size) {
  const double sets = std::exp2(size.neurons);
  return {.working = 4 * sets, .sets = sets, .smaller = fewer_sets};
}

WorkEstimate estimate_appendix(const WorkSize& size, Split shape) {
  const double samples = size.samples(shape);
  return of_samples(16 * samples, samples * 8 * size.neurons);
}

}  // namespace inforelay
