// Balanced accuracy of a network with units of the layer knocked out (ablated).
#include "nn/knockout/knockout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/parallel.hpp"
#include "experiments/measures/knockout_subject.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/ranks/resumable_scan.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "experiments/results/statistics_arrays.hpp"
#include "nn/knockout/replacement.hpp"
#include "nn/knockout/single_knockout.hpp"

namespace inforelay {
namespace {

void put_all_sets(MeasureRun& run, const KnockoutSubject& subject, const KnockoutOptions& options,
                  const RandomStream& random, ResultArrays& out) {
  KnockoutScan scan(subject, options, random, run.tables);
  run_resumable_scan(scan, run.store, run.progress, [&] { return knockout_scan_job(subject, options, random); });
  ExhaustiveKnockout all = scan.result();
  std::vector<double> intact;
  for (int c = 0; c < subject.classes(); ++c) {
    intact.push_back(
        static_cast<double>(all.accuracy.size() > 0 ? all.accuracy(c, 0) : all.statistics.lowest_of(c, 0)));
  }
  out.put("intact", intact);
  if (!all.statistics.empty()) put_statistics(all.statistics, out);
  if (all.accuracy.size() > 0) out.put("accuracy", std::move(all.accuracy));
  if (!all.overall.empty()) out.put("overall_accuracy", std::move(all.overall));
}

SingleKnockout single_accuracies(MeasureRun& run, const KnockoutSubject& subject, const KnockoutOptions& options,
                                 const RandomStream& random) {
  if (run.place.sizes.is_wide()) return single_knockout_accuracy(subject, options, random, run.progress);
  std::vector<NeuronSet> sets;
  for (int unit = 0; unit < subject.neurons(); ++unit) sets.push_back(NeuronSet{unit});
  sets.push_back(NeuronSet{});
  const RowMatrix<float> all = knockout_accuracy_and_overall(subject, sets, options, random, run.progress);
  const RowMatrix<float> accuracy = all.topRows(subject.classes());
  const Eigen::VectorXf intact = accuracy.rightCols(1);
  SingleKnockout single{.accuracy = accuracy.leftCols(subject.neurons()),
                        .intact = {intact.begin(), intact.end()},
                        .overall = {},
                        .overall_intact = {}};
  if (all.rows() == accuracy.rows()) return single;
  const float* const overall = all.row(subject.classes()).data();
  single.overall.assign(overall, overall + subject.neurons());
  single.overall_intact = overall[subject.neurons()];
  return single;
}

void compute_knockout(MeasureRun& run, ResultArrays& out) {
  const MeasurePlace& place = run.place;
  const KnockoutPlace knockout(run, place.subset);
  const auto& [subject, options, random] = knockout;
  out.put_attribute("", "function", std::string(to_string(options.function)));
  out.put_attribute("", "replace", std::string(to_string(options.replace)));
  out.put_attribute("", "method", std::string(to_string(options.method)));
  if (options.replace == KnockoutReplace::noise) out.put_attribute("", "noise_sd", options.noise_sd);
  if (options.replace == KnockoutReplace::resample)
    out.put("replacement_sample", replacement_samples(subject.labels.size(), random));
  if (knocks_out_all_sets(place)) return put_all_sets(run, subject, options, random, out);
  SingleKnockout single = single_accuracies(run, subject, options, random);
  out.put("intact", std::vector<double>(single.intact.begin(), single.intact.end()));
  out.put("accuracy_single", std::move(single.accuracy));
  if (!single.overall_intact) return;
  out.put("overall_accuracy_single", single.overall);
  out.put("overall_intact", *single.overall_intact);
}

// Before weight files are read their output activation may not be known: then by the function that needs more.
bool may_be_by_argmax(const MeasurePlace& place) {
  const NetworkConfig& network = place.network;
  const KnockoutConfig& config = *place.config.analysis.knockout;
  const bool depends_on_output = config.function == KnockoutFunctionChoice::automatic && !network.detectors;
  if (depends_on_output && !network.output_activation) return network.from_files();
  return config.function_for(network, network.output_activation.value_or(Activation::tanh)) == KnockoutFunction::argmax;
}

// J, the width of the layer after the analysed one.
double next_width(const MeasurePlace& place) {
  const std::vector<std::int64_t>& widths = place.network.layers;
  const auto next = static_cast<std::size_t>(place.layer) + 1;
  return next < widths.size() ? static_cast<double>(widths[next]) : place.sizes.classes;
}

MemoryNeed knockout_memory(const MeasurePlace& place, AllSetsTable tables) {
  const LayerSizes& size = place.sizes;
  const double samples = size.samples.at(place.subset);
  const KnockoutReplace replace = place.config.analysis.knockout->options.replace;
  const bool each_sample = replace == KnockoutReplace::resample || replace == KnockoutReplace::noise;
  const double replacement = each_sample ? 4 * samples * size.units : 0;
  // Wide: for each thread counts, and sums of the next layer before and after each unit and without it.
  const double threads = thread_count();
  if (size.is_wide()) {
    const double each = size.units * size.classes, next = size.units * next_width(place);
    return samples_need(4 * each, replacement + (threads + 1) * (each * 16 + next * 40));
  }
  // By threshold the terms of one output, and the state of the tree for each sample; by argmax the terms of all.
  double working = samples * (8 * size.units + (knocks_out_all_sets(place) ? 20 * size.units : 0));
  if (may_be_by_argmax(place)) {
    const double counts = 4 * size.classes * size.classes * std::min(1024.0, 0x1p28 / (samples * size.classes));
    working = std::max(working, samples * 4 * size.classes * (size.units + 1) + threads * counts);
  }
  working += replacement;
  if (!knocks_out_all_sets(place)) return samples_need(4 * size.units * size.classes, working);
  MemoryNeed need = all_sets_need(size, tables, working);
  if (may_be_by_argmax(place) && tables == AllSetsTable::keep) need.kept += 4 * need.sets;  // overall accuracies
  return need;
}

}  // namespace

extern const Measure knockout_measure;
const Measure knockout_measure{
    .name = "knockout",
    .scope = Scope::subset,
    .about = "balanced accuracy with units knocked out (ablated), by threshold or argmax, exact or sampled",
    // Single knockouts have a name of their own, so that `accuracy` is always indexed by sets.
    .arrays = with_statistics(
        {{"accuracy",
          "1",
          {"class", "set"},
          "balanced accuracy with a set of units knocked out; index: bit k is set if unit k is in the set"},
         {"overall_accuracy",
          "1",
          {"set"},
          "fraction of all samples whose largest output is that of their class, with a set of units knocked out"},
         {"accuracy_single", "1", {"class", "unit"}, "balanced accuracy with one unit knocked out"},
         {"overall_accuracy_single",
          "1",
          {"unit"},
          "fraction of all samples whose largest output is that of their class, with one unit knocked out"},
         {"overall_intact", "1", {}, "the same with no unit knocked out"},
         {"replacement_sample", "1", {"sample"}, "the sample whose values replace those of knocked-out units"},
         {"intact", "1", {"class"}, "balanced accuracy with no unit knocked out"}},
        "1", "balanced accuracy with a set of units knocked out,"),
    .metrics = {{"intact", "balanced accuracy, intact", "intact"}},
    .missing = [](const MeasurePlace& place) -> std::string {
      if (!place.is_feed_forward()) return missing_network(place);
      const auto& knockout = place.config.analysis.knockout;
      return knockout && holds(knockout->subsets, place.subset)
                 ? ""
                 : fmt::format("{} is not among analysis.knockout.subsets", place.subset);
    },
    .label = [](const MeasurePlace& place) -> std::string {
      return knocks_out_all_sets(place) ? "knockout of all sets" : "knockout of single units";
    },
    .memory = knockout_memory,
    .compute = compute_knockout,
};

}  // namespace inforelay
