// The settings of analysis, comparisons, figures and sweeps, and the list of all.
#include "experiments/config/system_schema.hpp"
#include "infotheory/information/estimators.hpp"

namespace inforelay {
namespace {

using namespace setting;

constexpr double any_number = std::numeric_limits<double>::max();

Choice estimators_setting(std::vector<std::string>& names) {
  std::vector<std::pair<std::string, std::string_view>> table;
  for (const NamedEstimator& row : entropy_estimators()) table.emplace_back(row.name, row.name);
  return choices(names, table);
}

}  // namespace

std::vector<Setting> settings_of(RelayConfig& config) {
  return {
      {"subsets",
       "Subsets of the samples (train, test) for which states, greedy removal and single-unit measures are computed.",
       Words{&config.subsets}},
      {"greedy", "Shrinking subset aggregation and aggregated relay information.", Boolean{&config.greedy}},
      {"branching", "Also follow all ties of the greedy removal: each step keeps every best set.",
       Boolean{&config.branching}},
      {"by",
       "A second greedy search, which keeps at each step the set with the largest value of this measure of "
       "analysis.measures. Up to 32 units.",
       choice(config.by, set_measure_names)},
      {"exhaustive", "Those of the subsets for which all 2^K sets are computed.", Words{&config.exhaustive}},
      {"classes",
       "Only these classes; empty: all. Some classes only: not possible with exhaustive, branching, importance, "
       "compare or sweep, which need all classes.",
       Integers{&config.classes, {0, max_symbols - 1}, {0, max_symbols}}}};
}

std::vector<Setting> settings_of(KnockoutConfig& config) {
  return {
      {"subsets", "Those of the subsets of relay for which knockouts are computed.", Words{&config.subsets}},
      {"sets", "exhaustive: all 2^K sets of units; single: each unit alone.", choice(config.sets, knockout_sets_names)},
      {"function",
       "What counts as a decision for a class. threshold: its output is above 0 (a sigmoid: 1/2); argmax: it is the "
       "largest of all outputs; auto: threshold for networks of detectors; for others argmax with the output "
       "activations identity, softmax, leaky_relu, elu and softplus, threshold with all others.",
       choice(config.function, knockout_function_choice_names)},
      {"replace",
       "What a knocked-out unit has in place of its value. zero: 0; mean: its mean over the subset; resample: its "
       "value in another sample of the subset, the same one for all units; noise: its value and Gaussian noise.",
       choice(config.options.replace, knockout_replace_names)},
      {"noise_sd", "With replace noise: standard deviation of the noise, in units of the values.",
       Number{&config.options.noise_sd, {1e-12, 1000}}},
      {"method", "exact: balanced accuracy on all samples; sampled: on a fresh random draw for every set.",
       choice(config.options.method, knockout_method_names)},
      {"samples", "With method sampled: number of samples of the class, and as many of other classes.",
       Integer{&config.options.sample_size, {1, million}}},
      {"from", "Of recurrent networks: the state is replaced before this step, from 0, and before later ones.",
       Integer{&config.from, {0, 100 * million}}},
      {"steps", "Of recurrent networks: before how many steps; 0: all from `from`; 1: only before step `from`.",
       Integer{&config.steps, {0, 100 * million}}},
      {"each_step", "Of recurrent networks: also the accuracy of each class at each step.",
       Boolean{&config.each_step}}};
}

std::vector<Setting> settings_of(RegressionConfig& config) {
  return {{"relay", "Subset whose exhaustive relay information is used.", Text{&config.relay}},
          {"knockout", "Subset whose exhaustive knockouts are used.", Text{&config.knockout}}};
}

std::vector<Setting> settings_of(DiscretizeConfig& config) {
  return {{"method", "Method by which values become states.", choice(config.method, discretization_names)},
          {"threshold", "With method threshold: values above it are 1.",
           Number{&config.threshold, {-any_number, any_number}}},
          {"levels",
           "With methods kmeans, equal_width and equal_population: number of levels of each unit. Relay information of "
           "more than two takes longer.",
           Integer{&config.levels, {2, 256}}},
          {"edges", "With method edges: ascending cuts; a value on a cut belongs to the level below it.",
           Numbers{&config.edges, {-any_number, any_number}, {1, 255}}},
          {"fit", "Subset of which the cuts are made, for all subsets; own: each subset has its own cuts.",
           Text{&config.fit}},
          {"times",
           "Of a recording with time: each: all: cuts are made of the values at all times, so that a state means the "
           "same at each; each: at each time of the values at that time.",
           choice(config.times, cut_times_names)}};
}

std::vector<Setting> settings_of(ImportanceSamplingConfig& config) {
  return {{"standard_error",
           "Sampling ends once no Shapley value has a larger standard error, in units of accuracy or bits; 0: never.",
           Number{&config.standard_error, {0, 1}}},
          {"permutations", "Largest number of permutations of the units; 32 are sampled in any case.",
           Integer{&config.permutations, {32, million}}}};
}

std::vector<Setting> settings_of(AnalysisConfig& config) {
  LayerChoice& layers = config.layers;
  DiscretizeConfig& discretize = config.discretize;
  return {
      {"layers", "Hidden layers to analyse: the last one, all, or their numbers; 1 is the first.",
       WordOr{choice(layers.word, layer_word_names),
              {{"", "", Integers{&layers.list, {1, 62}, {1, 62}}}},
              [&layers] { return layers.list.empty(); }}},
      {"discretize",
       "How a value becomes a state: exact k-means, 2-means by iteration from random starts (as published), "
       "median, mean, sign, a given threshold; with several levels k-means, given edges, levels of equal width or of "
       "equal population; symbols: values are levels already, whole numbers from 0 to 255.",
       WordOr{choice(discretize.method, discretization_names),
              {{"", "", group(discretize)}},
              [&discretize] {
                return discretize.method != Discretization::threshold && discretize.method != Discretization::edges &&
                       discretize.levels == 2 && discretize.fit == own_values && discretize.times == CutTimes::all;
              }}},
      {"contrast",
       "What relay information is about. one_vs_rest: for each class, whether input and output are this class; whole: "
       "the input and output symbols themselves, one contrast.",
       choice(config.contrast, contrast_kind_names)},
      {"tables",
       "Whether the values of all 2^K sets are kept in addition to their statistics for each set size. auto: if they "
       "fit into memory (max_memory); always: a run in which they do not fit is refused; never: statistics only, "
       "without the regression and the figures that show every set.",
       choice(config.tables, set_tables_names)},
      {"geometry",
       "Clusters, principal components and entropy curve of the states (the paper's appendix), of layers of up to 32 "
       "units of two levels that are not analysed at each time. Clusters are those of at most 10,000 samples.",
       Boolean{&config.geometry}},
      {"relay", "Relay information.", group(config.relay)},
      {"measures",
       "Further measures of all 2^K sets, of the subsets of analysis.relay.exhaustive. With mutual_information_input "
       "also fragmentation, with representation also smearedness.",
       choices(config.measures, set_measure_names)},
      {"estimators",
       "Estimators of entropy by which entropies, and relay information of all units and of single units, are also "
       "computed; of all subsets of analysis.relay.subsets.",
       estimators_setting(config.estimators)},
      {"lags",
       "Temporal representation R_p of all sets, at these lags p: what the units say at step t about the input at t "
       "- p beyond the input at t; and transfer entropy from all sets to each unit. Of the subsets of "
       "analysis.relay.exhaustive, of recurrent networks and of recordings with time.",
       Integers{&config.lags, {0, million}, {0, 1000}}},
      {"drift",
       "With time: each: drift of the relays from a step to the next, 1 - Jaccard index of this many units that greedy "
       "removal keeps longest; 0: none.",
       Integer{&config.drift, {0, 65535}}},
      {"as_published",
       "Of recurrent networks: what the published tables of the n-back networks have. In the last unit the input of "
       "the step stands in place of its state, and with states: both the knockouts number the units c, h, not h, c.",
       Boolean{&config.as_published}},
      {"significance", "How far relay information can be trusted: permutation tests, bootstrap intervals, subsampling.",
       group(config.significance)},
      {"knockout", "Balanced accuracy with sets of units knocked out (ablation).", group(config.knockout)},
      {"regression", "Regression of balanced accuracy after the knockout on set size and relay information.",
       group(config.regression)},
      {"importance",
       "How much each unit matters: Shapley values and interactions of function and information, other measures of "
       "importance, and how well each of them predicts the function that is lost (docs/importance.md).",
       Boolean{&config.importance}},
      {"importance_sampling", "How Shapley values are sampled where there are no tables of all sets.",
       group(config.importance_sampling)}};
}

std::vector<Setting> settings_of(FiguresConfig& config) {
  return {{"only",
           "Kinds of figures to draw, e.g. [density, modules]; empty: all. `run_experiment --list figures` lists them.",
           Words{&config.only}},
          {"classes", "Names of the classes that have a panel of their own. Not given: all.", Texts{&config.classes}},
          {"formats", "File formats of each figure.", choices(config.formats, figure_format_names)},
          {"palette", "safe: suitable for colour-blind readers; rainbow: that of the paper.",
           choice(config.palette, figure_palette_names)},
          {"style",
           "modern: accuracy vs. relay information as densities; paper: in addition as points in three dimensions.",
           choice(config.style, figure_style_names)},
          {"page", "Whether report.html is written, the page on which the results are explored (docs/page.md).",
           Boolean{&config.page}}};
}

std::vector<Setting> settings_of(CompareColumnConfig& config) {
  return {
      {"column", "Name of the column. Not given: the name of this entry.", Text{&config.column}},
      {"metric", "The metric that it is compared with, e.g. regression.r_squared; see docs/reproduction.md.",
       Text{&config.metric}},
      {"class", "The class of this column, if the table has a column for each class. Not given: a row for each class.",
       Text{&config.cls}},
      {"rms",
       "Of compare.NAME.sets: largest allowed root mean square of the differences over all sets, of all columns with "
       "this bound together.",
       Number{&config.rms, {0, any_number}}},
      {"absolute", "Largest allowed difference. Neither this nor relative: no verdict (sets of units must be equal).",
       Number{&config.absolute, {0, any_number}}},
      {"relative", "Largest allowed difference, as a fraction of the published value.",
       Number{&config.relative, {0, any_number}}},
      {"at_least", "Number of rows that must be within tolerance; 0: all.", Integer{&config.at_least, {0, million}}}};
}

std::vector<Setting> settings_of(SetRegressionConfig& config) {
  constexpr Bounds<double> any{-any_number, any_number};
  return {
      {"intercept", "Published intercept.", Number{&config.intercept, any}},
      {"information", "Published coefficient of the information, the mean of the columns of temporal representation.",
       Number{&config.information, any}},
      {"size", "Published coefficient of the number of units in the set.", Number{&config.size, any}},
      {"residuals", "Published sum of squared residuals.", Number{&config.residuals, {0, any_number}}},
      {"tolerance", "Largest allowed difference; of the residuals as a fraction of them.",
       Number{&config.tolerance, {0, 1}}}};
}

std::vector<Setting> settings_of(CompareConfig& config) {
  return {
      {"sets",
       "Instead of `published`: a map of recurrent networks to the published tables of their sets of units, CSV files "
       "with the column noiseSet, \"(0, 3)\". Each column gives the largest difference and its root mean square.",
       Keys{&config.sets}},
      {"subset", "With sets: the subset whose results are compared.", Text{&config.subset}},
      {"regression",
       "With sets: the published regression of the error rate on information and size of the sets, over all tables "
       "together, computed again from the tables; beside it the same of this run.",
       group(config.regression)},
      {"published", "CSV file with a header line; a path may begin with $INFORELAY_DATA.", Path{&config.published}},
      {"network", "The network that the values belong to.", Text{&config.network}},
      {"by", "The column that holds the class. A table without it has one row, for metrics of the network as a whole.",
       Text{&config.by}},
      {"rows",
       "all; or last: only the last row of each class, or of a table without classes (the end of the training).",
       choice(config.rows, published_rows_names)},
      {"columns", "The columns to compare; others are ignored.", named_groups(config.columns)},
      {"statement",
       "Instead of a table: METRIC < METRIC (or >, <=, >=), each NETWORK.METRIC, abs(NETWORK.METRIC) or a number; "
       "evaluated for each class.",
       Text{&config.statement}},
      {"at_least", "Number of classes for which the statement must hold; 0: all. Not given: no verdict.",
       Integer{&config.at_least, {0, max_symbols}}}};
}

std::vector<Setting> settings_of(SweepConfig& config) {
  return {
      {"method",
       "grid: all combinations of the values of the parameters; random: drawn from them (range: uniformly, log_range: "
       "uniformly in the logarithm; count is not needed); list: the first values of all parameters, then the second "
       "ones, and so on.",
       choice(config.method, sweep_method_names)},
      {"parameters",
       "The settings that are varied, by their paths (networks.full.layers). Ranges of integers are rounded, without "
       "duplicates. None: replicates only.",
       Series{&config.parameters}},
      {"samples", "With method random: number of points.", Integer{&config.samples, {1, 100'000}}},
      {"exclude", "With method grid: points that have all values of one of these maps are left out.",
       Assignments{&config.exclude}},
      {"replicates", "Runs of each point, each with a seed of its own.", Integer{&config.replicates, {1, 100'000}}},
      {"pair_seeds",
       "true: replicate r = 0, 1, ... has the seed `seed` + r at every point, so that points differ by their values "
       "only; false: no two runs share a seed (`seed` + number of the run).",
       Boolean{&config.pair_seeds}},
      {"on_error", "If a run fails: continue with the others, or stop, which starts no further runs.",
       choice(config.on_error, sweep_failure_names)},
      {"collect",
       "Metrics to collect from the runs, as NETWORK.METRIC (full.regression.r_squared; docs/sweeps.md lists the "
       "metrics). None: a selection of what the configuration computes.",
       Words{&config.collect}},
      {"figures", "Whether each run also draws its own figures.", Boolean{&config.figures}}};
}

std::vector<Setting> settings_of(ExperimentConfig& config) {
  return {
      {"name", "Name of the experiment; its results go to runs/NAME-HASH.", Name{&config.name}},
      {"seed", "All random numbers derive from it.",
       Integer{&config.seed, {0, std::numeric_limits<std::int64_t>::max()}}},
      {"max_memory",
       "Memory limit: a run that would need more is refused before it begins; the runs of a sweep share it. Not given: "
       "the memory of the machine. The limits of control groups (container, batch job) and of ulimit count always.",
       Bytes{&config.max_memory, {1'000'000, std::uint64_t{1} << 50}}},
      {"data", "The data set.", group(config.data)},
      {"networks", "The networks, under names of your choice.", named_groups(config.networks)},
      {"recordings", "Recordings of other systems, under names of your choice; beside networks or instead of them.",
       named_groups(config.recordings)},
      {"analysis", "What is computed on the networks and recordings.", group(config.analysis)},
      {"compare",
       "Comparisons with published values, and statements about metrics, under names of your choice; exit code 5 if "
       "one is out of tolerance or does not hold.",
       named_groups(config.compare)},
      {"figures", "The figures and the page report.html. Left out: none are drawn.", group(config.figures)},
      {"sweep",
       "Many runs of this configuration with other values and seeds; see docs/sweeps.md. Left out: a single run.",
       group(config.sweep)}};
}

std::string print_experiment_config(ExperimentConfig config) { return print_settings(settings_of(config)); }

std::string experiment_config_reference() {
  ExperimentConfig config;
  return settings_reference(settings_of(config));
}

std::string experiment_config_json_schema() {
  ExperimentConfig config;
  return settings_json_schema("inforelay experiment", settings_of(config),
                              {{"name", "networks"}, {"name", "recordings"}});
}

}  // namespace inforelay
