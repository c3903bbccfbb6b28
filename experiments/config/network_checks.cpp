#include "experiments/config/network_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/sets/neuron_set.hpp"
#include "experiments/config/derived_settings.hpp"
#include "infotheory/information/nsb.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {
namespace {

class NetworkChecker {
 public:
  NetworkChecker(std::string path, const ExperimentConfig& config, const NetworkConfig& network,
                 const std::optional<DataSizes>& sizes)
      : path_(std::move(path)), config_(config), network_(network), sizes_(sizes) {}

  void check() {
    if (data_source(config_.data.dataset).load_sequences)
      return fail(path_, fmt::format("{} has sequences, for networks with 'recurrent'", config_.data.dataset));
    const int ways =
        int{network_.train.has_value()} + int{network_.detectors.has_value()} + int{!network_.weights.empty()};
    const std::string one_of = "one of 'train' (with 'layers'), 'detectors' and 'weights'";
    if (ways == 0) return fail(path_, "needs " + one_of);
    if (ways > 1) {
      const auto word = [](bool there, const char* name) { return there ? fmt::format(" '{}'", name) : std::string(); };
      return fail(path_, fmt::format("has{}{}{}; a network has {}; KEY=null takes a key of the file away",
                                     word(network_.train.has_value(), "train"),
                                     word(network_.detectors.has_value(), "detectors"),
                                     word(!network_.weights.empty(), "weights"), one_of));
    }
    if (!sizes_) return;
    check_weights();
    if (sizes_->labels == LabelKind::bits) check_output_bits();
    if (network_.output_activation == Activation::softmax) check_softmax();
    if (network_.output_activation) check_knockout_function(*network_.output_activation);
    if (network_.detectors) {
      if (!network_.layers.empty())
        fail(path_ + ".layers", "not used with detectors, whose sizes follow from 'hidden'");
    } else if (network_.train || !network_.layers.empty()) {
      check_layers();
    }
    if (network_.train && network_.train->stop.balanced_accuracy && network_.train->stop.accuracy) {
      fail(path_ + ".train.stop", "give balanced_accuracy or accuracy, not both");
    }
    // Sizes that depend on weight files are checked after these are read.
    if (!network_.from_files() && (network_.detectors || network_.layers.size() >= 3)) {
      for (const std::string& problem : analysed_layer_problems(layer_widths(config_, network_), config_.analysis)) {
        fail(network_.detectors ? path_ + ".detectors.hidden" : path_ + ".layers", problem);
      }
    }
  }

  std::vector<SettingProblem> problems() { return std::move(problems_); }

 private:
  void fail(std::string path, std::string problem) { problems_.push_back({std::move(path), std::move(problem)}); }

  void check_knockout_function(Activation output) {
    const auto& knockout = config_.analysis.knockout;
    if (!knockout || knockout->function == KnockoutFunctionChoice::automatic) return;  // that always fits
    const std::string problem = function_problem(knockout->function_for(network_, output), output);
    if (!problem.empty()) fail(path_ + ".output_activation", "analysis.knockout.function: " + problem);
  }

  // Output bits are decided one by one, by thresholds.
  void check_output_bits() {
    const std::string of_bits = fmt::format("the output bits of {} ", config_.data.dataset);
    if (network_.train && network_.train->loss == Loss::cross_entropy)
      fail(path_ + ".train.loss", of_bits + "are trained by mse, not by cross_entropy, which is of classes");
    if (network_.train && network_.train->evaluation.method == Evaluation::Method::sampled)
      fail(path_ + ".train.evaluation", of_bits + "are evaluated exactly; sampled draws samples of each class");
    if (!config_.analysis.knockout) return;
    const KnockoutConfig& knockout = *config_.analysis.knockout;
    if (knockout.options.method == KnockoutMethod::sampled)
      fail("analysis.knockout.method", of_bits + "need exact; sampled draws samples of each class");
    if (network_.from_files() && !network_.output_activation) return;  // known once the files are read
    const Activation output = network_.output_activation.value_or(Activation::tanh);
    if (knockout.function_for(network_, output) == KnockoutFunction::argmax)
      fail("analysis.knockout.function", of_bits + "are decided one by one, by threshold, not by argmax");
  }

  void check_softmax() {
    if (network_.detectors) fail(path_ + ".output_activation", "softmax of the one output of a detector is always 1");
    if (network_.train && network_.train->loss != Loss::cross_entropy) {
      fail(path_ + ".output_activation", "softmax is trained by cross_entropy only; add train.loss: cross_entropy");
    }
  }

  void check_weights() {
    const auto& detectors = network_.detectors ? network_.detectors->weights : std::vector<std::filesystem::path>();
    if (!detectors.empty() && std::ssize(detectors) != sizes_->classes) {
      fail(path_ + ".detectors.weights",
           fmt::format("{} files, but there are {} classes", detectors.size(), sizes_->classes));
    }
    if (!detectors.empty()) check_untrained(path_ + ".detectors", *network_.detectors);
    if (!network_.layer_names.empty() && !network_.from_files()) {
      fail(path_ + ".layer_names", "used with weights only");
    }
    if (network_.batch_norm && !network_.from_files()) fail(path_ + ".batch_norm", "used with weights only");
    if (network_.batch_norm_epsilon && !network_.batch_norm) {
      fail(path_ + ".batch_norm_epsilon", "used with batch_norm only");
    }
    if (!network_.weights_network.empty() && network_.weights.empty()) {
      fail(path_ + ".weights_network", "used with weights only");
    }
    for (const auto& [other, its] : config_.networks) {
      if ("networks." + other == path_) break;
      if (!network_.weights_out.empty() && network_.weights_out == its.weights_out) {
        fail(path_ + ".weights_out", fmt::format("'{}' is that of {} already", network_.weights_out.string(), other));
      }
    }
    if (!network_.weights_out.empty() && network_.weights_out.extension() != ".safetensors") {
      fail(path_ + ".weights_out",
           fmt::format("'{}': the name must end in .safetensors", network_.weights_out.string()));
    }
  }

  // Settings of the training are not used with weights from files. Defaults are allowed, as the resolved configuration
  // has them all.
  void check_untrained(const std::string& path, DetectorsConfig given) {
    DetectorsConfig defaults;
    defaults.hidden = given.hidden;
    defaults.noise = given.noise;
    defaults.weights = given.weights;
    check_untrained(path, settings_of(given), settings_of(defaults));
  }

  void check_untrained(const std::string& path, const std::vector<Setting>& given,
                       const std::vector<Setting>& defaults) {
    using namespace setting;
    for (std::size_t i = 0; i < given.size(); ++i) {
      const std::string at = fmt::format("{}.{}", path, given[i].key);
      if (to_yaml(value_of(given[i].kind)) != to_yaml(value_of(defaults[i].kind)))
        fail(at, "not used with weights: nothing is trained");
      check_untrained(at, members_of(given[i].kind, AbsentGroups::skip),
                      members_of(defaults[i].kind, AbsentGroups::skip));
    }
  }

  void check_layers() {
    if (network_.layers.size() < 3) {
      return fail(path_ + ".layers",
                  fmt::format("inputs, at least one hidden layer and outputs are needed: [{}, 20, {}]", sizes_->inputs,
                              sizes_->classes));
    }
    if (network_.layers.front() != sizes_->inputs) {
      fail(path_ + ".layers",
           fmt::format("the first is {} but the data have {} inputs", network_.layers.front(), sizes_->inputs));
    }
    if (network_.layers.back() != sizes_->classes) {
      fail(path_ + ".layers",
           fmt::format("the last is {} but there are {} classes", network_.layers.back(), sizes_->classes));
    }
  }

  const std::string path_;
  const ExperimentConfig& config_;
  const NetworkConfig& network_;
  const std::optional<DataSizes>& sizes_;  // none: they are those of files that were not read
  std::vector<SettingProblem> problems_;
};

}  // namespace

int levels_of(const DiscretizeOptions& options) {
  try {
    return level_count(options);
  } catch (const UsageError&) {
    return 2;
  }
}

std::vector<std::string> drift_problems(const AnalysisConfig& analysis, std::int64_t units) {
  if (analysis.drift < units) return {};
  return {fmt::format("analysis.drift: {} units, but an analysed layer has {}: all of them are kept at any time",
                      analysis.drift, units)};
}

namespace {

// Units up to which the alphabet of input, output and state is one of nsb; none: the levels are known with the data.
std::optional<std::int64_t> widest_nsb(const AnalysisConfig& analysis) {
  if (analysis.discretize.method == Discretization::symbols) return {};
  const double symbols = analysis.contrast == ContrastKind::whole ? std::log(double{max_symbols}) : std::log(2.0);
  return static_cast<std::int64_t>((std::log(nsb_max_alphabet) - 2 * symbols) /
                                   std::log(levels_of(analysis.discretize)));
}

// The reasons why a layer of `width` units cannot be analysed.
std::vector<std::string> width_problems(const AnalysisConfig& analysis, int layer, std::int64_t width) {
  const auto too_wide = [&](std::int64_t widest, std::string_view what) {
    return fmt::format("the analysed layer {} has {} units; {} is possible up to {}", layer, width, what, widest);
  };
  const bool all_knocked_out = analysis.knockout && analysis.knockout->sets == KnockoutSets::exhaustive;
  if (width > UnitStates::max_units) return {too_wide(UnitStates::max_units, "relay information")};
  std::vector<std::string> problems;
  const auto& estimators = analysis.estimators;
  if (const auto widest = widest_nsb(analysis);
      widest && width > *widest && std::find(estimators.begin(), estimators.end(), "nsb") != estimators.end())
    problems.push_back(too_wide(*widest, "the estimator nsb, whose alphabet is all states,"));
  if (width <= NeuronSet::max_exhaustive_neurons) return problems;
  if (!analysis.relay.exhaustive.empty())
    problems.push_back(too_wide(NeuronSet::max_exhaustive_neurons, "exhaustive relay information") +
                       " (or set analysis.relay.exhaustive: [])");
  if (all_knocked_out) {
    problems.push_back(too_wide(NeuronSet::max_exhaustive_neurons, "exhaustive knockout") +
                       " (or set analysis.knockout.sets: single)");
  }
  if (width <= NeuronSet::max_neurons) return problems;
  if (analysis.relay.branching) problems.push_back(too_wide(NeuronSet::max_neurons, "branching greedy search"));
  if (analysis.relay.by) problems.push_back(too_wide(NeuronSet::max_neurons, "a greedy search by another measure"));
  if (analysis.knockout && !all_knocked_out) {
    if (analysis.knockout->options.method == KnockoutMethod::sampled)
      problems.push_back(too_wide(NeuronSet::max_neurons, "a sampled knockout"));
  }
  return problems;
}

}  // namespace

std::vector<std::string> analysed_layer_problems(const std::vector<std::int64_t>& widths,
                                                 const AnalysisConfig& analysis) {
  const int hidden_layers = static_cast<int>(widths.size()) - 2;
  std::vector<std::string> problems;
  const std::vector<int> layers = analysed_layers(analysis, widths);
  for (const int layer : layers) {
    if (layer > hidden_layers) {
      problems.push_back(fmt::format("analysis.layers has {}, but there {} {} hidden layer{}", layer,
                                     hidden_layers == 1 ? "is" : "are", hidden_layers, hidden_layers == 1 ? "" : "s"));
      continue;
    }
    for (std::string& problem : width_problems(analysis, layer, widths[static_cast<std::size_t>(layer)]))
      problems.push_back(std::move(problem));
  }
  return problems;
}

std::vector<SettingProblem> network_problems(const std::string& path, const ExperimentConfig& config,
                                             const NetworkConfig& network, const std::optional<DataSizes>& sizes) {
  NetworkChecker checker(path, config, network, sizes);
  checker.check();
  return checker.problems();
}

}  // namespace inforelay
