#include "nn/recurrent/recurrent_trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "nn/recurrent/recurrent_backprop.hpp"
#include "nn/recurrent/recurrent_run.hpp"

namespace inforelay {

void RecurrentTrainingOptions::check() const {
  optimizer.check();
  check_bounded(std::isfinite(targets.off) && std::isfinite(targets.on) && targets.off < targets.on, "targets.off",
                targets.off, fmt::format("a finite number below targets.on, {}", targets.on));
  if (clip_norm) check_bounded(*clip_norm > 0, "clip_norm", *clip_norm, "a number above 0");
  if (accuracy) check_bounded(*accuracy >= 0 && *accuracy <= 1, "accuracy", *accuracy, "a number in [0,1]");
  check_bounded(max_epochs >= 1, "max_epochs", max_epochs, "at least 1");
}

RecurrentTrainer::RecurrentTrainer(const RecurrentTrainingOptions& options, RecurrentTrainerState state,
                                   const SequenceData& train, const SequenceData& test, const RandomStream& random)
    : options_(options), state_(std::move(state)), train_(train), test_(test), random_(random) {
  options_.check();
  check_shapes(state_.network);
  for (const SequenceData* data : {&train_, &test_}) {
    data->check();
    check_sequences(state_.network, *data);
  }
  if (train_.trials() > std::numeric_limits<std::uint32_t>::max())
    throw UsageError("{} training trials, expected fewer than 2^32", train_.trials());
  if (options_.loss == Loss::cross_entropy && state_.network.output_width() == 1)
    throw UsageError("loss cross_entropy needs at least two outputs; the network has 1");
}

double RecurrentTrainer::train_epoch(RecurrentTrainerState& next, Progress& progress) const {
  std::vector<std::uint32_t> order(train_.trials());
  std::iota(order.begin(), order.end(), 0u);
  const std::size_t batch_size = options_.batch_size == 0 ? order.size() : options_.batch_size;
  RandomStream random = random_.child(static_cast<std::uint64_t>(next.epoch));
  if (batch_size < order.size()) shuffle(order, random);

  RecurrentBackprop backprop(options_.loss, options_.targets);
  const auto parameters = parameter_blocks(next.network);
  const auto labelled_steps = static_cast<double>(train_.steps() - train_.first_labelled_step());
  double loss_sum = 0;
  for (std::size_t begin = 0; begin < order.size(); begin += batch_size) {
    const auto batch = std::span(order).subspan(begin, std::min(batch_size, order.size() - begin));
    const BatchScore score = backprop.run(next.network, train_, batch, progress);
    loss_sum += score.loss_sum;
    if (!std::isfinite(loss_sum)) {
      throw ComputeError("epoch {}, batch {}: the loss is {}; a smaller learning rate than {} or clip_norm may help",
                         next.epoch + 1, begin / batch_size + 1,
                         score.loss_sum / (static_cast<double>(batch.size()) * labelled_steps),
                         options_.optimizer.learning_rate);
    }
    if (options_.clip_norm) clip_gradient_norm(backprop.gradient(), *options_.clip_norm);
    optimizer_step(options_.optimizer, backprop.gradient(), next.optimizer, parameters);
  }
  return loss_sum / (static_cast<double>(order.size()) * labelled_steps);
}

void RecurrentTrainer::run_epoch(Progress& progress) {
  QuietProgress quiet(progress);
  RecurrentTrainerState next = state_;  // so that an interruption or error leaves this epoch undone
  next.curve.loss.push_back(train_epoch(next, quiet));
  const auto accuracy = [&](const SequenceData& data) {
    const RecurrentRecord record = run_recurrent(next.network, data.inputs, {.keep_states = false}, quiet);
    return sequence_accuracy(record.output, data, options_.targets.threshold());
  };
  next.curve.accuracy_train.push_back(accuracy(train_));
  next.curve.accuracy_test.push_back(accuracy(test_));
  ++next.epoch;
  next.reached =
      options_.accuracy ? next.curve.accuracy_train.back() >= *options_.accuracy : next.epoch >= options_.max_epochs;
  state_ = std::move(next);
}

void RecurrentTrainer::run(Progress& progress) {
  while (!finished()) {
    run_epoch(progress);
    progress.report(static_cast<std::uint64_t>(state_.epoch), static_cast<std::uint64_t>(options_.max_epochs));
    progress.note(fmt::format("epoch {}, accuracy {:.4f} on training and {:.4f} on test trials", state_.epoch,
                              state_.curve.accuracy_train.back(), state_.curve.accuracy_test.back()));
  }
}

}  // namespace inforelay
