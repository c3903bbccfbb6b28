// The schema: each key's words, default, bounds and meaning, in the order in which they are printed.
#include <array>

#include "core/config/json_schema.hpp"
#include "core/config/printer.hpp"
#include "core/config/reader.hpp"
#include "core/config/reference.hpp"
#include "experiments/config/config.hpp"
#include "experiments/config/config_checks.hpp"

namespace inforelay {
namespace {

using Words = std::string_view;
constexpr std::array<Words, 2> dataset_words{"mnist", "digits"};
constexpr std::array<Words, 2> fallback_words{"none", "digits"};
constexpr std::array<Words, 4> activation_words{"tanh", "sigmoid", "relu", "identity"};
constexpr std::array<Words, 2> loss_words{"mse", "cross_entropy"};
constexpr std::array<Words, 2> optimizer_words{"adam", "sgd"};
constexpr std::array<Words, 2> accuracy_method_words{"exact", "sampled"};
constexpr std::array<Words, 2> detector_failure_words{"error", "keep_best"};
constexpr std::array<Words, 6> binarize_words{"kmeans", "kmeans_iterated", "median", "mean", "sign", "threshold"};
constexpr std::array<Words, 2> knockout_sets_words{"exhaustive", "single"};
constexpr std::array<Words, 3> set_tables_words{"auto", "always", "never"};
constexpr std::array<Words, 2> published_rows_words{"all", "last"};
constexpr std::array<Words, 3> format_words{"svg", "pdf", "png"};
constexpr std::array<Words, 2> palette_words{"safe", "rainbow"};
constexpr std::array<Words, 3> sweep_method_words{"grid", "random", "list"};
constexpr std::array<Words, 2> sweep_failure_words{"continue", "stop"};
constexpr std::array<Words, 2> split_words{to_string(Split::train), to_string(Split::test)};

constexpr std::int64_t million = 1'000'000;
constexpr double any_number = std::numeric_limits<double>::max();

}  // namespace

void describe(ConfigSchema& schema, DataConfig& config) {
  schema.choice({"dataset",
                 "mnist: 60,000 + 10,000 handwritten digits; digits: as many drawn by a generator, no files "
                 "needed."},
                config.dataset, dataset_words);
  schema.path({"path",
               "Folder of the four MNIST files, gzipped or not. Not given: $INFORELAY_DATA/mnist, then data/mnist, "
               "then a download."},
              config.path);
  schema.choice(
      {"fallback", "What to use where MNIST cannot be had: none (an error) or digits (said loudly, recorded)."},
      config.fallback, fallback_words);
  schema.boolean({"download", "Whether MNIST may be downloaded."}, config.download);
  schema.integer({"train_limit", "Use the first so many training images; 0: all."}, config.train_limit,
                 {0, 100 * million});
  schema.integer({"test_limit", "Use the first so many test images; 0: all."}, config.test_limit, {0, 100 * million});
}

void describe(ConfigSchema& schema, TrainConfig::Stop& config) {
  schema.number({"balanced_accuracy",
                 "Stop when the mean over classes of the balanced accuracy on the training images is at "
                 "least this."},
                config.balanced_accuracy, {0, 1});
  schema.number({"accuracy", "Stop when the argmax accuracy on the training images is at least this."}, config.accuracy,
                {0, 1});
}

void describe(ConfigSchema& schema, TrainConfig& config) {
  schema.choice({"optimizer", "adam (beta 0.9 and 0.999, epsilon 1e-8) or sgd."}, config.optimizer, optimizer_words);
  schema.number({"learning_rate", "Step size."}, config.learning_rate, {1e-12, 1000});
  schema.number({"momentum", "Of sgd; unused by adam."}, config.momentum, {0, 0.999999});
  schema.choice({"loss",
                 "mse: mean squared error against +1 for the class and -1 for the others; cross_entropy: of the "
                 "softmax of the outputs (use output_activation: identity)."},
                config.loss, loss_words);
  schema.integer({"batch_size", "Images a step, reshuffled every epoch; 0: all of them."}, config.batch_size,
                 {0, 100 * million});
  schema.group({"stop", "When training is good enough: one of the two; with none it ends at max_epochs."}, config.stop);
  schema.integer({"max_epochs", "Training ends here at the latest."}, config.max_epochs, {1, million});
  schema.choice({"evaluation", "How balanced accuracy is measured after each epoch: exact, on all images, or sampled."},
                config.evaluation, accuracy_method_words);
  schema.integer({"evaluation_samples", "With evaluation sampled: images of the class, and as many others."},
                 config.evaluation_samples, {1, million});
  schema.integer({"evaluation_test_samples", "The same on the test images."}, config.evaluation_test_samples,
                 {1, million});
}

void describe(ConfigSchema& schema, DetectorsConfig::Stop& config) {
  schema.number({"accuracy", "Stop when the training accuracy (sign of the output) is at least this."}, config.accuracy,
                {0.5, 1});
}

void describe(ConfigSchema& schema, DetectorsConfig& config) {
  schema.integer({"hidden", "Hidden neurons of each detector."}, config.hidden, {1, 32});
  schema.integer({"positives", "Training images of the class, drawn once."}, config.positives, {1, 100 * million});
  schema.integer({"negatives", "Training images of other classes, drawn once."}, config.negatives, {1, 100 * million});
  schema.integer(
      {"test_negatives", "Test images of other classes, beside all of the class; at most as many as there are."},
      config.test_negatives, {1, 100 * million});
  schema.number({"learning_rate", "Step size of Adam; every step sees all the detector's training images."},
                config.learning_rate, {1e-12, 1000});
  schema.group({"stop", "When a detector is good enough."}, config.stop);
  schema.integer({"max_epochs", "Steps after which a detector starts again from other weights."}, config.max_epochs,
                 {1, 100 * million});
  schema.integer({"restarts", "How often it may start again."}, config.restarts, {0, 1000});
  schema.choice({"on_failure", "When it never gets there: error, or keep_best (with a warning)."}, config.on_failure,
                detector_failure_words);
  schema.number({"noise", "Standard deviation of the second-layer weights between different classes; 0: exactly zero."},
                config.noise, {0, 1000});
  schema.paths({"weights", "Weight files, one for each class, in their order: then nothing is trained."},
               config.weights, {1, 256});
}

void describe(ConfigSchema& schema, NetworkConfig& config) {
  schema.integers({"layers", "Neurons of each layer, inputs and outputs included: [784, 20, 10]."}, config.layers,
                  {1, million}, {2, 64});
  schema.choice({"activation", "Of the hidden layers. Not given: what a weight file says, else tanh."},
                config.activation, activation_words);
  schema.choice({"output_activation", "Of the output layer. Not given: likewise."}, config.output_activation,
                activation_words);
  schema.group({"train", "Train the whole network on all classes."}, config.train);
  schema.group({"detectors",
                "Build the network from one detector for each class instead: detector t owns its own hidden "
                "neurons and output t."},
               config.detectors);
  schema.path({"weights",
               "Read the network from this file instead (safetensors, PyTorch state dict, results.h5; see "
               "docs/weights.md)."},
              config.weights);
  schema.words({"layer_names",
                "With weights: the layers in order, as the file names them ([hidden, output] for hidden.weight, ...). "
                "Not given: the file's order, or the one chain that the shapes make; see docs/weights.md."},
               config.layer_names);
  schema.text({"weights_network", "With weights: which network of a results.h5. Not given: the only one."},
              config.weights_network);
  schema.path(
      {"weights_out",
       "Also write the network to this safetensors file, which PyTorch reads. Replaces safetensors files only."},
      config.weights_out);
}

void describe(ConfigSchema& schema, RelayConfig& config) {
  schema.choices(
      {"splits", "Which images: hidden states, greedy removal and single-neuron measures are computed on each."},
      config.splits, split_words);
  schema.boolean({"greedy", "Shrinking subset aggregation and aggregated relay information."}, config.greedy);
  schema.boolean({"branching", "Also all tied paths of the greedy removal: each step keeps every best set."},
                 config.branching);
  schema.choices({"exhaustive", "Splits, of those above, on which all 2^K sets are computed."}, config.exhaustive,
                 split_words);
  schema.integers(
      {"classes",
       "Only these classes; empty: all. With fewer than all: exhaustive: [], and neither branching nor what "
       "needs all classes (reproduce, claims, sweep)."},
      config.classes, {0, numerals - 1}, {0, static_cast<std::size_t>(numerals)});
}

void describe(ConfigSchema& schema, KnockoutConfig& config) {
  schema.choices({"splits", "Which images."}, config.splits, split_words);
  schema.choice({"sets", "exhaustive: all 2^K sets of neurons; single: each neuron alone."}, config.sets,
                knockout_sets_words);
  schema.choice({"method", "exact: balanced accuracy on all images; sampled: on a fresh random sample for every set."},
                config.method, accuracy_method_words);
  schema.integer({"samples", "With method sampled: images of the class, and as many others."}, config.samples,
                 {1, million});
}

void describe(ConfigSchema& schema, RegressionConfig& config) {
  schema.choice({"relay", "Split whose exhaustive relay information is used."}, config.relay, split_words);
  schema.choice({"knockout", "Split whose exhaustive knockouts are used."}, config.knockout, split_words);
}

void describe(ConfigSchema& schema, AnalysisConfig& config) {
  schema.integer({"layer", "Which hidden layer; 1 is the first."}, config.layer, {1, 62});
  schema.choice({"binarize",
                 "How an activation becomes a bit: exact 2-means, 2-means by iteration from random starts (as "
                 "published), median, mean, sign, or a given threshold."},
                config.binarize, binarize_words);
  schema.number({"threshold", "With binarize threshold: activations above it are 1."}, config.threshold,
                {-any_number, any_number});
  schema.choice({"tables",
                 "Whether the values of all 2^K sets are kept beside their summaries for each size of the set. auto: "
                 "where they fit the memory (max_memory); always: else the run is refused; never: summaries alone, "
                 "without regression and the figures of all sets."},
                config.tables, set_tables_words);
  schema.group({"relay", "Relay information."}, config.relay);
  schema.group({"knockout", "The function lost when sets of neurons are held at 0."}, config.knockout);
  schema.group(
      {"regression", "Function (balanced accuracy after the knockout) against set size and relay information."},
      config.regression);
}

void describe(ConfigSchema& schema, FiguresConfig& config) {
  schema.choices({"formats", "Files to draw of each figure."}, config.formats, format_words);
  schema.choice({"palette", "safe: for colour-blind readers; rainbow: the paper's."}, config.palette, palette_words);
}

void describe(ConfigSchema& schema, ReproduceColumnConfig& config) {
  schema.text({"column", "Name of the column. Not given: that of this entry."}, config.column);
  schema.text({"quantity", "What it is compared with, e.g. regression.r_squared; see docs/reproduction.md."},
              config.quantity);
  schema.integer(
      {"class", "The class that this column is about, where the table has a column for each; -1: its rows say."},
      config.cls, {-1, numerals - 1});
  schema.number({"absolute",
                 "Largest difference that is ok. Neither this nor relative: no verdict (sets of neurons: "
                 "must be equal)."},
                config.absolute, {0, any_number});
  schema.number({"relative", "Largest difference that is ok, as a fraction of the published value."}, config.relative,
                {0, any_number});
  schema.integer({"at_least", "So many rows must be ok; 0: all."}, config.at_least, {0, million});
}

void describe(ConfigSchema& schema, ReproduceConfig& config) {
  schema.path({"published", "CSV file with a header line; a path may begin with $INFORELAY_DATA."}, config.published);
  schema.text({"network", "Which network its values are of."}, config.network);
  schema.text({"by",
               "The column that holds the class. A table without it holds one row, for quantities of the network "
               "as a whole."},
              config.by);
  schema.choice({"rows",
                 "all; or last: of several rows of a class, or of a table without classes, the last one (the end "
                 "of a training)."},
                config.rows, published_rows_words);
  schema.named_groups({"columns", "The columns to compare; others are ignored."}, config.columns);
}

void describe(ConfigSchema& schema, ClaimsConfig& config) {
  schema.text({"distributed", "The network trained as a whole."}, config.distributed);
  schema.text({"modular", "The network whose modules are known."}, config.modular);
}

void describe(ConfigSchema& schema, SweepConfig& config) {
  schema.choice({"method",
                 "grid: all combinations of the parameters' values; random: drawn from them (ranges: uniformly, "
                 "log_range of the logarithm; count is not needed); list: the first values of all parameters, then the "
                 "second ones, and so on."},
                config.method, sweep_method_words);
  schema.series({"parameters",
                 "The settings that are varied, by their paths (networks.full.layers). A range of whole numbers is "
                 "rounded, equal ones count once. None: replicates alone."},
                config.parameters);
  schema.integer({"samples", "Points of method random."}, config.samples, {1, 100'000});
  schema.assignments({"exclude", "Of method grid: points with all the values of one of these maps are left out."},
                     config.exclude);
  schema.integer({"replicates", "Runs of each point, each with a seed of its own."}, config.replicates, {1, 100'000});
  schema.boolean(
      {"pair_seeds",
       "true: replicate r = 0, 1, ... has the seed `seed` + r at every point, so that points differ by their "
       "values only; false: no two runs share a seed (`seed` + number of the run)."},
      config.pair_seeds);
  schema.choice({"on_error", "When a run fails: continue with the others, or stop, starting no more."}, config.on_error,
                sweep_failure_words);
  schema.words({"collect",
                "What to gather from the runs, as NETWORK.QUANTITY (full.regression.r_squared; docs/sweeps.md lists "
                "the quantities). None: a choice of what the configuration computes."},
               config.collect);
  schema.boolean({"figures", "Whether each run draws its own figures too."}, config.figures);
}

void describe(ConfigSchema& schema, ExperimentConfig& config) {
  schema.name({"name", "Of the experiment; its results go to runs/NAME-HASH."}, config.name);
  schema.integer({"seed", "All random numbers derive from it."}, config.seed,
                 {0, std::numeric_limits<std::int64_t>::max()});
  schema.byte_count({"max_memory",
                     "A run that would take more is refused before it begins, and the runs of a sweep share it. Not "
                     "given: what this machine, or the control group that we live in, has."},
                    config.max_memory, {1'000'000, std::uint64_t{1} << 50});
  schema.group({"data", "The images."}, config.data);
  schema.named_groups({"networks", "The networks, by names of your choice."}, config.networks);
  schema.group({"analysis", "What is computed on the networks."}, config.analysis);
  schema.named_groups({"reproduce",
                       "Comparisons with published values, by names of your choice; exit code 5 where one "
                       "is out of tolerance."},
                      config.reproduce);
  schema.group({"claims", "Which of the paper's claims hold for these networks."}, config.claims);
  schema.group({"figures", "Left out: no figures."}, config.figures);
  schema.group({"sweep",
                "Left out: a single run. Else many runs of this configuration with other values and seeds; see "
                "docs/sweeps.md."},
               config.sweep);
}

ExperimentConfig read_experiment_config(const ConfigNode& root, ConfigErrors& errors) {
  ExperimentConfig config;
  if (root.kind == ConfigNode::Kind::map) {
    ConfigReader(root, errors).read(config);
    check_experiment_config(config, root, errors);
  }
  errors.throw_if_any();
  return config;
}

ExperimentConfig load_experiment_config(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  ConfigErrors errors;
  const ConfigNode root = load_config(path, overrides, errors);
  return read_experiment_config(root, errors);
}

std::string print_experiment_config(const ExperimentConfig& config) { return ConfigPrinter::print(config); }

namespace {

// All defaults, with an example of each named group.
ExperimentConfig example_config() {
  ExperimentConfig example;
  example.networks.emplace_back("NAME", NetworkConfig{});
  example.reproduce.emplace_back("NAME", ReproduceConfig{});
  example.reproduce.back().second.columns.emplace_back("NAME", ReproduceColumnConfig{});
  return example;
}

}  // namespace

std::string experiment_config_reference() { return ConfigReference::markdown(example_config()); }

std::string experiment_config_json_schema() {
  return ConfigJsonSchema::text("inforelay experiment", example_config(), {"name", "networks"});
}

}  // namespace inforelay
