#include "experiments/config/recurrent_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/config/network_checks.hpp"
#include "experiments/config/significance_checks.hpp"

namespace inforelay {
namespace {

// Each set of units is a run over all steps: 2^16 sets over 10,000 steps take a minute on one core.
constexpr std::int64_t most_knocked_out = 16;

class RecurrentChecker {
 public:
  RecurrentChecker(const std::string& path, const ExperimentConfig& config, const NetworkConfig& network,
                   const std::optional<DataSizes>& sizes)
      : path_(path), config_(config), network_(network), own_(*network.recurrent), sizes_(sizes) {}

  std::vector<SettingProblem> run() {
    check_members();
    check_kind();
    if (own_.train) check_training();
    if (sizes_) check_steps();
    if (own_.train && own_.units > 0 && problems_.empty()) {
      for (const std::string& problem : recurrent_layer_problems(config_, network_)) fail("recurrent.units", problem);
    }
    return std::move(problems_);
  }

 private:
  void fail(std::string_view key, std::string problem) {
    problems_.push_back({key.empty() ? path_ : fmt::format("{}.{}", path_, key), std::move(problem)});
  }

  void check_members() {
    const std::pair<std::string_view, bool> others[]{{"layers", !network_.layers.empty()},
                                                     {"activation", network_.activation.has_value()},
                                                     {"train", network_.train.has_value()},
                                                     {"detectors", network_.detectors.has_value()},
                                                     {"layer_names", !network_.layer_names.empty()},
                                                     {"batch_norm", network_.batch_norm.has_value()},
                                                     {"batch_norm_epsilon", network_.batch_norm_epsilon.has_value()},
                                                     {"weights_network", !network_.weights_network.empty()}};
    for (const auto& [key, is_given] : others) {
      if (is_given) fail(key, "is not used by recurrent networks; theirs are in 'recurrent'");
    }
    if (own_.train.has_value() == !network_.weights.empty())
      fail("recurrent", "needs either 'train' or, beside 'recurrent', 'weights', a file to read");
  }

  void check_kind() {
    if (!own_.kind) return fail("recurrent.kind", "is missing: rnn_tanh, rnn_relu, gru or lstm");
    if (own_.states != StateVariables::h && !has_cell_state(*own_.kind)) {
      fail("recurrent.states", fmt::format("'{}', but {} has no c", word_of(state_variables_names, own_.states),
                                           word_of(recurrent_kind_names, *own_.kind)));
    }
    if (!own_.train) return;
    if (own_.units == 0) fail("recurrent.units", "is missing: the number of units of each layer");
    if (network_.output_activation == Activation::softmax)
      fail("output_activation", "softmax is not trained here; identity has the same decisions");
  }

  void check_training() {
    if (!sizes_) return;
    const int outputs = own_.outputs == 0 ? sizes_->classes : static_cast<int>(own_.outputs);
    if (own_.outputs == 1 && sizes_->classes != 2)
      fail("recurrent.outputs", fmt::format("1 decides between two classes, but there are {}", sizes_->classes));
    try {
      check_loss(own_.train->loss, network_.output_activation.value_or(Activation::identity), outputs);
    } catch (const UsageError& error) {
      fail("recurrent.train.loss", error.what());
    }
  }

  void check_steps() {
    std::vector<std::string> subsets = config_.analysis.relay.subsets;  // those that only recordings have do not matter
    std::erase_if(subsets, [](const std::string& subset) {
      return std::find(data_subsets.begin(), data_subsets.end(), subset) == data_subsets.end();
    });
    std::size_t least = sizes_->steps_of("test");
    if (least == 0) {
      return fail("",
                  fmt::format("the samples of {} are neither sequences nor two-dimensional, as images are: there are "
                              "no steps for a recurrent network",
                              config_.data.dataset));
    }
    for (const std::string& subset : subsets) least = std::min(least, sizes_->steps_of(subset));
    if (own_.lag > 0 && own_.input != InputSymbol::stimulus)
      fail("recurrent.lag", "is for input: stimulus; labels have none");
    if (static_cast<std::size_t>(own_.lag) >= least)
      fail("recurrent.lag", fmt::format("{}, but a trial has {} steps", own_.lag, least));
    if (own_.is_timed() && subsets.size() > 1 && sizes_->steps_of("train") != sizes_->steps_of("test")) {
      fail("recurrent.time",
           fmt::format("each needs trials of as many steps in all of analysis.relay.subsets, but those "
                       "of train have {} and those of test {}",
                       sizes_->steps_of("train"), sizes_->steps_of("test")));
    }
    if (own_.is_timed() && config_.analysis.relay.branching)
      fail_at("analysis.relay.branching", fmt::format("not with {}.recurrent.time: each", path_));
    std::vector<std::int64_t> times = own_.times;
    std::sort(times.begin(), times.end());
    if (std::adjacent_find(times.begin(), times.end()) != times.end()) fail("recurrent.time", "lists a step twice");
    if (!times.empty() && static_cast<std::size_t>(times.back()) >= least)
      fail("recurrent.time", fmt::format("{}, but a trial has {} steps, from 0", times.back(), least));
    if (!times.empty() && times.front() < own_.lag)
      fail("recurrent.time",
           fmt::format("{}: before step {} there is no input {} steps ago", times.front(), own_.lag, own_.lag));
    if (const auto& knockout = config_.analysis.knockout; knockout && static_cast<std::size_t>(knockout->from) >= least)
      fail_at("analysis.knockout.from", fmt::format("{}, but a trial has {} steps", knockout->from, least));
    check_lags(times, least);
  }

  // Measures over time need consecutive recorded steps, more than the largest lag.
  void check_lags(const std::vector<std::int64_t>& times, std::size_t steps) {
    const auto& lags = config_.analysis.lags;
    if (lags.empty() || config_.analysis.relay.exhaustive.empty()) return;
    const auto recorded = times.empty() ? static_cast<std::int64_t>(steps) - own_.lag : std::ssize(times);
    if (!times.empty() && times.back() - times.front() + 1 != recorded)
      fail("recurrent.time", "are not consecutive, as analysis.lags needs them");
    const std::int64_t largest = *std::max_element(lags.begin(), lags.end());
    if (largest >= recorded)
      fail_at("analysis.lags", fmt::format("{}, but a trial has {} steps{}", largest, recorded,
                                           static_cast<std::size_t>(recorded) == steps ? "" : " that are recorded"));
    else if (recorded < 2)
      fail_at("analysis.lags", "needs at least 2 recorded steps in a trial");
  }

  void fail_at(std::string_view path, std::string problem) {
    problems_.push_back({std::string(path), std::move(problem)});
  }

  const std::string& path_;
  const ExperimentConfig& config_;
  const NetworkConfig& network_;
  const RecurrentConfig& own_;
  const std::optional<DataSizes>& sizes_;
  std::vector<SettingProblem> problems_;
};

}  // namespace

std::vector<SettingProblem> recurrent_problems(const std::string& path, const ExperimentConfig& config,
                                               const NetworkConfig& network, const std::optional<DataSizes>& sizes) {
  return RecurrentChecker(path, config, network, sizes).run();
}

std::vector<std::string> recurrent_layer_problems(const ExperimentConfig& config, const NetworkConfig& network) {
  const std::vector<std::int64_t> widths = layer_widths(config, network);
  std::vector<std::string> problems = analysed_layer_problems(widths, config.analysis);
  const auto& knockout = config.analysis.knockout;
  const std::int64_t units = widths.at(1);
  if (network.recurrent->is_timed()) {
    for (std::string& problem : drift_problems(config.analysis, network.recurrent->recorded_units(units)))
      problems.push_back(std::move(problem));
  }
  if (knockout && knockout->sets == KnockoutSets::exhaustive && units > most_knocked_out) {
    problems.push_back(
        fmt::format("an analysed layer has {} units; knockouts of all sets in time are possible up to {}; "
                    "analysis.knockout.sets: single has no such bound",
                    units, most_knocked_out));
  }
  if (knockout && units > NeuronSet::max_neurons)
    problems.push_back(fmt::format("an analysed layer has {} units; knockouts in time are possible up to {}", units,
                                   NeuronSet::max_neurons));
  if (!config.analysis.lags.empty() && units > NeuronSet::max_exhaustive_neurons)
    problems.push_back(fmt::format("an analysed layer has {} units; analysis.lags is possible up to {}", units,
                                   NeuronSet::max_exhaustive_neurons));
  return problems;
}

std::vector<SettingProblem> time_problems(const ExperimentConfig& config) {
  const AnalysisConfig& analysis = config.analysis;
  std::vector<SettingProblem> problems;
  const auto check = [&](bool is_wrong, std::string path, std::string problem) {
    if (is_wrong) problems.push_back({std::move(path), std::move(problem)});
  };
  const auto is_recurrent = [](const auto& each) { return each.second.recurrent.has_value(); };
  const bool recurrent = std::any_of(config.networks.begin(), config.networks.end(), is_recurrent);
  check(!analysis.lags.empty() && !has_time(config), "analysis.lags",
        "needs a recording with an axis time, or a recurrent network");
  check(!analysis.lags.empty() && analysis.relay.exhaustive.empty(), "analysis.lags",
        "of the subsets of analysis.relay.exhaustive, which has none");
  // Symbols may have two levels: that is known once they are read.
  const bool many_levels = analysis.discretize.method != Discretization::symbols && levels_of(analysis.discretize) > 2;
  check(!analysis.lags.empty() && many_levels, "analysis.lags", "needs units of two levels");
  std::vector<std::int64_t> lags = analysis.lags;
  std::sort(lags.begin(), lags.end());
  const auto twice = std::adjacent_find(lags.begin(), lags.end());
  check(twice != lags.end(), "analysis.lags",
        twice != lags.end() ? fmt::format("{} is listed twice", *twice) : std::string());
  check(analysis.drift > 0 && !has_time(config), "analysis.drift",
        "needs a recording with an axis time, or a recurrent network");
  check(analysis.drift > 0 && !analysis.relay.greedy, "analysis.drift", "needs analysis.relay.greedy");
  check(analysis.as_published && !recurrent, "analysis.as_published", "needs a recurrent network");
  const auto& knockout = analysis.knockout;
  const bool of_recurrent = knockout && recurrent;
  check(of_recurrent && knockout->options.replace == KnockoutReplace::resample, "analysis.knockout.replace",
        "resample is not for recurrent networks: zero, mean or noise");
  check(of_recurrent && knockout->options.method == KnockoutMethod::sampled, "analysis.knockout.method",
        "sampled is not for recurrent networks");
  check(of_recurrent && knockout->function != KnockoutFunctionChoice::automatic, "analysis.knockout.function",
        "is not for recurrent networks: the largest output decides, or recurrent.threshold");
  check(knockout && !recurrent && (knockout->from > 0 || knockout->steps > 0 || knockout->each_step),
        "analysis.knockout", "from, steps and each_step are for recurrent networks");
  check(analysis.regression && recurrent && std::all_of(config.networks.begin(), config.networks.end(), is_recurrent),
        "analysis.regression", "is not for recurrent networks");
  return problems;
}

}  // namespace inforelay
