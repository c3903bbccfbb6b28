#include "experiments/estimate.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/config_checks.hpp"

namespace inforelay {
namespace {

// Speeds of one core (2.45 GHz, AVX2), measured and rounded; good to a factor of two elsewhere.
constexpr double multiply_adds = 8e9;   // a second, in training and forward passes, conversion of bytes included
constexpr double expected_epochs = 60;  // of a network that stops when it is good enough
constexpr double expected_detector_epochs = 2500;
constexpr double relay_seconds_set_state = 1.1e-9;       // for each set and occupied state, all classes together
constexpr double knockout_seconds_set_sample = 1.5e-11;  // for each set, sample and class
constexpr double sampled_seconds_set = 1.5e-6;       // for each set and class: the random draws of a sampled accuracy
constexpr double general_seconds_set_sample = 2e-8;  // a forward pass through the later layers
constexpr double regression_seconds_set = 1e-8;      // for each set and class
constexpr double cluster_seconds_sample = 1.5e-4;    // k-means for 2 to 20 clusters
constexpr double entropy_seconds_sample = 1e-6;
constexpr double mnist_train = 60000, mnist_test = 10000;

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

}  // namespace

WorkSize work_size(const ExperimentConfig& config, const NetworkConfig& network) {
  WorkSize size;
  size.train_samples = limited(mnist_train, config.data.train_limit);
  size.test_samples = limited(mnist_test, config.data.test_limit);
  size.inputs = static_cast<double>(image_pixels);
  size.classes = static_cast<double>(numerals);
  const std::vector<std::int64_t> widths = layer_widths(network);
  size.neurons = static_cast<double>(widths[static_cast<std::size_t>(config.analysis.layer)]);
  size.parameters = parameters_of({widths.begin(), widths.end()});
  return size;
}

WorkEstimate estimate_training(const WorkSize& size, const NetworkConfig& network) {
  const auto both = size.train_samples + size.test_samples;
  if (network.from_files()) return {.core_seconds = 0, .bytes = both * size.inputs};
  if (network.train) {
    const double epochs = std::min(expected_epochs, static_cast<double>(network.train->max_epochs));
    // Forward and gradient, about twice a forward pass, then the measurement of the epoch.
    return {.core_seconds = epochs * size.parameters * (2 * size.train_samples + both) / multiply_adds,
            .bytes = both * size.inputs};
  }
  const DetectorsConfig& detectors = *network.detectors;
  const double epochs = std::min(expected_detector_epochs, static_cast<double>(detectors.max_epochs));
  const double images = static_cast<double>(detectors.positives + detectors.negatives);
  const double test_images = size.test_samples / size.classes + static_cast<double>(detectors.test_negatives);
  const double parameters = parameters_of({size.inputs, static_cast<double>(detectors.hidden), 1});
  return {.core_seconds = size.classes * epochs * parameters * (2 * images + test_images) / multiply_adds,
          .bytes = both * size.inputs + size.classes * (images + test_images) * size.inputs};
}

WorkEstimate estimate_states(const WorkSize& size, Split split) {
  const double samples = size.samples(split);
  return {.core_seconds = samples * (size.parameters / multiply_adds + size.neurons * 2e-7),
          .bytes = samples * (4 * (size.neurons + size.classes) + 5)};
}

WorkEstimate estimate_relay(const WorkSize& size, Split split, bool exhaustive) {
  const double states = expected_states(size.samples(split), size.neurons);
  if (!exhaustive) return {.core_seconds = 2e-8 * states * size.neurons * size.neurons * size.classes / 10, .bytes = 0};
  const double sets = std::exp2(size.neurons);
  return {.core_seconds = relay_seconds_set_state * sets * states, .bytes = 4 * sets * size.classes, .sets = sets};
}

WorkEstimate estimate_knockout(const WorkSize& size, Split split, const KnockoutConfig& knockout) {
  const bool all = knockout.sets == KnockoutSets::exhaustive;
  const double sets = all ? std::exp2(size.neurons) : size.neurons;
  double a_set = size.samples(split) * (all ? knockout_seconds_set_sample : general_seconds_set_sample);
  if (knockout.method == KnockoutMethod::sampled) a_set += sampled_seconds_set;
  return {.core_seconds = sets * size.classes * a_set, .bytes = 4 * sets * size.classes, .sets = all ? sets : 0};
}

WorkEstimate estimate_regression(const WorkSize& size) {
  const double sets = std::exp2(size.neurons);
  return {.core_seconds = sets * size.classes * regression_seconds_set, .bytes = 0, .sets = sets};
}

WorkEstimate estimate_appendix(const WorkSize& size, Split shape, Split entropy) {
  return {.core_seconds = cluster_seconds_sample * size.samples(shape) + entropy_seconds_sample * size.samples(entropy),
          .bytes = 16 * size.samples(shape)};
}

}  // namespace inforelay
