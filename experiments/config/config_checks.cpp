#include "experiments/config/config_checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/named.hpp"
#include "core/sets/neuron_set.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/config/recurrent_checks.hpp"
#include "experiments/config/significance_checks.hpp"
#include "infotheory/information/nsb.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {
namespace {

class Checker {
 public:
  Checker(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors)
      : config_(config), root_(root), errors_(errors) {}

  // Relations between settings are checked only if each of these settings is valid.
  void run() {
    constexpr std::size_t most_worth_more = 100;  // a file with more errors is not a configuration
    if (errors_.lines().size() > most_worth_more) return;
    const auto good = [&](std::string_view path) { return !errors_.concern(path); };
    if (good("data")) check_data_settings();
    find_sizes();
    check_inputs();
    const bool whole = errors_.empty(), analysis = good("analysis");
    if (good("name") && config_.name.empty()) fail("name", "is missing; it names the results' folder");
    if (good("networks") && good("recordings") && config_.networks.empty() && config_.recordings.empty())
      fail("networks", "at least one network or recording is needed");
    for (const auto& [name, recording] : config_.recordings) {
      if (good("recordings." + name)) check_recording("recordings." + name, name, recording);
    }
    for (const auto& [name, network] : config_.networks) {
      if (analysis && good("networks." + name)) check_network("networks." + name, network);
    }
    if (analysis) check_analysis();
    if (good("figures") && config_.figures && config_.figures->formats.empty()) {
      fail("figures.formats", "at least one format is needed");
    }
    if (whole) check_sweep();
  }

 private:
  void fail(std::string_view path, std::string_view problem) {
    errors_.add(place_of(root_, path), path, fmt::format("{}: {}", path, problem));
  }

  // The user's files are read for their sizes, but only if there are no errors yet. Whether they can be read is no
  // question of the configuration: the run will tell.
  void find_sizes() {
    const bool are_files = data_source(config_.data.dataset).read != nullptr;
    if (are_files && !errors_.empty()) return;
    try {
      sizes_ = data_sizes(config_);
    } catch (const DataError&) {
      if (!are_files) throw;
    } catch (const UsageError& error) {
      if (are_files) throw;
      if (!errors_.concern("data")) errors_.add(place_of(root_, "data"), "data", error.what());
    }
  }

  // Each setting that is given must be one of the source's.
  void check_data_settings() {
    const DataConfig &given = config_.data, defaults;
    std::vector<std::pair<std::string_view, bool>> settings{{"path", !given.path.empty()},
                                                            {"train", given.train.has_value()},
                                                            {"test", given.test.has_value()},
                                                            {"label", !given.label.empty()},
                                                            {"classes", !given.classes.empty()},
                                                            {"split", given.split.has_value()},
                                                            {"fallback", given.fallback != defaults.fallback},
                                                            {"download", given.download != defaults.download}};
    SequenceOptions sequences = given.sequences;
    for (const Setting& each : settings_of(sequences))
      settings.emplace_back(each.key, setting::value_of(each.kind).kind != ConfigNode::Kind::null);
    settings.emplace_back("input_bits", given.boolean.input_bits.has_value());
    settings.emplace_back("outputs", !given.boolean.outputs.empty());
    settings.emplace_back("samples", given.boolean.samples.has_value());
    settings.emplace_back("noise", given.boolean.noise.has_value());
    const auto knows = [](const DataSource& source, std::string_view key) {
      return std::find(source.settings.begin(), source.settings.end(), key) != source.settings.end();
    };
    for (const auto& [key, is_given] : settings) {
      if (!is_given || knows(data_source(given.dataset), key)) continue;
      std::vector<std::string_view> others;
      for (const DataSource* source : data_sources()) {
        if (!source->is_fallback && knows(*source, key)) others.push_back(source->name);
      }
      fail(fmt::format("data.{}", key),
           fmt::format("is for dataset: {}, not for {}", fmt::join(others, ", "), given.dataset));
    }
  }

  void check_inputs() {
    if (config_.data.inputs && data_source(config_.data.dataset).load_sequences)
      return fail("data.inputs", fmt::format("is not used by the sequences of {}", config_.data.dataset));
    if (!sizes_ || !config_.data.inputs) return;
    const InputOptions& inputs = *config_.data.inputs;
    for (const auto& [key, numbers] :
         {std::pair("mean", &inputs.mean.values), std::pair("std", &inputs.deviation.values)}) {
      if (numbers->size() <= 1 || std::ssize(*numbers) == sizes_->inputs) continue;
      fail(fmt::format("data.inputs.{}", key),
           fmt::format("{} numbers, but the data have {} inputs", numbers->size(), sizes_->inputs));
    }
  }

  void check_network(const std::string& path, const NetworkConfig& network) {
    if (network.recurrent) {
      for (const SettingProblem& each : recurrent_problems(path, config_, network, sizes_))
        fail(each.path, each.problem);
      return;
    }
    if (data_source(config_.data.dataset).load_sequences)
      return fail(path, fmt::format("{} has sequences, for networks with 'recurrent'", config_.data.dataset));
    const int ways =
        int{network.train.has_value()} + int{network.detectors.has_value()} + int{!network.weights.empty()};
    const std::string one_of = "one of 'train' (with 'layers'), 'detectors' and 'weights'";
    if (ways == 0) return fail(path, "needs " + one_of);
    if (ways > 1) {
      const auto word = [](bool there, const char* name) { return there ? fmt::format(" '{}'", name) : std::string(); };
      return fail(
          path, fmt::format("has{}{}{}; a network has {}; KEY=null takes a key of the file away",
                            word(network.train.has_value(), "train"), word(network.detectors.has_value(), "detectors"),
                            word(!network.weights.empty(), "weights"), one_of));
    }
    if (!sizes_) return;
    check_weights(path, network);
    if (sizes_->labels == LabelKind::bits) check_output_bits(path, network);
    if (network.output_activation == Activation::softmax) check_softmax(path, network);
    if (network.output_activation) check_knockout_function(path, network, *network.output_activation);
    if (network.detectors) {
      if (!network.layers.empty()) fail(path + ".layers", "not used with detectors, whose sizes follow from 'hidden'");
    } else if (network.train || !network.layers.empty()) {
      check_layers(path, network);
    }
    if (network.train && network.train->stop.balanced_accuracy && network.train->stop.accuracy) {
      fail(path + ".train.stop", "give balanced_accuracy or accuracy, not both");
    }
    // Sizes that depend on weight files are checked after these are read.
    if (!network.from_files() && (network.detectors || network.layers.size() >= 3)) {
      for (const std::string& problem : analysed_layer_problems(layer_widths(config_, network), config_.analysis)) {
        fail(network.detectors ? path + ".detectors.hidden" : path + ".layers", problem);
      }
    }
  }

  void check_knockout_function(const std::string& path, const NetworkConfig& network, Activation output) {
    const auto& knockout = config_.analysis.knockout;
    if (!knockout || knockout->function == KnockoutFunctionChoice::automatic) return;  // that always fits
    const std::string problem = function_problem(knockout->function_for(network, output), output);
    if (!problem.empty()) fail(path + ".output_activation", "analysis.knockout.function: " + problem);
  }

  // Output bits are decided one by one, by thresholds.
  void check_output_bits(const std::string& path, const NetworkConfig& network) {
    const std::string of_bits = fmt::format("the output bits of {} ", config_.data.dataset);
    if (network.train && network.train->loss == Loss::cross_entropy)
      fail(path + ".train.loss", of_bits + "are trained by mse, not by cross_entropy, which is of classes");
    if (network.train && network.train->evaluation.method == Evaluation::Method::sampled)
      fail(path + ".train.evaluation", of_bits + "are evaluated exactly; sampled draws samples of each class");
    if (!config_.analysis.knockout) return;
    const KnockoutConfig& knockout = *config_.analysis.knockout;
    const auto fail_once = [&](std::string_view key, const std::string& problem) {  // not for each network
      if (!errors_.concern(key)) fail(key, problem);
    };
    if (knockout.options.method == KnockoutMethod::sampled)
      fail_once("analysis.knockout.method", of_bits + "need exact; sampled draws samples of each class");
    if (network.from_files() && !network.output_activation) return;  // known once the files are read
    const Activation output = network.output_activation.value_or(Activation::tanh);
    if (knockout.function_for(network, output) == KnockoutFunction::argmax)
      fail_once("analysis.knockout.function", of_bits + "are decided one by one, by threshold, not by argmax");
  }

  void check_softmax(const std::string& path, const NetworkConfig& network) {
    if (network.detectors) fail(path + ".output_activation", "softmax of the one output of a detector is always 1");
    if (network.train && network.train->loss != Loss::cross_entropy) {
      fail(path + ".output_activation", "softmax is trained by cross_entropy only; add train.loss: cross_entropy");
    }
  }

  void check_recording(const std::string& path, const std::string& name, const RecordingConfig& recording) {
    using Axis = RecordingAxis;
    if (find_named(config_.networks, name)) fail(path, "a network has this name, too");
    if (recording.file.empty()) fail(path + ".file", "is missing: the file of the recording");
    if (recording.file.extension() != ".npy" && recording.states.empty())
      fail(path + ".states", "is missing: the key or the columns of the units' values");
    if (recording.input.empty()) fail(path + ".input", "is missing: the key or column of the input symbols");
    if (recording.output.empty()) fail(path + ".output", "is missing: the key or column of the output symbols");
    const auto has = [&](Axis axis) {
      return std::find(recording.axes.begin(), recording.axes.end(), axis) != recording.axes.end();
    };
    if (!recording.axes.empty() && (!has(Axis::unit) || has(Axis::sample) == (has(Axis::trial) || has(Axis::time))))
      fail(path + ".axes", "expected unit, and sample or else trial, time or both: [trial, time, unit]");
    if (!recording.times.empty() && !has(Axis::time)) fail(path + ".time", "needs an axis time in axes");
    if (recording.is_timed() && (!has(Axis::time) || !has(Axis::trial)))
      fail(path + ".time", "each needs axes time and trial: at each time, the trials are the samples");
    if (recording.is_timed() && config_.analysis.relay.branching)
      fail("analysis.relay.branching", fmt::format("not with {}.time: each", path));
    check_no_repetition(path + ".time", recording.times);
  }

  void check_weights(const std::string& path, const NetworkConfig& network) {
    const auto& detectors = network.detectors ? network.detectors->weights : std::vector<std::filesystem::path>();
    if (!detectors.empty() && std::ssize(detectors) != sizes_->classes) {
      fail(path + ".detectors.weights",
           fmt::format("{} files, but there are {} classes", detectors.size(), sizes_->classes));
    }
    if (!detectors.empty()) check_untrained(path + ".detectors", *network.detectors);
    if (!network.layer_names.empty() && !network.from_files()) {
      fail(path + ".layer_names", "used with weights only");
    }
    if (network.batch_norm && !network.from_files()) fail(path + ".batch_norm", "used with weights only");
    if (network.batch_norm_epsilon && !network.batch_norm) {
      fail(path + ".batch_norm_epsilon", "used with batch_norm only");
    }
    if (!network.weights_network.empty() && network.weights.empty()) {
      fail(path + ".weights_network", "used with weights only");
    }
    for (const auto& [other, its] : config_.networks) {
      if ("networks." + other == path) break;
      if (!network.weights_out.empty() && network.weights_out == its.weights_out) {
        fail(path + ".weights_out", fmt::format("'{}' is that of {} already", network.weights_out.string(), other));
      }
    }
    if (!network.weights_out.empty() && network.weights_out.extension() != ".safetensors") {
      fail(path + ".weights_out", fmt::format("'{}': the name must end in .safetensors", network.weights_out.string()));
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

  void check_layers(const std::string& path, const NetworkConfig& network) {
    if (network.layers.size() < 3) {
      return fail(path + ".layers",
                  fmt::format("inputs, at least one hidden layer and outputs are needed: [{}, 20, {}]", sizes_->inputs,
                              sizes_->classes));
    }
    if (network.layers.front() != sizes_->inputs) {
      fail(path + ".layers",
           fmt::format("the first is {} but the data have {} inputs", network.layers.front(), sizes_->inputs));
    }
    if (network.layers.back() != sizes_->classes) {
      fail(path + ".layers",
           fmt::format("the last is {} but there are {} classes", network.layers.back(), sizes_->classes));
    }
  }

  void check_sweep() {
    if (!config_.sweep) return;
    if (!config_.sweep->parameters.empty() && !config_.compare.empty())
      fail("compare", "over seeds alone: not with sweep.parameters");
    for (const auto& [name, network] : config_.networks) {
      if (!network.weights_out.empty()) fail(fmt::format("networks.{}.weights_out", name), "not in a sweep");
    }
  }

  // Each of `subsets` must be in `known`, the subsets at `among`.
  void check_subsets(std::string_view path, const std::vector<std::string>& subsets, std::string_view among,
                     const std::vector<std::string>& known) {
    for (const std::string& subset : subsets) {
      if (std::find(known.begin(), known.end(), subset) != known.end()) continue;
      fail(path,
           fmt::format("'{}' is not among {}{}", subset, among, suggestion(subset, {known.begin(), known.end()})));
    }
  }

  void check_analysis() {
    const AnalysisConfig& analysis = config_.analysis;
    const std::vector<std::string>& subsets = analysis.relay.subsets;
    if (subsets.empty()) fail("analysis.relay.subsets", "at least one subset is needed");
    // The subsets of a recording are known once it is read.
    if (config_.recordings.empty()) {
      check_subsets("analysis.relay.subsets", subsets, "the subsets of a data set: train, test", data_subsets);
    } else if (!config_.networks.empty() && std::find_first_of(subsets.begin(), subsets.end(), data_subsets.begin(),
                                                               data_subsets.end()) == subsets.end()) {
      fail("analysis.relay.subsets", "of the subsets of the networks, train and test, there is none");
    }
    if (config_.networks.empty() && !config_.recordings.empty()) {
      if (analysis.knockout)
        fail("analysis.knockout", "needs a network: the units of a recording cannot be knocked out");
      if (analysis.regression) fail("analysis.regression", "needs a network: it is about knockouts");
    } else {
      check_subsets("analysis.relay.exhaustive", analysis.relay.exhaustive, "analysis.relay.subsets", subsets);
    }
    if (analysis.knockout) {
      check_subsets("analysis.knockout.subsets", analysis.knockout->subsets, "analysis.relay.subsets", subsets);
      check_subsets("analysis.knockout.subsets", analysis.knockout->subsets, "the subsets of networks: train, test",
                    data_subsets);
    }
    check_no_repetition("analysis.layers", analysis.layers.list);
    check_relay_classes(analysis.relay);
    check_states(analysis);
    for (const SettingProblem& each : time_problems(config_)) fail(each.path, each.problem);
    for (const SettingProblem& each : significance_problems(config_)) fail(each.path, each.problem);
    if (analysis.importance && analysis.contrast == ContrastKind::whole && !config_.networks.empty())
      fail("analysis.importance", "compares the function of each class with its information: not with contrast: whole");
    if (!analysis.regression) return;
    if (analysis.tables == SetTables::never)
      fail("analysis.regression", "needs the tables of all sets: not with analysis.tables: never");
    check_subsets("analysis.regression.relay", {analysis.regression->relay},
                  "analysis.relay.exhaustive: all sets are needed", analysis.relay.exhaustive);
    check_subsets("analysis.regression.relay", {analysis.regression->relay}, "the subsets of networks: train, test",
                  data_subsets);
    const bool all = analysis.knockout && analysis.knockout->sets == KnockoutSets::exhaustive;
    const auto& knocked_out = all ? analysis.knockout->subsets : std::vector<std::string>();
    if (std::find(knocked_out.begin(), knocked_out.end(), analysis.regression->knockout) == knocked_out.end()) {
      fail("analysis.regression.knockout",
           fmt::format("needs analysis.knockout with sets exhaustive and '{}' among its subsets",
                       analysis.regression->knockout));
    }
  }

  // Options that do not go together are refused by the library; here with their place.
  void check_states(const AnalysisConfig& analysis) {
    const bool in_pieces = errors_.concern("analysis.discretize");
    if (!in_pieces) {
      try {
        level_count(analysis.discretize);
      } catch (const UsageError& error) {
        fail("analysis.discretize", error.what());
      }
    }
    check_fit(analysis);
    if (!analysis.measures.empty() && analysis.relay.exhaustive.empty())
      fail("analysis.measures", "of the subsets of analysis.relay.exhaustive, which has none");
    if (analysis.relay.branching && !has_binary_relay(analysis))
      fail("analysis.relay.branching", "only of units of two levels, and with analysis.contrast: one_vs_rest");
    if (analysis.contrast != ContrastKind::whole) return;
    const auto needs_classes = [&](bool there, std::string_view path) {
      if (there) fail(path, "needs a contrast for each class: not with analysis.contrast: whole");
    };
    needs_classes(!analysis.relay.classes.empty(), "analysis.relay.classes");
    needs_classes(analysis.regression.has_value(), "analysis.regression");
    needs_classes(!config_.compare.empty(), "compare");
    needs_classes(config_.sweep.has_value(), "sweep");
  }

  void check_fit(const AnalysisConfig& analysis) {
    const char* path = "analysis.discretize.fit";
    const std::string& fit = analysis.discretize.fit;
    const bool only_recordings = config_.networks.empty() && !config_.recordings.empty();
    if (fit == own_values || only_recordings) return;  // the subsets of recordings are known once these are read
    check_subsets(path, {fit}, "own and analysis.relay.subsets", analysis.relay.subsets);
    if (!config_.recordings.empty())  // whose subsets may be among analysis.relay.subsets, too
      check_subsets(path, {fit}, "the subsets of a data set: train, test", data_subsets);
  }

  void check_no_repetition(std::string_view path, std::vector<std::int64_t> list) {
    std::sort(list.begin(), list.end());
    const auto twice = std::adjacent_find(list.begin(), list.end());
    if (twice != list.end()) fail(path, fmt::format("{} is listed twice", *twice));
  }

  void check_relay_classes(const RelayConfig& relay) {
    if (relay.classes.empty()) return;
    const char* path = "analysis.relay.classes";
    check_no_repetition(path, relay.classes);
    if (!sizes_) return;
    if (config_.networks.empty()) return;  // of recordings: checked once the symbols are known
    const std::int64_t last = *std::max_element(relay.classes.begin(), relay.classes.end());
    if (last >= sizes_->classes)
      fail(path, fmt::format("{} is out of range: there are {} classes", last, sizes_->classes));
    if (std::ssize(relay.classes) == sizes_->classes) return;
    const auto needs_all = [&](bool there, std::string_view what) {
      if (there) fail(path, fmt::format("{} needs all classes", what));
    };
    needs_all(!relay.exhaustive.empty(), "analysis.relay.exhaustive");
    needs_all(relay.branching, "analysis.relay.branching");
    needs_all(config_.analysis.importance, "analysis.importance");
    needs_all(!config_.compare.empty(), "compare");
    needs_all(config_.sweep.has_value(), "sweep");
  }

  const ExperimentConfig& config_;
  std::optional<DataSizes> sizes_;  // none: they are those of files that were not read
  const ConfigNode& root_;
  ConfigErrors& errors_;
};

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view near = nearest_word(word, known);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

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

// The reasons why a layer of `width` units cannot be analysed.
std::vector<std::string> width_problems(const AnalysisConfig& analysis, int layer, std::int64_t width) {
  const auto too_wide = [&](std::int64_t widest, std::string_view what) {
    return fmt::format("the analysed layer {} has {} units; {} is possible up to {}", layer, width, what, widest);
  };
  const bool all_knocked_out = analysis.knockout && analysis.knockout->sets == KnockoutSets::exhaustive;
  if (width > UnitStates::max_units) return {too_wide(UnitStates::max_units, "relay information")};
  std::vector<std::string> problems;
  const int levels = levels_of(analysis.discretize);
  const auto widest_nsb = static_cast<std::int64_t>(std::log(nsb_max_alphabet) / std::log(levels));
  const auto& estimators = analysis.estimators;
  if (width > widest_nsb && std::find(estimators.begin(), estimators.end(), "nsb") != estimators.end())
    problems.push_back(too_wide(widest_nsb, fmt::format("the estimator nsb, of units of {} levels,", levels)));
  if (width <= NeuronSet::max_exhaustive_neurons) return problems;
  if (!analysis.relay.exhaustive.empty())
    problems.push_back(too_wide(NeuronSet::max_exhaustive_neurons, "exhaustive relay information") +
                       " (analysis.relay.exhaustive: [] does without)");
  if (all_knocked_out) {
    problems.push_back(too_wide(NeuronSet::max_exhaustive_neurons, "exhaustive knockout") +
                       " (analysis.knockout.sets: single does without)");
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

void check_experiment_config(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors) {
  Checker(config, root, errors).run();
}

}  // namespace inforelay
