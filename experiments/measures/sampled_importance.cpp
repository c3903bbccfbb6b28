#include "experiments/measures/sampled_importance.hpp"

#include <span>
#include <utility>

#include "experiments/results/results_file.hpp"

namespace inforelay {
namespace {

const std::vector<ArrayInfo>& permutation_arrays() {
  static const std::vector<ArrayInfo> infos{
      {"*/shapley", "1", {"function", "unit"}, "mean over the pairs of permutations"},
      {"*/squares", "1", {"function", "unit"}, "sum of squared deviations of the pairs"},
      {"*/standard_error", "1", {"function", "unit"}, "standard error of the mean"},
      {"*/permutations", "1", {}, "permutations sampled"},
      {"*/evaluations", "1", {}, "sets evaluated"},
      {"*/reached", "1", {}, "1 if the standard error was reached"}};
  return infos;
}

void put_state(const SampledShapley& state, const std::string& what, ResultArrays& out) {
  out.put(what + "/shapley", state.shapley);
  out.put(what + "/squares", state.squares);
  out.put(what + "/standard_error", state.standard_error);
  out.put(what + "/permutations", static_cast<std::int64_t>(state.permutations));
  out.put(what + "/evaluations", static_cast<std::int64_t>(state.evaluations));
  out.put(what + "/reached", std::int64_t{state.reached});
}

SampledShapley state_from(const ResultView& group) {
  SampledShapley state;
  state.shapley = group.matrix<double>("shapley");
  state.squares = group.matrix<double>("squares");
  state.standard_error = group.matrix<double>("standard_error");
  state.permutations = static_cast<std::size_t>(group.number<std::int64_t>("permutations"));
  state.evaluations = static_cast<std::size_t>(group.number<std::int64_t>("evaluations"));
  state.reached = group.number<std::int64_t>("reached") != 0;
  return state;
}

}  // namespace

SampledImportance::SampledImportance(MeasureRun& run) : run_(run) {
  run_.store.load_state([&](const Hdf5Reader& file) {
    const ResultArrays saved = read_arrays(file);
    for (const std::string& what : saved.view().children()) states_[what] = state_from(saved.view(what));
  });
}

void SampledImportance::save() {
  ResultArrays state(permutation_arrays());
  for (const auto& [what, sampled] : states_) put_state(sampled, what, state);
  run_.store.save_state([&](Hdf5Writer& file) { write_arrays(file, state); });
}

const SampledShapley& SampledImportance::sample(const std::string& what, ChainFunction function, int functions,
                                                int units) {
  const ImportanceSamplingConfig& config = run_.place.config.analysis.importance_sampling;
  const auto most = static_cast<std::size_t>(config.permutations + config.permutations % 2);
  ChainShapley sampler(std::move(function), functions, units,
                       {.standard_error = config.standard_error, .most_permutations = most},
                       run_.system.random().child("importance").child(run_.place.subset).child(what));
  if (const auto earlier = states_.find(what); earlier != states_.end()) sampler.resume(earlier->second);
  const auto keep = [&] { states_[what] = sampler.result(); };
  try {
    while (!sampler.done()) {
      sampler.sample_batch(run_.progress);
      if (!run_.store.should_save()) continue;
      keep();
      save();
    }
  } catch (const Interrupted&) {
    keep();
    save();
    throw;
  }
  keep();
  return states_[what];
}

}  // namespace inforelay
