// How far the relay information of a layer can be trusted: permutation tests, bootstrap intervals, subsampling.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>
#include <variant>

#include "core/parallel.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/measures/chosen_classes.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/measures/resumable_repeats.hpp"
#include "infotheory/significance/bootstrap.hpp"
#include "infotheory/significance/permutation_test.hpp"
#include "infotheory/significance/sampling.hpp"
#include "infotheory/significance/subsampling.hpp"

namespace inforelay {
namespace {

/// Draws of a half, a quarter and an eighth of the samples, and all of them.
const std::size_t subsample_repeats = (SubsamplingCurve::divisors.size() - 1) * SubsamplingOptions{}.draws + 1;

constexpr double fewest_subsamples = 8;  // samples that can be divided by 8

const SignificanceConfig& config_of(const MeasurePlace& place) { return place.config.analysis.significance; }

RelayPart part_of(const MeasurePlace& place) {
  switch (config_of(place).statistics) {
    case StatisticsChoice::automatic:
      return place.sizes.is_wide() ? RelayPart::total : RelayPart::single;
    case StatisticsChoice::total:
      return RelayPart::total;
    case StatisticsChoice::single:
      return RelayPart::single;
    case StatisticsChoice::greedy:
      return RelayPart::greedy;
  }
  return RelayPart::single;
}

bool has_maximum(const MeasurePlace& place) {
  return config_of(place).maximum > 0 && holds(place.config.analysis.relay.exhaustive, place.subset);
}

// Of a system without time, which may stand beside one that has it, single samples whatever is asked for.
Sampling sampling_of_states(const ResultView& states, ExchangeChoice choice) {
  if (!states.has("trial")) return {};
  std::vector<std::uint32_t> trials;
  for (const std::int64_t trial : states.vector<std::int64_t>("trial"))
    trials.push_back(static_cast<std::uint32_t>(trial));
  return sampling_of(std::move(trials), choice);
}

/// The computations of one stage, and where their arrays go.
class Computation {
 public:
  Computation(MeasureRun& run, ResultArrays& out)
      : run_(run),
        out_(out),
        config_(config_of(run.place)),
        part_(part_of(run.place)),
        states_(layer_states(run)),
        classes_(states_.contrasts.empty() ? 1 : static_cast<int>(states_.contrasts.size())),
        chosen_(chosen_classes(run.place.config.analysis.relay, classes_)),
        sampling_(sampling_of_states(run.layer.at("states/" + run.place.subset), config_.exchange)),
        random_(run.system.random().child("significance").child(run.place.layer_name()).child(run.place.subset)) {
    for (const int c : chosen_) {
      if (!states_.contrasts.empty()) contrasts_.push_back(states_.contrasts[static_cast<std::size_t>(c)]);
    }
  }

  void compute() {
    put_contrast_names(states_, out_);
    put_scales();
    ResumableRepeats repeats(run_.store, run_.progress, total_repeats());
    const RelaySamples samples = this->samples();
    for (const RelayNull null : config_.nulls) {
      if (config_.permutations > 0) permute(samples, null, repeats);
    }
    if (has_maximum(run_.place)) permute_all_sets(samples, repeats);
    if (bootstraps()) resample(samples, repeats);
    if (subsamples()) subsample(samples, repeats);
  }

 private:
  RelaySamples samples() const {
    const StatesView view = std::visit([](const auto& states) { return StatesView(states); }, states_.states);
    return {view, states_.input, states_.output, contrasts_};
  }
  bool bootstraps() const { return config_.bootstrap > 0 && sampling_.no_bootstrap.empty(); }
  bool subsamples() const {
    return config_.subsample && static_cast<double>(states_.input.size()) >= fewest_subsamples;
  }
  std::size_t total_repeats() const {
    return config_.permutations * config_.nulls.size() + (has_maximum(run_.place) ? config_.maximum : 0) +
           (bootstraps() ? config_.bootstrap : 0) + (subsamples() ? subsample_repeats : 0);
  }

  void put_scales() {
    std::vector<std::int64_t> percent;
    for (const double level : NullTest::quantile_levels) percent.push_back(std::lround(100 * level));
    out_.put_scale("null_percent", percent, "quantile level of the null distribution, percent");
    out_.put_scale("bound", std::vector<std::string>{"low", "high"}, "bound of the interval");
    out_.put_attribute("", "exchange", std::string(word_of(exchange_names, sampling_.exchange)));
    out_.put_attribute("", "permutations", static_cast<std::int64_t>(config_.permutations));
    out_.put_attribute("", "bootstrap", bootstraps() ? static_cast<std::int64_t>(config_.bootstrap) : 0);
    out_.put_attribute("", "bootstrap_of", std::string(sampling_.trial.empty() ? "samples" : "trials"));
    out_.put_attribute("", "level", config_.level);
    if (config_.bootstrap > 0 && !bootstraps()) out_.put_attribute("", "no_bootstrap", sampling_.no_bootstrap);
  }

  // Arrays [R,...] of the chosen classes.

  void put(const std::string& path, const RowMatrix<double>& rows) {
    if (rows.size() > 0) out_.put(path, by_class(rows, chosen_, classes_, not_computed));
  }
  void put_column(const std::string& path, const RowMatrix<double>& rows) {
    const RowMatrix<double> all = by_class(rows, chosen_, classes_, not_computed);
    out_.put(path, std::vector<double>(all.data(), all.data() + all.size()));
  }
  void put_column(const std::string& path, const std::vector<double>& rows) {
    put_column(path, RowMatrix<double>(Eigen::Map<const Eigen::VectorXd>(rows.data(), std::ssize(rows))));
  }
  void put_cube(const std::string& path, const RowMatrix<double>& rows, std::size_t last) {
    if (rows.size() > 0) out_.put_cube(path, by_class(rows, chosen_, classes_, not_computed), last);
  }

  void put_test(const std::string& name, const NullTest& test) {
    put(name + "_p", test.p);
    put(name + "_null_mean", test.mean);
    put_cube(name + "_null", test.quantile, NullTest::quantile_levels.size());
  }
  void put_test_of_column(const std::string& name, const NullTest& test) {
    put_column(name + "_p", test.p);
    put_column(name + "_null_mean", test.mean);
    put(name + "_null", test.quantile);
  }

  PermutationOptions permutations(RelayNull null, std::size_t count, std::string_view stream) const {
    return {.null = null,
            .permutations = count,
            .exchange = sampling_.exchange,
            .trial = sampling_.trial,
            .random = random_.child(stream)};
  }

  void permute(const RelaySamples& samples, RelayNull null, ResumableRepeats& repeats) {
    const std::string name(word_of(relay_null_names, null));
    const RelayPermutations all(samples, permutations(null, config_.permutations, name), part_);
    const RelayTest test = all.test(repeats.run(name, all));
    const std::string group = null == RelayNull::no_relay ? "" : name + "/";
    put_test_of_column(group + "total", test.total);
    put_test(group + "single", test.single);
    put_test(group + "aggregated", test.aggregated);
    put_test(group + "greedy", test.by_size);
  }

  void permute_all_sets(const RelaySamples& samples, ResumableRepeats& repeats) {
    const MaximumPermutations all(samples, permutations(RelayNull::no_relay, config_.maximum, "maximum"));
    const RowMatrix<double>& best = run_.layer.at("relay/" + run_.place.subset).matrix<double>("best/information");
    const MaximumTest test = all.test(best, repeats.run("maximum", all));
    put_test("maximum", test.by_size);
    put_test_of_column("maximum_any", test.any);
  }

  void put_intervals(const std::string& name, const BootstrapIntervals& intervals) {
    RowMatrix<double> bounds(intervals.low.rows(), 2 * intervals.low.cols());
    for (Eigen::Index k = 0; k < intervals.low.cols(); ++k) {
      bounds.col(2 * k) = intervals.low.col(k);
      bounds.col(2 * k + 1) = intervals.high.col(k);
    }
    put_cube(name + "_interval", bounds, 2);
    put(name + "_bias", intervals.bias);
  }

  void resample(const RelaySamples& samples, ResumableRepeats& repeats) {
    const RelayResamples all(samples,
                             {.resamples = config_.bootstrap,
                              .level = config_.level,
                              .trial = sampling_.trial,
                              .random = random_.child("bootstrap")},
                             part_);
    const RelayBootstrap bootstrap = all.bootstrap(repeats.run("bootstrap", all));
    RowMatrix<double> bounds(bootstrap.total.low.rows(), 2);
    bounds << bootstrap.total.low, bootstrap.total.high;
    put("total_interval", bounds);
    put_column("total_bias", bootstrap.total.bias);
    put_intervals("single", bootstrap.single);
    put_intervals("aggregated", bootstrap.aggregated);
    if (part_ != RelayPart::greedy) return;
    put_column("last_two_recur", bootstrap.last_two_recur);
    put_column("half_set_recurs", bootstrap.half_set_recurs);
    put("in_half_set", bootstrap.in_half_set);
  }

  void subsample(const RelaySamples& samples, ResumableRepeats& repeats) {
    const RelayPart part = std::min(part_, RelayPart::single);
    const RelaySubsamples all(samples, {.random = random_.child("subsampling")}, part);
    const SubsamplingCurve curve = all.curve(repeats.run("subsampling", all));
    const std::size_t sizes = curve.samples.size();
    out_.put("curve_samples", std::vector<std::int64_t>(curve.samples.begin(), curve.samples.end()));
    put("curve_total", curve.total_mean);
    put("curve_total_sd", curve.total_sd);
    put_column("total_extrapolated", curve.total_extrapolated);
    put_cube("curve_single", curve.single_mean, sizes);
    put_cube("curve_single_sd", curve.single_sd, sizes);
    put("single_extrapolated", curve.single_extrapolated);
  }

  MeasureRun& run_;
  ResultArrays& out_;
  const SignificanceConfig& config_;
  RelayPart part_;
  LayerStates states_;
  int classes_;
  std::vector<int> chosen_;
  std::vector<Contrast> contrasts_;  // the chosen ones
  Sampling sampling_;
  RandomStream random_;
};

void add_test(std::vector<ArrayInfo>& infos, const std::string& prefix, const std::string& null,
              const std::string& name, std::vector<std::string> axes, const std::string& quantity) {
  infos.push_back({prefix + name + "_p", "1", axes,
                   fmt::format("p of {}: (1 + permutations with at least as much) / (1 + permutations); null: {}",
                               quantity, null)});
  infos.push_back({prefix + name + "_null_mean", "bit", axes,
                   fmt::format("mean of the null distribution of {}: {}", quantity, null)});
  axes.push_back("null_percent");
  infos.push_back({prefix + name + "_null", "bit", axes,
                   fmt::format("quantiles of the null distribution of {}: {}", quantity, null)});
}

std::vector<ArrayInfo> arrays() {
  std::vector<ArrayInfo> infos;
  const std::vector<std::string> by_class{"class"}, by_unit{"class", "unit"}, by_size{"class", "size"};
  for (const auto& [null, word] : relay_null_names) {
    const std::string prefix = null == RelayNull::no_relay ? "" : std::string(word) + "/";
    const std::string name = null == RelayNull::no_relay ? "no relay" : "nothing to relay";
    add_test(infos, prefix, name, "total", by_class, "the relay information of all units together");
    add_test(infos, prefix, name, "single", by_unit, "the loss of relay information without the unit");
    add_test(infos, prefix, name, "aggregated", by_unit, "aggregated relay information");
    add_test(infos, prefix, name, "greedy", by_size, "the relay information of the greedy set of each size");
  }
  add_test(infos, "", "no relay", "maximum", by_size, "the largest relay information of a set of each size");
  add_test(infos, "", "no relay", "maximum_any", by_class, "the largest relay information of any set");
  for (const auto& [name, axes, quantity] :
       {std::tuple("total", by_class, "the relay information of all units together"),
        std::tuple("single", by_unit, "the loss of relay information without the unit"),
        std::tuple("aggregated", by_unit, "aggregated relay information")}) {
    std::vector<std::string> with_bound = axes;
    with_bound.push_back("bound");
    infos.push_back(
        {std::string(name) + "_interval", "bit", with_bound, fmt::format("bootstrap interval of {}", quantity)});
    infos.push_back({std::string(name) + "_bias", "bit", axes,
                     fmt::format("mean over the bootstrap resamples less the value of {}, which the interval is "
                                 "corrected for",
                                 quantity)});
  }
  for (ArrayInfo& info : std::vector<ArrayInfo>{
           {"last_two_recur", "1", by_class, "fraction of the resamples whose greedy set of two units is that found"},
           {"half_set_recurs", "1", by_class,
            "fraction of the resamples whose smallest greedy set with half of the information is that found"},
           {"in_half_set", "1", by_unit,
            "fraction of the resamples in whose set with half of the information a unit is"},
           {"curve_samples", "1", {"curve"}, "samples drawn without replacement: N/8, N/4, N/2, N"},
           {"curve_total", "bit", {"class", "curve"}, "mean relay information of all units of that many samples"},
           {"curve_total_sd", "bit", {"class", "curve"}, "its standard deviation over the draws"},
           {"total_extrapolated", "bit", by_class,
            "relay information of all units extrapolated to infinitely many samples: a of a + b / n + c / n^2"},
           {"curve_single", "bit", {"class", "unit", "curve"}, "mean loss without the unit of that many samples"},
           {"curve_single_sd", "bit", {"class", "unit", "curve"}, "its standard deviation over the draws"},
           {"single_extrapolated", "bit", by_unit, "loss without the unit extrapolated likewise"}}) {
    infos.push_back(std::move(info));
  }
  return infos;
}

std::string missing_p(const MeasurePlace& place, int) {
  const SignificanceConfig& config = config_of(place);
  if (config.permutations == 0) return "analysis.significance.permutations is 0";
  const bool no_relay = std::find(config.nulls.begin(), config.nulls.end(), RelayNull::no_relay) != config.nulls.end();
  return no_relay ? "" : "no_relay is not among analysis.significance.nulls";
}
std::string missing_stability(const MeasurePlace& place, int) {
  if (config_of(place).bootstrap == 0) return "analysis.significance.bootstrap is 0";
  return part_of(place) == RelayPart::greedy ? "" : "analysis.significance.statistics is not greedy";
}

MemoryNeed significance_memory(const MeasurePlace& place, AllSetsTable) {
  const LayerSizes& size = place.sizes;
  const SignificanceConfig& config = config_of(place);
  const bool binary = has_binary_relay(place.config.analysis);
  const double samples = size.samples.at(place.subset);
  const double contrasts = place.config.analysis.contrast == ContrastKind::whole ? 1 : size.classes;
  const double states = binary ? expected_states(place) : samples;
  const double row = binary ? 8 * std::ceil(size.units / 64) : size.units;
  const double table = samples * (binary ? 24 : 36) + states * (row + 4 + 12 * contrasts);
  const double each = part_of(place) == RelayPart::total    ? contrasts
                      : part_of(place) == RelayPart::single ? contrasts * (size.units + 1)
                                                            : contrasts * (4 * size.units + 4);
  const double repeats =
      static_cast<double>(config.permutations * config.nulls.size() + config.bootstrap + subsample_repeats);
  const double working = (thread_count() + 1) * table + 16 * repeats * each;
  if (!has_maximum(place)) return samples_need(0, working);
  const double maxima = 16 * static_cast<double>(config.maximum) * contrasts * (size.units + 1);
  const MemoryNeed scan = all_sets_need(size, AllSetsTable::discard, working + maxima);
  return {.kept = 0, .working = scan.working, .smaller = scan.smaller};
}

}  // namespace

extern const Measure significance_measure;
const Measure significance_measure{
    .name = "significance",
    .scope = Scope::subset,
    .about = "how far relay information can be trusted: permutation tests, bootstrap intervals, subsampling",
    .arrays = arrays(),
    .metrics = {{"total_p", "p of the relay information of all units", "total_p", {}, missing_p},
                {"total_null_mean", "mean of its null distribution (bit)", "total_null_mean", {}, missing_p},
                {"last_two_recur", "recurrence of the last two units", "last_two_recur", {}, missing_stability},
                {"half_set_recurs",
                 "recurrence of the set of half the information",
                 "half_set_recurs",
                 {},
                 missing_stability}},
    .missing = [](const MeasurePlace& place) -> std::string {
      const SignificanceConfig& config = config_of(place);
      const bool some = config.permutations > 0 || config.bootstrap > 0 || config.subsample || has_maximum(place);
      return some ? missing_subset(place)
                  : "analysis.significance has no permutations, bootstrap, subsample or maximum";
    },
    .label = [](const MeasurePlace& place) -> std::string {
      return has_maximum(place) ? "significance, of the best sets too" : "significance";
    },
    .memory = significance_memory,
    .compute = [](MeasureRun& run, ResultArrays& out) { Computation(run, out).compute(); },
};

}  // namespace inforelay
