// Balanced accuracy of a network with units of the layer knocked out (ablated).
#include "nn/knockout/knockout.hpp"

#include <fmt/format.h>

#include "experiments/measures/measure.hpp"
#include "experiments/ranks/resumable_scan.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "experiments/results/statistics_arrays.hpp"
#include "nn/knockout/single_knockout.hpp"

namespace inforelay {
namespace {

bool all_sets(const MeasurePlace& place) { return place.config.analysis.knockout->sets == KnockoutSets::exhaustive; }

void put_all_sets(MeasureRun& run, const KnockoutSubject& subject, const RandomStream& random, ResultArrays& out) {
  const KnockoutOptions& options = run.place.config.analysis.knockout->options;
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
}

RowMatrix<float> single_accuracies(MeasureRun& run, const KnockoutSubject& subject, const RandomStream& random) {
  if (run.place.sizes.is_wide()) return single_knockout_accuracy(subject, run.progress);
  std::vector<NeuronSet> singles;
  for (int unit = 0; unit < subject.neurons(); ++unit) singles.push_back(NeuronSet{unit});
  return knockout_accuracy(subject, singles, run.place.config.analysis.knockout->options, random, run.progress);
}

void compute(MeasureRun& run, ResultArrays& out) {
  const MeasurePlace& place = run.place;
  const ResultView states = run.layer.at("states/" + place.subset);
  const KnockoutSubject subject{run.system.network(run.layer), place.layer, states.matrix<float>("value"),
                                states.vector<Symbol>("input")};
  const RandomStream random = run.system.random().child("knockout").child(place.subset);
  out.put_attribute("", "function", std::string("threshold"));
  out.put_attribute("", "replace", std::string("zero"));
  out.put_attribute("", "method", std::string(to_string(place.config.analysis.knockout->options.method)));
  if (all_sets(place)) {
    put_all_sets(run, subject, random, out);
  } else {
    out.put("accuracy_single", single_accuracies(run, subject, random));
  }
}

MemoryNeed memory(const MeasurePlace& place, AllSetsTable tables) {
  const LayerSizes& size = place.sizes;
  const double samples = size.samples.at(place.subset);
  // Wide: sums, and the decision of each output without each unit of the block at work.
  if (size.is_wide()) return samples_need(4 * size.units * size.classes, samples * size.classes * (8 + 2 * 32));
  // The terms of one output, and the state of the tree for each sample.
  const double working = samples * (8 * size.units + (all_sets(place) ? 20 * size.units : 0));
  return all_sets(place) ? all_sets_need(size, tables, working) : samples_need(4 * size.units * size.classes, working);
}

std::string missing_sets(const MeasurePlace& place, int) {
  return all_sets(place) ? "" : "analysis.knockout.sets is not exhaustive";
}

}  // namespace

extern const Measure knockout_measure;
const Measure knockout_measure{
    .name = "knockout",
    .scope = Scope::subset,
    .about = "balanced accuracy with units knocked out (ablated), exact or sampled",
    // Single knockouts have a name of their own, so that `accuracy` is always indexed by sets.
    .arrays = with_statistics(
        {{"accuracy",
          "1",
          {"class", "set"},
          "balanced accuracy with a set of units knocked out; index: bit k is set if unit k is in the set"},
         {"accuracy_single", "1", {"class", "unit"}, "balanced accuracy with one unit knocked out"},
         {"intact", "1", {"class"}, "balanced accuracy with no unit knocked out"}},
        "1", "balanced accuracy with a set of units knocked out,"),
    .metrics = {{"intact", "balanced accuracy, intact", "intact", {}, missing_sets}},
    .missing = [](const MeasurePlace& place) -> std::string {
      if (place.recording) return missing_network(place);
      const auto& knockout = place.config.analysis.knockout;
      return knockout && holds(knockout->subsets, place.subset)
                 ? ""
                 : fmt::format("{} is not among analysis.knockout.subsets", place.subset);
    },
    .label = [](const MeasurePlace& place) -> std::string {
      return all_sets(place) ? "knockout of all sets" : "knockout of single units";
    },
    .memory = memory,
    .compute = compute,
};

}  // namespace inforelay
