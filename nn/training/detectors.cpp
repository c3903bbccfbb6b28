#include "nn/training/detectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <numeric>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/training/accuracy.hpp"
#include "nn/training/loss.hpp"

namespace inforelay {
namespace {

constexpr int round_epochs = 64;

// Samples of `data` with and without the given label, or bit of the label.
struct Sides {
  std::vector<std::uint32_t> positives, negatives;
};

Sides sides(const Dataset& data, std::size_t label) {
  Sides result;
  for (std::size_t n = 0; n < data.size(); ++n) {
    (is_labelled(data.labels()[n], label, data.label_kind()) ? result.positives : result.negatives)
        .push_back(static_cast<std::uint32_t>(n));
  }
  return result;
}

void keep_random(std::vector<std::uint32_t>& samples, std::size_t count, RandomStream& random) {
  std::vector<std::uint32_t> kept;
  for (const std::uint32_t i : sample_without_replacement(samples.size(), count, random)) kept.push_back(samples[i]);
  samples = std::move(kept);
}

// The samples of both sides, label 1 the positives; a copy, since training runs over them thousands of times.
Dataset one_vs_rest(const Dataset& data, const Sides& samples) {
  std::vector<std::uint32_t> both = samples.positives;
  both.insert(both.end(), samples.negatives.begin(), samples.negatives.end());
  std::vector<Symbol> labels(both.size(), 0);
  std::fill_n(labels.begin(), samples.positives.size(), Symbol{1});
  return data.select(both, std::move(labels), numbered_names(2));
}

Dataset training_samples(const Dataset& data, std::size_t label, const DetectorOptions& options, RandomStream random) {
  Sides samples = sides(data, label);
  if (samples.positives.size() < options.positives || samples.negatives.size() < options.negatives) {
    throw UsageError("detector {} needs {} training samples of its class and {} others; the data have {} and {}", label,
                     options.positives, options.negatives, samples.positives.size(), samples.negatives.size());
  }
  if (options.positives > 0) keep_random(samples.positives, options.positives, random);
  if (options.negatives > 0) keep_random(samples.negatives, options.negatives, random);
  return one_vs_rest(data, samples);
}

Dataset test_samples(const Dataset& data, std::size_t label, const DetectorOptions& options, RandomStream random) {
  Sides samples = sides(data, label);
  keep_random(samples.negatives, std::min(options.test_negatives, samples.negatives.size()), random);
  if (samples.positives.empty() && samples.negatives.empty()) throw DataError("detector {} has no test sample", label);
  return one_vs_rest(data, samples);
}

struct BinaryAccuracy {
  double accuracy, balanced;
};

// 0 / 0 is NaN: without positives, or without negatives, nothing is balanced.
BinaryAccuracy accuracy_of(const BatchScore& score, std::span<const Symbol> labels) {
  const auto all = static_cast<double>(labels.size());
  const auto positives = static_cast<double>(std::ranges::count(labels, Symbol{1}));
  const auto correct = static_cast<double>(score.correct), on = static_cast<double>(score.correct_positives);
  return {correct / all, (on / positives + (correct - on) / (all - positives)) / 2};
}

// Of a single output.
BatchScore decisions(const RowMatrix<float>& output, std::span<const Symbol> labels, float threshold) {
  BatchScore score;
  for (std::size_t n = 0; n < labels.size(); ++n) {
    const bool on = output(static_cast<Eigen::Index>(n), 0) > threshold, positive = labels[n] == 1;
    score.correct += on == positive ? 1u : 0u;
    score.correct_positives += on && positive ? 1u : 0u;
  }
  return score;
}

// Side by side, threads without a detector in the last turn are idle; with all threads on one detector they wait for
// each other after each step, which is better only if more than a tenth would be idle.
bool side_by_side(std::size_t detectors) {
  const auto threads = static_cast<std::size_t>(thread_count());
  const std::size_t turns = BlockRange::count(threads, detectors);
  return 10 * detectors >= 9 * turns * threads;
}

}  // namespace

void DetectorOptions::check() const {
  optimizer.check();
  check_bounded(hidden >= 1, "detectors.hidden", hidden, "at least 1");
  check_bounded(stop_accuracy > 0 && stop_accuracy <= 1, "detectors.stop_accuracy", stop_accuracy, "a number in (0,1]");
  check_bounded(max_epochs >= 1, "detectors.max_epochs", max_epochs, "at least 1");
  check_bounded(restarts >= 0, "detectors.restarts", restarts, "at least 0");
  check_loss(Loss::mean_squared_error, output_activation, 1);
}

DetectorTraining::DetectorTraining(const DetectorOptions& options, const Dataset& train, const Dataset& test,
                                   const RandomStream& random, std::vector<DetectorState> states)
    : options_(options), random_(random), states_(std::move(states)) {
  options_.check();
  const auto classes = static_cast<std::size_t>(train.class_count());
  for (std::size_t label = 0; label < classes; ++label) {
    const RandomStream own = random_.child(label);
    data_.push_back({training_samples(train, label, options_, own.child("train")),
                     test_samples(test, label, options_, own.child("test"))});
  }
  if (states_.empty()) {
    states_.resize(classes);
    for (std::size_t label = 0; label < classes; ++label) begin_attempt(label, 0);
  }
  if (states_.size() != classes) throw DataError("{} saved detectors for {} classes", states_.size(), classes);
}

bool DetectorTraining::finished() const { return std::ranges::all_of(states_, &DetectorState::finished); }

void DetectorTraining::begin_attempt(std::size_t detector, int attempt) {
  RandomStream random = random_.child(detector).child("init").child(static_cast<std::uint64_t>(attempt));
  const std::array widths{data_[detector].train.input_width(), options_.hidden, 1};
  DetectorState fresh;
  fresh.network = make_mlp(widths, options_.hidden_activation, options_.output_activation, random);
  fresh.attempt = attempt;
  fresh.best = std::move(states_[detector].best);
  states_[detector] = std::move(fresh);
}

// An attempt has reached its last epoch.
void DetectorTraining::end_attempt(std::size_t detector) {
  DetectorState& state = states_[detector];
  DetectorState::Best& best = state.best;
  if (options_.keep_best && best.attempt == state.attempt) {
    for (const DetectorCurve& curve : detector_curves) {
      const std::vector<double>& all = state.curves.*curve.values;
      (best.curves.*curve.values).assign(all.begin(), all.begin() + best.epoch);
    }
  }
  if (state.attempt < options_.restarts) return begin_attempt(detector, state.attempt + 1);
  if (!options_.keep_best) {
    throw ComputeError(
        "detector {} did not reach training accuracy {} within {} epochs in any of {} attempts; the last "
        "reached {:.4f}",
        detector, options_.stop_accuracy, options_.max_epochs, options_.restarts + 1,
        state.curves.accuracy_train.back());
  }
  state.network = best.network;
  state.attempt = best.attempt;
  state.epoch = best.epoch;
  state.curves = best.curves;
  state.finished = true;
}

// Adds the accuracies of the present weights to the curves.
void DetectorTraining::measure(std::size_t detector, const BatchScore& on_train, Progress& progress) {
  DetectorState& state = states_[detector];
  const Data& data = data_[detector];
  const RowMatrix<float> output = forward_outputs(state.network, data.test, progress);
  const float threshold = decision_threshold(options_.output_activation);
  const BinaryAccuracy train = accuracy_of(on_train, data.train.labels());
  const BinaryAccuracy test = accuracy_of(decisions(output, data.test.labels(), threshold), data.test.labels());
  state.curves.accuracy_train.push_back(train.accuracy);
  state.curves.accuracy_test.push_back(test.accuracy);
  state.curves.balanced_train.push_back(train.balanced);
  state.curves.balanced_test.push_back(test.balanced);
}

// The forward pass of a step measures the training accuracy of the weights before it, so an epoch begins by measuring
// the result of the last one.
void DetectorTraining::run_epoch(std::size_t detector, Backprop& backprop, Progress& progress) {
  DetectorState& state = states_[detector];
  const Data& data = data_[detector];
  std::vector<std::uint32_t> everything(data.train.size());
  std::iota(everything.begin(), everything.end(), 0u);
  const auto n = static_cast<double>(everything.size());
  const BatchScore score = backprop.run(state.network, data.train, everything, progress);
  if (!std::isfinite(score.loss_sum)) {
    throw ComputeError(
        "detector {}, attempt {}, epoch {}: the loss is {}; a smaller learning rate than {} "
        "may help",
        detector, state.attempt + 1, state.epoch + 1, score.loss_sum / n, options_.optimizer.learning_rate);
  }
  if (state.epoch > 0) {
    measure(detector, score, progress);
    const double accuracy = state.curves.accuracy_train.back();
    state.reached = state.finished = accuracy >= options_.stop_accuracy;
    if (state.finished) return;
    if (options_.keep_best && accuracy > state.best.accuracy) {
      state.best.network = state.network;
      state.best.attempt = state.attempt;
      state.best.epoch = state.epoch;
      state.best.accuracy = accuracy;
    }
    if (state.epoch == options_.max_epochs) return end_attempt(detector);
  }
  optimizer_step(options_.optimizer, backprop.gradient(), state.optimizer, state.network);
  ++state.epoch;
}

void DetectorTraining::run_epochs(std::size_t detector, Progress& progress) {
  Backprop backprop(Loss::mean_squared_error);
  for (int epoch = 0; epoch < round_epochs && !states_[detector].finished; ++epoch) {
    run_epoch(detector, backprop, progress);
  }
}

void DetectorTraining::run_round(Progress& progress) {
  QuietProgress quiet(progress);
  std::vector<std::size_t> running;
  for (std::size_t detector = 0; detector < states_.size(); ++detector) {
    if (!states_[detector].finished) running.push_back(detector);
  }
  if (side_by_side(running.size())) {
    // All run to the end of the round, so that the failure reported does not depend on which was first.
    std::vector<std::exception_ptr> failures(running.size());
    parallel_blocks(
        running.size(),
        [&](std::size_t index) {
          try {
            run_epochs(running[index], quiet);
          } catch (const ComputeError&) {
            failures[index] = std::current_exception();
          }
        },
        quiet);
    for (const std::exception_ptr& failure : failures) {
      if (failure) std::rethrow_exception(failure);
    }
  } else {
    for (const std::size_t detector : running) run_epochs(detector, quiet);
  }
}

void DetectorTraining::run(Progress& progress) {
  while (!finished()) {
    run_round(progress);
    const auto done = static_cast<std::size_t>(std::ranges::count_if(states_, &DetectorState::finished));
    progress.report(done, states_.size());
    std::string text = fmt::format("{} of {} detectors finished", done, states_.size());
    for (std::size_t detector = 0; detector < states_.size(); ++detector) {
      const DetectorState& state = states_[detector];
      if (!state.finished && !state.curves.accuracy_train.empty()) {
        text += fmt::format("; {}: epoch {}, {:.4f}", detector, state.epoch, state.curves.accuracy_train.back());
      }
    }
    progress.note(text);
  }
}

}  // namespace inforelay
