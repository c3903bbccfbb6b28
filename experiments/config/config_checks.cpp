#include "experiments/config/config_checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/named.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/config/network_checks.hpp"
#include "experiments/config/recurrent_checks.hpp"
#include "experiments/config/significance_checks.hpp"
#include "experiments/config/system_schema.hpp"

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

  // Each setting that is given, and is one of some sources, must be one of this source's.
  void check_data_settings() {
    DataConfig given = config_.data, defaults;
    const std::vector<Setting> settings = settings_of(given), unset = settings_of(defaults);
    const auto knows = [](const DataSource& source, std::string_view key) {
      return std::find(source.settings.begin(), source.settings.end(), key) != source.settings.end();
    };
    for (std::size_t i = 0; i < settings.size(); ++i) {
      const std::string_view key = settings[i].key;
      if (!is_given(settings[i], unset[i]) || knows(data_source(given.dataset), key)) continue;
      std::vector<std::string_view> others;
      for (const DataSource* source : data_sources()) {
        if (!source->is_fallback && knows(*source, key)) others.push_back(source->name);
      }
      if (others.empty()) continue;  // of all
      fail(fmt::format("data.{}", key),
           fmt::format("is for dataset: {}, not for {}", fmt::join(others, ", "), given.dataset));
    }
  }

  // A group is given if it is there, another setting if it is not as by default.
  static bool is_given(const Setting& setting, const Setting& unset) {
    using namespace inforelay::setting;
    return !members_of(setting.kind, AbsentGroups::skip).empty() ||
           to_yaml(value_of(setting.kind)) != to_yaml(value_of(unset.kind));
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
    const auto problems = network.recurrent ? recurrent_problems(path, config_, network, sizes_)
                                            : network_problems(path, config_, network, sizes_);
    for (const SettingProblem& each : problems) {
      // An error of the analysis is reported once, not once per network.
      if (each.path.starts_with(path) || !errors_.concern(each.path)) fail(each.path, each.problem);
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
      fail("analysis.relay.subsets", "has neither train nor test, the subsets of networks");
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
      if (!config_.recordings.empty())  // whose subsets are among analysis.relay.subsets, too
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
    if (!config_.recordings.empty())
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

void check_experiment_config(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors) {
  Checker(config, root, errors).run();
}

}  // namespace inforelay
