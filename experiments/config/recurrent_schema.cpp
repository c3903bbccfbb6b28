#include <fmt/format.h>

#include "experiments/config/recurrent_config.hpp"

namespace inforelay {

using namespace setting;

std::string RecurrentConfig::layer_name(int layer) const {
  return fmt::format("{}{}", word_of(state_variables_names, states), layer);
}

std::vector<Setting> settings_of(SequenceOptions& options) {
  constexpr Bounds<std::int64_t> counts{1, 100 * million};
  return {
      {"n", "Of nback: the label of a step is the bit this many steps ago. Not given: 5.",
       Integer{&options.n, {0, million}}},
      {"symbols", "Of delayed_match: number of different symbols. Not given: 2.", Integer{&options.symbols, {2, 256}}},
      {"delay", "Of delayed_match: steps between the two symbols. Not given: 5.",
       Integer{&options.delay, {0, million}}},
      {"bits", "Of flip_flop: number of memories, each with an input of its own. Not given: 3.",
       Integer{&options.bits, {1, 8}}},
      {"pulse", "Of flip_flop: probability of a pulse at a step, for each input. Not given: 0.1.",
       Number{&options.pulse, {0, 1}}},
      {"steps", "Of nback and flip_flop: steps of a trial. Not given: 10000 and 100.", Integer{&options.steps, counts}},
      {"train_steps", "The same of the training set. Not given: 256 of nback, else steps.",
       Integer{&options.train_steps, counts}},
      {"trials",
       "Of generated sequences: trials of the test set. Not given: 1 of nback, 1000 of delayed_match, 200 of "
       "flip_flop.",
       Integer{&options.trials, counts}},
      {"train_trials",
       "The same of the training set. Not given: 2000 of nback, 4000 of delayed_match, 1000 of flip_flop.",
       Integer{&options.train_trials, counts}}};
}

std::vector<Setting> settings_of(RecurrentTrainingOptions& options) {
  return {
      {"optimizer", "adam (beta 0.9 and 0.999, epsilon 1e-8) or sgd.", choice(options.optimizer.kind, optimizer_names)},
      {"learning_rate", "Step size.", Number{&options.optimizer.learning_rate, {1e-12, 1000}}},
      {"momentum", "Momentum of sgd; not used by adam.", Number{&options.optimizer.momentum, {0, 0.999999}}},
      {"loss",
       "mse: mean squared error against 1 for the class and 0 for the others; cross_entropy: of the softmax of the "
       "outputs, of which there must be several. Over the steps that have a label.",
       choice(options.loss, loss_names)},
      {"batch_size", "Trials per step of the optimiser, reshuffled every epoch; 0: all.",
       Integer{&options.batch_size, {0, 100 * million}}},
      {"clip_norm", "Largest norm of the gradient, which is scaled down if it is longer. Not given: any.",
       Number{&options.clip_norm, {1e-12, 1e12}}},
      {"accuracy",
       "Stop after the first epoch in which this fraction of the labelled steps of the training set is decided "
       "correctly. Not given: max_epochs epochs.",
       Number{&options.accuracy, {0, 1}}},
      {"max_epochs", "Maximum number of epochs, each over all trials of the training set.",
       Integer{&options.max_epochs, {1, million}}}};
}

std::vector<Setting> settings_of(RecurrentConfig& config) {
  return {
      {"kind", "The cells: rnn_tanh or rnn_relu (Elman), gru, lstm, with the equations of PyTorch.",
       choice(config.kind, recurrent_kind_names)},
      {"units", "Units of each layer. Not needed with weights.", Integer{&config.units, {0, million}}},
      {"layers", "Number of layers, one on the other. Not used with weights.", Integer{&config.layers, {1, 62}}},
      {"outputs",
       "Number of outputs: 0: one for each class, whose largest decides; 1: a single one for two classes, which "
       "decides "
       "for the second one above the threshold. Not used with weights.",
       Integer{&config.outputs, {0, 1}}},
      {"train", "Train the network on the training set.", group(config.train)},
      {"threshold", "With a single output: the decision is the second class above this.",
       Number{&config.threshold, {-1e30, 1e30}}},
      {"states", "Which variables of a layer are analysed as its units. Of lstm also c, or both: first h, then c.",
       choice(config.states, state_variables_names)},
      {"input",
       "The input symbol. label: that of the step, or of the trial if that has one; stimulus: what the network reads, "
       "each different input being a symbol.",
       choice(config.input, input_symbol_names)},
      {"lag",
       "With input stimulus: that of this many steps ago; the first steps of a trial, which have none, are left "
       "out.",
       Integer{&config.lag, {0, million}}},
      {"output",
       "The output symbol: the decision now, at the same step, or at the end of the trial. Not given: end if trials "
       "have one label, else now.",
       choice(config.output, output_symbol_names)},
      {"time",
       "pooled: all steps of all trials are samples; each: one analysis for each step, over trials; or the numbers, "
       "from 0, of the steps that are pooled.",
       WordOr{choice(config.time, time_word_names),
              {{"", "", Integers{&config.times, {0, 100 * million}, {1, 100'000}}}},
              [&config] { return config.times.empty(); }}}};
}

}  // namespace inforelay
