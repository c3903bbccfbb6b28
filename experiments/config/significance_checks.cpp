#include "experiments/config/significance_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace inforelay {

bool has_time(const ExperimentConfig& config) {
  return std::any_of(config.networks.begin(), config.networks.end(),
                     [](const auto& named) { return named.second.recurrent.has_value(); }) ||
         std::any_of(config.recordings.begin(), config.recordings.end(), [](const auto& named) {
           const auto& axes = named.second.axes;
           return std::find(axes.begin(), axes.end(), RecordingAxis::time) != axes.end();
         });
}

std::vector<SettingProblem> significance_problems(const ExperimentConfig& config) {
  const AnalysisConfig& analysis = config.analysis;
  const SignificanceConfig& significance = analysis.significance;
  std::vector<SettingProblem> problems;
  if (significance.bootstrap == 1)
    problems.push_back({"analysis.significance.bootstrap", "1 resample, expected 0 or at least 2"});
  if (significance.permutations > 0 && significance.nulls.empty())
    problems.push_back({"analysis.significance.nulls", "at least one null is needed for permutations"});
  const bool of_time =
      significance.exchange == ExchangeChoice::circular_shifts || significance.exchange == ExchangeChoice::trials;
  if (of_time && !has_time(config))
    problems.push_back(
        {"analysis.significance.exchange", fmt::format("{} needs a recording with an axis time, or a recurrent network",
                                                       word_of(exchange_choice_names, significance.exchange))});
  if (significance.maximum > 0 && analysis.relay.exhaustive.empty())
    problems.push_back(
        {"analysis.significance.maximum", "of the subsets of analysis.relay.exhaustive, which has none"});
  return problems;
}

}  // namespace inforelay
