// Accuracy of a recurrent network with units of its state replaced before steps: knockouts in time.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/results/results_file.hpp"
#include "nn/recurrent/recurrent_knockout.hpp"

namespace inforelay {

extern const Measure time_knockout_measure;

namespace {

/// As the tables of the n-back networks number the units of an LSTM: c, then h.
std::vector<int> knocked_out_units(const MeasurePlace& place, const RecurrentNetwork& network) {
  const RecurrentConfig& config = *place.network.recurrent;
  std::vector<int> units = recorded_state_units(network, config, place.layer);
  if (place.config.analysis.as_published && config.states == StateVariables::both)
    std::rotate(units.begin(), units.begin() + std::ssize(units) / 2, units.end());
  return units;
}

Intervention intervention_of(MeasureRun& run, const RecurrentNetwork& network, const SequenceData& data) {
  const KnockoutConfig& config = *run.place.config.analysis.knockout;
  Intervention intervention{.units = knocked_out_units(run.place, network),
                            .from = static_cast<std::size_t>(config.from),
                            .random = run.system.random().child("knockout").child(run.place.subset)};
  if (config.steps > 0) intervention.to = intervention.from + static_cast<std::size_t>(config.steps);
  switch (config.options.replace) {
    case KnockoutReplace::mean:
      intervention.replace = StateReplacement::mean;
      intervention.mean = mean_states(run_recurrent(network, data.inputs, {}, run.progress).states);
      break;
    case KnockoutReplace::noise:
      intervention.replace = StateReplacement::noise;
      intervention.sd = config.options.noise_sd;
      break;
    case KnockoutReplace::zero:
    case KnockoutReplace::resample:  // refused with the configuration
      break;
  }
  return intervention;
}

std::vector<NeuronSet> sets_of(const MeasurePlace& place, int units) {
  std::vector<NeuronSet> sets;
  if (knocks_out_all_sets(place)) {
    for (std::uint32_t bits = 0; bits < std::uint32_t{1} << units; ++bits) sets.emplace_back(bits);
    return sets;
  }
  sets.emplace_back();
  for (int unit = 0; unit < units; ++unit) sets.push_back(NeuronSet{unit});
  return sets;
}

/// Counts of right decisions, set by set, that can be continued.
struct Counts {
  std::vector<std::uint64_t> total;                    // [C]
  RowMatrix<std::int64_t> correct;                     // [sets,C]
  std::size_t first_step = 0;                          // of the two below
  RowMatrix<std::uint32_t> step_total;                 // [steps,C]
  std::vector<RowMatrix<std::uint32_t>> step_correct;  // of the first `done` sets; only if asked for
  std::size_t done = 0;
};

// Each set is a run over all steps: a few seconds between two chances to save.
constexpr std::size_t sets_at_once = 256;

void load_counts(MeasureRun& run, std::size_t sets, Counts& counts) {
  run.store.load_state([&](const Hdf5Reader& file) {
    const ResultArrays saved = read_arrays(file);
    const auto& correct = saved.view().matrix<std::int64_t>("state/correct");
    const auto done = static_cast<std::size_t>(saved.view().number<std::int64_t>("state/sets"));
    if (done > sets || correct.rows() != static_cast<Eigen::Index>(sets)) throw DataError("it is of other sets");
    counts.correct = correct;
    counts.done = done;
  });
}

void save_counts(MeasureRun& run, const Counts& counts) {
  ResultArrays state(time_knockout_measure.arrays);
  state.put("state/correct", counts.correct);
  state.put("state/sets", static_cast<std::int64_t>(counts.done));
  run.store.save_state([&](Hdf5Writer& file) { write_arrays(file, state); });
}

Counts count(MeasureRun& run, const RecurrentNetwork& network, const SequenceData& data,
             const std::vector<NeuronSet>& sets) {
  const KnockoutConfig& config = *run.place.config.analysis.knockout;
  const Intervention intervention = intervention_of(run, network, data);
  SequenceKnockoutOptions options{.threshold = static_cast<float>(run.place.network.recurrent->threshold),
                                  .each_step = config.each_step};
  Counts counts;
  counts.correct = RowMatrix<std::int64_t>::Zero(static_cast<Eigen::Index>(sets.size()), data.class_count());
  if (!config.each_step) load_counts(run, sets.size(), counts);
  QuietProgress quiet(run.progress);
  const auto add = [&](std::size_t begin, std::size_t end) {
    const SequenceKnockouts found =
        knock_out_sets(network, data, intervention, std::span(sets).subspan(begin, end - begin), options, quiet);
    counts.total = found.total;
    counts.first_step = found.first_step;
    counts.step_total = found.step_total;
    counts.correct.middleRows(static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(end - begin)) =
        found.correct.cast<std::int64_t>();
    for (const auto& each : found.step_correct) counts.step_correct.push_back(each);
  };
  if (counts.done == sets.size()) add(0, 1);  // for the totals
  try {
    while (counts.done < sets.size()) {
      const std::size_t end = std::min(sets.size(), counts.done + sets_at_once);
      add(counts.done, end);
      counts.done = end;
      run.progress.report(counts.done, sets.size());
      if (!config.each_step && run.store.should_save()) save_counts(run, counts);
    }
  } catch (const Interrupted&) {
    if (!config.each_step) save_counts(run, counts);
    throw;
  }
  return counts;
}

double ratio(double part, double whole) { return whole > 0 ? part / whole : std::nan(""); }

/// [sets, steps C] the accuracy of each class at each step; NaN where a class does not occur.
RowMatrix<float> accuracy_by_step(const Counts& counts) {
  const Eigen::Index steps = counts.step_total.rows(), classes = counts.step_total.cols();
  RowMatrix<float> accuracy(std::ssize(counts.step_correct), steps * classes);
  for (Eigen::Index set = 0; set < accuracy.rows(); ++set) {
    const RowMatrix<std::uint32_t>& correct = counts.step_correct[static_cast<std::size_t>(set)];
    for (Eigen::Index step = 0; step < steps; ++step) {
      for (Eigen::Index c = 0; c < classes; ++c)
        accuracy(set, step * classes + c) = static_cast<float>(ratio(correct(step, c), counts.step_total(step, c)));
    }
  }
  return accuracy;
}

void put_counts(const Counts& counts, bool all, ResultArrays& out) {
  const Eigen::Index sets = counts.correct.rows(), classes = counts.correct.cols();
  RowMatrix<float> accuracy(classes, sets);
  std::vector<double> error_rate;
  double labelled = 0;
  for (const std::uint64_t each : counts.total) labelled += static_cast<double>(each);
  for (Eigen::Index set = 0; set < sets; ++set) {
    for (Eigen::Index c = 0; c < classes; ++c)
      accuracy(c, set) = static_cast<float>(ratio(static_cast<double>(counts.correct(set, c)),
                                                  static_cast<double>(counts.total[static_cast<std::size_t>(c)])));
    error_rate.push_back((labelled - static_cast<double>(counts.correct.row(set).sum())) / labelled);
  }
  const Eigen::VectorXf intact = accuracy.col(0);
  out.put("intact", std::vector<double>(intact.begin(), intact.end()));
  out.put("intact_error_rate", error_rate.front());
  if (all) {
    out.put("accuracy", std::move(accuracy));
    out.put("error_rate", error_rate);
  } else {
    out.put("accuracy_single", RowMatrix<float>(accuracy.rightCols(sets - 1)));
    out.put("error_rate_single", std::vector<double>(error_rate.begin() + 1, error_rate.end()));
  }
  if (counts.step_correct.empty()) return;
  out.put_scale(
      "labelled_step",
      counting(static_cast<std::int64_t>(counts.first_step), static_cast<std::size_t>(counts.step_total.rows())),
      "step within the trial, from 0, that has a label");
  if (!all) {
    std::vector<std::string> names{"none"};
    for (Eigen::Index unit = 0; unit + 1 < sets; ++unit) names.push_back(std::to_string(unit));
    out.put_scale("knocked_out", names, "unit that is knocked out");
  }
  out.put_cube(all ? "accuracy_by_step" : "accuracy_single_by_step", accuracy_by_step(counts),
               static_cast<std::size_t>(classes));
}

void compute_time_knockout(MeasureRun& run, ResultArrays& out) {
  const KnockoutConfig& config = *run.place.config.analysis.knockout;
  const RecurrentNetwork network = run.system.recurrent_network(run.layer);
  const SequenceData& data = run.system.data().sequences(run.progress).subset(run.place.subset);
  check_sequences(network, data);
  if (data.class_names != run.system.symbols(run.progress).names)
    out.put_scale("class", data.class_names, "class of the labels");
  out.put_attribute("", "replace", std::string(to_string(config.options.replace)));
  if (config.options.replace == KnockoutReplace::noise) out.put_attribute("", "noise_sd", config.options.noise_sd);
  out.put_attribute("", "from_step", config.from);
  out.put_attribute("", "steps",
                    config.steps > 0 ? config.steps : static_cast<std::int64_t>(data.steps()) - config.from);
  const bool all = knocks_out_all_sets(run.place);
  const auto units =
      static_cast<int>(recorded_state_units(network, *run.place.network.recurrent, run.place.layer).size());
  put_counts(count(run, network, data, sets_of(run.place, units)), all, out);
}

MemoryNeed time_knockout_memory(const MeasurePlace& place, AllSetsTable) {
  const LayerSizes& size = place.sizes;
  const KnockoutConfig& config = *place.config.analysis.knockout;
  const double sets = knocks_out_all_sets(place) ? std::exp2(size.units) : size.units + 1;
  const double samples = size.samples.at(place.subset) * std::max(1.0, size.times);
  const double kept = sets * (4 * size.classes + 8), counts = sets * 12 * size.classes;
  // Steps of a trial are at most all samples of the subset.
  const double by_step = config.each_step ? 8 * sets * samples * size.classes : 0;
  return {.kept = kept + by_step / 2,
          .working = counts + by_step + 8 * samples * size.units + 4 * samples * size.classes,
          .sets = knocks_out_all_sets(place) ? sets : 0,
          .smaller = "fewer units in the analysed layer, analysis.knockout.sets: single, or each_step: false"};
}

constexpr auto not_of_classes = [](const NetworkConfig&) { return false; };

}  // namespace

const Measure time_knockout_measure{
    .name = "time_knockout",
    .scope = Scope::subset,
    .over_time = true,
    .about = "accuracy of a recurrent network with units of its state replaced before steps",
    .arrays = {{"accuracy",
                "1",
                {"class", "set"},
                "fraction of the steps labelled with the class that are decided correctly with a set of units replaced; "
                "index: bit k is set if unit k is in the set"},
               {"error_rate", "1", {"set"}, "fraction of all labelled steps that are decided wrongly; index likewise"},
               {"accuracy_single", "1", {"class", "unit"}, "the accuracy with one unit replaced"},
               {"error_rate_single", "1", {"unit"}, "the error rate with one unit replaced"},
               {"accuracy_by_step",
                "1",
                {"set", "labelled_step", "class"},
                "the accuracy at each step; NaN if the class does not occur there"},
               {"accuracy_single_by_step",
                "1",
                {"knocked_out", "labelled_step", "class"},
                "the same with no unit and with each single unit replaced"},
               {"intact", "1", {"class"}, "the accuracy with no unit replaced"},
               {"intact_error_rate", "1", {}, "the error rate with no unit replaced"},
               {"state/correct", "1", {"set", "class"}, "right decisions so far, of an unfinished stage"},
               {"state/sets", "1", {}, "sets counted so far"}},
    .metrics = {{"intact", "accuracy of steps, intact", "intact"},
                {"intact_error_rate",
                 "error rate, intact",
                 "",
                 {"1", "fraction of all labelled steps that are decided wrongly, with no unit replaced", false,
                  [](const ResultView& group, int) {
                    return std::vector<MetricValue>{group.number<double>("intact_error_rate")};
                  },
                  not_of_classes}}},
    .missing = [](const MeasurePlace& place) -> std::string {
      if (place.recording || !place.network.recurrent) return "it is no recurrent network";
      const auto& knockout = place.config.analysis.knockout;
      return knockout && holds(knockout->subsets, place.subset)
                 ? ""
                 : fmt::format("{} is not among analysis.knockout.subsets", place.subset);
    },
    .label = [](const MeasurePlace& place) -> std::string {
      return knocks_out_all_sets(place) ? "knockout in time of all sets" : "knockout in time of single units";
    },
    .memory = time_knockout_memory,
    .compute = compute_time_knockout,
};

}  // namespace inforelay
