#include "experiments/config/unused_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace inforelay {
namespace {

// A setting that is used only if `decisive` is `needed`.
struct Dependence {
  std::string path, decisive;
  std::string_view needed;
  bool is_used, is_default;
};

std::vector<Dependence> dependences_of(const ExperimentConfig& config) {
  std::vector<Dependence> all;
  for (const auto& [name, network] : config.networks) {
    if (network.recurrent && network.recurrent->train) {
      const RecurrentTrainingOptions &given = *network.recurrent->train, defaults;
      const std::string train = fmt::format("networks.{}.recurrent.train.", name);
      all.push_back({train + "momentum", train + "optimizer", "sgd", given.optimizer.kind == OptimizerKind::sgd,
                     given.optimizer.momentum == defaults.optimizer.momentum});
    }
    if (!network.train) continue;
    const std::string train = fmt::format("networks.{}.train.", name);
    const TrainingOptions &given = *network.train, defaults;
    all.push_back({train + "momentum", train + "optimizer", "sgd", given.optimizer.kind == OptimizerKind::sgd,
                   given.optimizer.momentum == defaults.optimizer.momentum});
    const bool is_sampled = given.evaluation.method == Evaluation::Method::sampled;
    all.push_back({train + "evaluation_samples", train + "evaluation", "sampled", is_sampled,
                   given.evaluation.train_samples == defaults.evaluation.train_samples});
    all.push_back({train + "evaluation_test_samples", train + "evaluation", "sampled", is_sampled,
                   given.evaluation.test_samples == defaults.evaluation.test_samples});
  }
  const DiscretizeOptions& discretize = config.analysis.discretize;
  all.push_back({"analysis.discretize.threshold", "analysis.discretize.method", "threshold",
                 discretize.method == Discretization::threshold,
                 discretize.threshold == DiscretizeOptions{}.threshold});
  const SignificanceConfig &significance = config.analysis.significance, usual;
  all.push_back({"analysis.significance.level", "analysis.significance.bootstrap", "at least 2",
                 significance.bootstrap > 0, significance.level == usual.level});
  all.push_back({"analysis.significance.nulls", "analysis.significance.permutations", "at least 1",
                 significance.permutations > 0, significance.nulls == usual.nulls});
  const ImportanceSamplingConfig &sampling = config.analysis.importance_sampling, no_sampling;
  const bool importance = config.analysis.importance;
  all.push_back({"analysis.importance_sampling.standard_error", "analysis.importance", "true", importance,
                 sampling.standard_error == no_sampling.standard_error});
  all.push_back({"analysis.importance_sampling.permutations", "analysis.importance", "true", importance,
                 sampling.permutations == no_sampling.permutations});
  if (const auto& knockout = config.analysis.knockout) {
    all.push_back({"analysis.knockout.samples", "analysis.knockout.method", "sampled",
                   knockout->options.method == KnockoutMethod::sampled,
                   knockout->options.sample_size == KnockoutOptions{}.sample_size});
    all.push_back({"analysis.knockout.noise_sd", "analysis.knockout.replace", "noise",
                   knockout->options.replace == KnockoutReplace::noise,
                   knockout->options.noise_sd == KnockoutOptions{}.noise_sd});
  }
  if (config.sweep) {
    all.push_back({"sweep.samples", "sweep.method", "random", config.sweep->method == SweepMethod::random,
                   config.sweep->samples == SweepConfig{}.samples});
  }
  return all;
}

bool is_swept(const ExperimentConfig& config, const std::string& path) {
  if (!config.sweep) return false;
  return std::any_of(config.sweep->parameters.begin(), config.sweep->parameters.end(), [&](const ConfigSeries& series) {
    return path == series.path || path.starts_with(series.path + ".");
  });
}

}  // namespace

std::vector<std::string> unused_settings(const ExperimentConfig& config, const ConfigNode& root) {
  std::vector<std::string> sentences;
  for (const Dependence& each : dependences_of(config)) {
    const ConfigNode *written = root.find_path(each.path), *decisive = root.find_path(each.decisive);
    if (each.is_used || each.is_default || !written || !written->place.file) continue;
    if (decisive && decisive->place.file != written->place.file) continue;
    if (is_swept(config, each.path) || is_swept(config, each.decisive)) continue;
    sentences.push_back(fmt::format("{}: {} is not used: that needs {}: {}", written->place.to_string(), each.path,
                                    each.decisive, each.needed));
  }
  return sentences;
}

}  // namespace inforelay
