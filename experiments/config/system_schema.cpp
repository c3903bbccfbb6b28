#include "experiments/config/system_schema.hpp"

#include "nn/data/boolean_task.hpp"

namespace inforelay {
namespace {

using namespace setting;

constexpr Bounds<double> step_sizes{1e-12, 1000};

constexpr WordTable<bool, 2> keep_best_names{{{false, "error"}, {true, "keep_best"}}};

Parsed activation_setting(std::optional<Activation>& value, LayerPlace place) {
  ActivationForms forms = activation_forms(place);
  return {std::move(forms.words), std::move(forms.parameterised), std::move(forms.pattern),
          [&value] { return value ? to_string(*value) : ""; },
          [&value, place](const std::string& text) { value = parse_activation(text, place); }};
}

}  // namespace

std::vector<Setting> settings_of(DataSetConfig& config) {
  return {{"inputs",
           "Array of the inputs, [samples, ...], as FILE.npy, FILE.npz:KEY, FILE.h5:PATH, FILE.safetensors:KEY or "
           "FILE.csv:COLUMN,COLUMN (n1..n20 is a range).",
           Path{&config.inputs}},
          {"labels", "Array of the labels, [samples]: integers or words.", Path{&config.labels}}};
}

std::vector<Setting> settings_of(SplitConfig& config) {
  return {{"test", "Fraction of the samples of each class.", Number{&config.test, {1e-6, 1 - 1e-6}}}};
}

namespace {

WordOr statistic(InputStatistic& config, Bounds<double> bounds) {
  return {choice(config.computed, computed_statistic_names),
          {{"", "", Numbers{&config.values, bounds, {1, million}}}},
          [&config] { return config.values.empty(); }};
}

}  // namespace

std::vector<Setting> settings_of(InputOptions& config) {
  constexpr Bounds<double> positive{1e-30, 1e30};
  return {{"scale", "Not given: 255 for images (mnist, digits, idx), 1 for arrays and tables.",
           Number{&config.scale, positive}},
          {"mean",
           "Of x / scale: one for all inputs, one for each, or computed for each over the training samples. Not given: "
           "0.",
           statistic(config.mean, {-1e30, 1e30})},
          {"std",
           "Standard deviation, likewise; computed, that of an input which is the same in all training samples is 1. "
           "Not given: 1.",
           statistic(config.deviation, positive)}};
}

std::vector<Setting> settings_of(BooleanOptions& config) {
  return {
      {"input_bits", "Of boolean: number of input bits, which enter a network as 0 and 1.",
       Integer{&config.input_bits, {1, most_boolean_inputs}}},
      {"outputs",
       "Of boolean: an expression for each output bit, as xor(1,2), and(3,not(4)), maj(4,5,6), or, table(0110,1,2); "
       "bits "
       "are numbered from 1. Each is a contrast.",
       Texts{&config.outputs}},
      {"samples",
       "Of boolean: number of random inputs of the training set, and of the test set. Not given, or 0: both have all "
       "2^input_bits inputs once.",
       Integer{&config.samples, {0, 100 * million}}},
      {"noise",
       "Of boolean, with samples: probability that an input bit is flipped, each independently, after the outputs were "
       "computed. Not given: 0.",
       Number{&config.noise, {0, 0.499999}}}};
}

std::vector<Setting> settings_of(DataConfig& config) {
  std::vector<std::string_view> names, fallbacks = generated_data_sources();
  for (const DataSource* source : data_sources()) names.push_back(source->name);
  fallbacks.insert(fallbacks.begin(), no_fallback);
  std::vector<Setting> all{
      {"dataset",
       "The data set: MNIST; generated digits, which need no files; files of your own: images in IDX files, arrays, "
       "a table (docs/your_own.md); Boolean functions of some bits, generated (docs/importance.md); or generated "
       "sequences for recurrent networks (docs/recurrent.md), which also read images row by row.",
       choice(config.dataset, names)},
      {"path",
       "Folder of the data set's files, gzipped or not; of a table, the CSV file. Not given, for MNIST: the folder "
       "with the name of the data set in $INFORELAY_DATA, then in data, then a download.",
       Path{&config.path}},
      {"train", "Of arrays: the training set.", group(config.train)},
      {"test", "Of arrays: the test set. Not given: taken from train (data.split).", group(config.test)},
      {"label", "Of a table: the column of the labels, integers or words. All other columns are inputs.",
       Text{&config.label}},
      {"classes",
       "Names of the classes, in the order of the outputs of the network. For labels that are words: these words. Not "
       "given: the labels in numerical or alphabetical order; of boolean, its expressions.",
       Texts{&config.classes}},
      {"split",
       "Of files without a test set: takes one out of the training set, at random (by seed), the same fraction of each "
       "class.",
       group(config.split)},
      {"inputs",
       "How values become inputs of the network: (x / scale - mean) / std, as it was trained. Left out: x / 255 for "
       "images, x for arrays and tables.",
       group(config.inputs)},
      {"fallback",
       "What to use if the files are not available: none (an error) or generated data (with a warning, and recorded in "
       "the results).",
       choice(config.fallback, fallbacks)},
      {"download", "Whether the files may be downloaded.", Boolean{&config.download}},
      {"train_limit", "Use only the first N training samples; 0: all.",
       Integer{&config.train_limit, {0, 100 * million}}},
      {"test_limit", "Use only the first N test samples; 0: all.", Integer{&config.test_limit, {0, 100 * million}}}};
  for (Setting& setting : settings_of(config.boolean)) all.push_back(std::move(setting));
  for (Setting& setting : settings_of(config.sequences)) all.push_back(std::move(setting));
  return all;
}

std::vector<Setting> settings_of(StopRule& config) {
  return {{"balanced_accuracy",
           "Stop when the mean over classes of the balanced accuracy on the training samples is at least this.",
           Number{&config.balanced_accuracy, {0, 1}}},
          {"accuracy", "Stop when the argmax accuracy on the training samples is at least this.",
           Number{&config.accuracy, {0, 1}}}};
}

std::vector<Setting> settings_of(TrainingOptions& config) {
  return {
      {"optimizer", "adam (beta 0.9 and 0.999, epsilon 1e-8) or sgd.", choice(config.optimizer.kind, optimizer_names)},
      {"learning_rate", "Step size.", Number{&config.optimizer.learning_rate, step_sizes}},
      {"momentum", "Momentum of sgd; not used by adam.", Number{&config.optimizer.momentum, {0, 0.999999}}},
      {"loss",
       "mse: mean squared error against +1 for the class and -1 for the others; cross_entropy: of the softmax of "
       "the outputs (use output_activation: identity or softmax).",
       choice(config.loss, loss_names)},
      {"batch_size", "Samples per step (mini-batch), reshuffled every epoch; 0: all (full batch).",
       Integer{&config.batch_size, {0, 100 * million}}},
      {"stop", "Stopping criterion: at most one of the two. If omitted, training runs for max_epochs.",
       group(config.stop)},
      {"max_epochs", "Maximum number of epochs.", Integer{&config.max_epochs, {1, million}}},
      {"evaluation", "How balanced accuracy is measured after each epoch: exact, on all samples; or sampled.",
       choice(config.evaluation.method, evaluation_names)},
      {"evaluation_samples",
       "With evaluation sampled: number of training samples of the class, and as many of other classes.",
       Integer{&config.evaluation.train_samples, {1, million}}},
      {"evaluation_test_samples", "The same for test samples.",
       Integer{&config.evaluation.test_samples, {1, million}}}};
}

std::vector<Setting> settings_of(DetectorsConfig& config) {
  return {{"hidden", "Hidden neurons of each detector.", Integer{&config.hidden, {1, 32}}},
          {"positives", "Training samples of the class, drawn once; 0: all.",
           Integer{&config.positives, {0, 100 * million}}},
          {"negatives", "Training samples of other classes, drawn once; 0: all.",
           Integer{&config.negatives, {0, 100 * million}}},
          {"test_negatives",
           "Test samples of other classes, in addition to all of the class; at most as many as there are.",
           Integer{&config.test_negatives, {1, 100 * million}}},
          {"learning_rate", "Step size of Adam; every step uses all training samples of the detector.",
           Number{&config.optimizer.learning_rate, step_sizes}},
          {"stop", "Stopping criterion.",
           Group{{{"accuracy", "Stop when the training accuracy (sign of the output) is at least this.",
                   Number{&config.stop_accuracy, {0.5, 1}}}}}},
          {"max_epochs", "Maximum number of steps before a detector is re-initialised with other weights.",
           Integer{&config.max_epochs, {1, 100 * million}}},
          {"restarts", "Maximum number of re-initialisations.", Integer{&config.restarts, {0, 1000}}},
          {"on_failure", "If no attempt meets the stopping criterion: error, or keep_best (with a warning).",
           choice(config.keep_best, keep_best_names)},
          {"noise", "Standard deviation of the second-layer weights between different classes; 0: exactly zero.",
           Number{&config.noise, {0, 1000}}},
          {"weights", "Weight files, one for each class in order; nothing is trained then.",
           Paths{&config.weights, {1, 256}}}};
}

std::vector<Setting> settings_of(NetworkConfig& config) {
  return {
      {"layers", "Number of neurons of each layer, including inputs and outputs: [784, 20, 10].",
       Integers{&config.layers, {1, million}, {2, 64}}},
      {"activation",
       "Activation function of the hidden layers. Required if a weight file does not state it; tanh if the network is "
       "trained here.",
       activation_setting(config.activation, LayerPlace::hidden)},
      {"output_activation",
       "Activation function of the output layer, likewise. identity: the outputs are the weighted sums (logits); "
       "softmax: the same network with probabilities as outputs, trained by cross_entropy only.",
       activation_setting(config.output_activation, LayerPlace::output)},
      {"train", "Train the whole network on all classes.", group(config.train)},
      {"recurrent",
       "A recurrent network instead, with weights or recurrent.train (docs/recurrent.md); none of layers, activation, "
       "train, detectors.",
       group(config.recurrent)},
      {"detectors",
       "Compose the network of one detector (a one-vs-rest classifier) for each class instead: detector c has hidden "
       "neurons of its own and output c.",
       group(config.detectors)},
      {"weights",
       "Read the network from this file instead (safetensors, PyTorch state dict, results.h5; see docs/weights.md).",
       Path{&config.weights}},
      {"layer_names",
       "With weights: the layers in order, as named in the file ([hidden, output] for hidden.weight, ...), batch "
       "normalisation included. Not given: the order of the file, or the only order that the shapes allow; see "
       "docs/weights.md.",
       Words{&config.layer_names}},
      {"batch_norm",
       "With weights that have batch normalisation (BatchNorm1d): on which side of the activation it stands. It is "
       "folded into the dense layer before it (before_activation) or into the one after it (after_activation); in "
       "the latter case the activations that are analysed are those before the batch normalisation.",
       choice(config.batch_norm, batch_norm_names)},
      {"batch_norm_epsilon", "With batch_norm: what is added to the variances (eps in PyTorch). Not given: 1e-5.",
       Number{&config.batch_norm_epsilon, {1e-30, 1000}}},
      {"weights_network", "With weights: which network of a results.h5. Not given: the only one.",
       Text{&config.weights_network}},
      {"weights_out",
       "Also write the network to this safetensors file, which PyTorch reads. Replaces safetensors files only.",
       Path{&config.weights_out}}};
}

std::vector<Setting> settings_of(RecordingConfig& config) {
  return {
      {"file",
       "The file: .npy, .npz, .h5, .hdf5, .mat (MATLAB 7.3), .csv, .tsv or .safetensors; see docs/recordings.md.",
       Path{&config.file}},
      {"format",
       "auto: by the ending of the file's name; mabe: a CSV whose cells are comma-separated lists, as MABE writes it.",
       choice(config.format, recording_format_names)},
      {"states",
       "The values of the units: the key of an array, its path in HDF5, columns of a CSV (\"n1..n20\" or a list); or a "
       "map of names of layers to these. Not needed with .npy.",
       Keys{&config.states}},
      {"input", "The key or column of the input symbols: integers or words. Or another file: labels.npy, FILE.npz:KEY.",
       Text{&config.input}},
      {"output", "The same of the output symbols.", Text{&config.output}},
      {"subset", "The key or column of words that name the subset of each sample. Not given: all are one subset, all.",
       Text{&config.subset}},
      {"axes",
       "What the dimensions of states are. Not given: [sample, unit], if there are two; never guessed for more.",
       choices(config.axes, recording_axis_names)},
      {"time",
       "With an axis time: pooled: all times are samples; each: each time is analysed on its own, and trials are the "
       "samples; or the numbers, from 0, of the times that are pooled.",
       WordOr{choice(config.time, time_word_names),
              {{"", "", Integers{&config.times, {0, 100 * million}, {1, 100'000}}}},
              [&config] { return config.times.empty(); }}}};
}

}  // namespace inforelay
