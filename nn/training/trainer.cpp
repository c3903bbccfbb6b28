#include "nn/training/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "nn/training/accuracy.hpp"
#include "nn/training/backprop.hpp"

namespace inforelay {
namespace {

void check_network(const Mlp& network, const Dataset& data, Loss loss) {
  const int outputs = network.output_width(), classes = data.class_count();
  if (network.input_width() != data.input_width()) {
    throw UsageError("the network takes {} inputs but the data have {}", network.input_width(), data.input_width());
  }
  if (outputs != classes && !(outputs == 1 && classes == 2)) {
    throw UsageError("the network has {} outputs but the data {} classes", outputs, classes);
  }
  check_loss(loss, network.layers.back().activation, outputs);
  if (loss == Loss::cross_entropy && data.label_kind() == LabelKind::bits)
    throw UsageError("loss cross_entropy does not train several output bits; use mse");
}

void check_classes(const Dataset& data, std::string_view split) {
  std::vector<std::size_t> count(static_cast<std::size_t>(data.class_count()));
  for (const Symbol label : data.labels()) {
    for (std::size_t c = 0; c < count.size(); ++c) count[c] += is_labelled(label, c, data.label_kind()) ? 1 : 0;
  }
  const auto missing = std::ranges::find(count, std::size_t{0});
  if (missing != count.end()) {
    throw DataError("class {} has no sample among the {} {} samples", missing - count.begin(), data.size(), split);
  }
}

void append_row(RowMatrix<double>& rows, const std::vector<double>& row) {
  rows.conservativeResize(rows.rows() + 1, static_cast<Eigen::Index>(row.size()));
  rows.bottomRows(1) = Eigen::Map<const Eigen::RowVectorXd>(row.data(), rows.cols());
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> balanced(const RowMatrix<float>& output, const Dataset& data, float threshold,
                             const Evaluation& evaluation, std::size_t samples, RandomStream random) {
  if (evaluation.method == Evaluation::Method::exact)
    return balanced_accuracy(output, data.labels(), threshold, data.label_kind());
  return balanced_accuracy(output, draw_balanced_samples(data.labels(), data.class_count(), samples, random),
                           threshold);
}

}  // namespace

void TrainingOptions::check() const {
  optimizer.check();
  for (const double accuracy : {stop.balanced_accuracy.value_or(0), stop.accuracy.value_or(0)})
    check_bounded(accuracy >= 0 && accuracy <= 1, "accuracy of the stop rule", accuracy, "a number in [0,1]");
  check_bounded(max_epochs >= 1, "max_epochs", max_epochs, "at least 1");
}

Trainer::Trainer(const TrainingOptions& options, TrainerState state, const Dataset& train, const Dataset& test,
                 const RandomStream& random)
    : options_(options), state_(std::move(state)), train_(train), test_(test), random_(random) {
  options_.check();
  check_network(state_.network, train_, options_.loss);
  check_network(state_.network, test_, options_.loss);
  check_classes(train_, "training");
  check_classes(test_, "test");
  if (train_.label_kind() == LabelKind::bits && options_.evaluation.method == Evaluation::Method::sampled)
    throw UsageError("evaluation sampled draws samples of each class, not of output bits; use exact");
  assert(state_.curve.loss.size() == state_.epoch);  // what was read from a file is checked by check_resumable()
}

double train_epoch(const TrainingOptions& options, const Dataset& train, const RandomStream& random,
                   TrainerState& state, Progress& progress) {
  std::vector<std::uint32_t> order(train.size());
  std::iota(order.begin(), order.end(), 0u);
  const std::size_t batch_size = options.batch_size == 0 ? order.size() : options.batch_size;
  RandomStream epoch_random = random.child(static_cast<std::uint64_t>(state.epoch));
  if (batch_size < order.size()) shuffle(order, epoch_random);

  Backprop backprop(options.loss);
  double loss_sum = 0;
  for (std::size_t begin = 0; begin < order.size(); begin += batch_size) {
    const auto batch = std::span(order).subspan(begin, std::min(batch_size, order.size() - begin));
    const BatchScore score = backprop.run(state.network, train, batch, progress);
    loss_sum += score.loss_sum;
    if (!std::isfinite(loss_sum)) {
      throw ComputeError("epoch {}, batch {}: the loss is {}; a smaller learning rate than {} may help",
                         state.epoch + 1, begin / batch_size + 1, score.loss_sum / static_cast<double>(batch.size()),
                         options.optimizer.learning_rate);
    }
    optimizer_step(options.optimizer, backprop.gradient(), state.optimizer, state.network);
  }
  return loss_sum / static_cast<double>(order.size());
}

void Trainer::run_epoch(Progress& progress) {
  QuietProgress quiet(progress);
  TrainerState next = state_;  // so that an interruption or error leaves this epoch undone
  const double loss = train_epoch(options_, train_, random_, next, quiet);
  measure(next, loss, quiet);
  state_ = std::move(next);
}

void Trainer::measure(TrainerState& next, double loss, Progress& progress) const {
  const RowMatrix<float> train_output = forward_outputs(next.network, train_, progress);
  const RowMatrix<float> test_output = forward_outputs(next.network, test_, progress);
  const float threshold = decision_threshold(next.network.layers.back().activation);
  const RandomStream random = random_.child("evaluation").child(static_cast<std::uint64_t>(next.epoch));
  const Evaluation& evaluation = options_.evaluation;
  const auto on_train =
      balanced(train_output, train_, threshold, evaluation, evaluation.train_samples, random.child("train"));
  const auto on_test =
      balanced(test_output, test_, threshold, evaluation, evaluation.test_samples, random.child("test"));

  ++next.epoch;
  append_row(next.curve.accuracy_train, on_train);
  append_row(next.curve.accuracy_test, on_test);
  next.curve.loss.conservativeResize(next.epoch);
  next.curve.loss.tail<1>()(0) = loss;

  const StopRule& stop = options_.stop;
  const auto accuracy = [&] {
    return train_output.cols() == 1 || train_.label_kind() == LabelKind::bits
               ? binary_accuracy(train_output, train_.labels(), threshold)
               : argmax_accuracy(train_output, train_.labels());
  };
  next.reached = stop.balanced_accuracy || stop.accuracy
                     ? mean(on_train) >= stop.balanced_accuracy.value_or(0) && accuracy() >= stop.accuracy.value_or(0)
                     : next.epoch >= options_.max_epochs;
}

void Trainer::run(Progress& progress) {
  while (!finished()) {
    run_epoch(progress);
    progress.report(static_cast<std::uint64_t>(state_.epoch), static_cast<std::uint64_t>(options_.max_epochs));
    progress.note(fmt::format("epoch {}, mean balanced accuracy {:.4f} on training and {:.4f} on test samples",
                              state_.epoch, state_.curve.accuracy_train.bottomRows<1>().mean(),
                              state_.curve.accuracy_test.bottomRows<1>().mean()));
  }
}

}  // namespace inforelay
