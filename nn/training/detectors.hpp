// One-vs-rest classifiers, "detectors": one small network for each class, trained to separate it from all others. They
// are the parts of the composite network.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/progress.hpp"
#include "core/random.hpp"
#include "nn/data/dataset.hpp"
#include "nn/network/mlp.hpp"
#include "nn/training/backprop.hpp"
#include "nn/training/optimizer.hpp"

namespace inforelay {

/// Defaults are those of the paper.
struct DetectorOptions {
  int hidden = 2;  ///< hidden neurons of a detector, >= 1
  Activation hidden_activation = Activation::tanh;
  Activation output_activation = Activation::tanh;
  std::size_t positives = 5000;       ///< training samples of the class, drawn once; 0: all
  std::size_t negatives = 5000;       ///< training samples of other classes, drawn once; 0: all
  std::size_t test_negatives = 5000;  ///< test samples of other classes, all if there are fewer; of the class: all
  OptimizerOptions optimizer{};       ///< one step per epoch, on all training samples of the detector
  double stop_accuracy = 0.98;        ///< on the detector's training samples, in (0,1]
  int max_epochs = 20000;             ///< of one attempt, >= 1
  int restarts = 5;                   ///< further attempts from other initial weights, >= 0
  bool keep_best = false;             ///< if no attempt reaches it: true keeps the best, false is a ComputeError

  /// Throws UsageError naming the first value out of range.
  void check() const;
};

/// Accuracies of one detector after each of E epochs. Accuracy is the fraction of its samples that are classified
/// correctly; it is high for a detector that is never on if most samples are of other classes. Balanced accuracy is the
/// mean of that fraction of the samples of the class and of the others; NaN if there are none of either.
struct DetectorCurves {
  std::vector<double> accuracy_train, accuracy_test;  ///< [E]
  std::vector<double> balanced_train, balanced_test;  ///< [E]
};

struct DetectorCurve {
  const char* name;
  std::vector<double> DetectorCurves::*values;
};
/// The curves by their names in files.
inline constexpr std::array<DetectorCurve, 4> detector_curves{
    {{"accuracy_train", &DetectorCurves::accuracy_train},
     {"accuracy_test", &DetectorCurves::accuracy_test},
     {"balanced_accuracy_train", &DetectorCurves::balanced_train},
     {"balanced_accuracy_test", &DetectorCurves::balanced_test}}};

/// The state of one detector's training: all that is needed to continue it.
struct DetectorState {
  Mlp network;  ///< [D, hidden, 1]; the weights after `epoch` epochs
  OptimizerState optimizer{};
  int attempt = 0;          ///< 0: the first start; r: the r-th restart
  int epoch = 0;            ///< epochs of this attempt
  DetectorCurves curves{};  ///< of this attempt. While it runs, the last epoch is missing: the next one measures it.
  bool finished = false;
  bool reached = false;  ///< the stop rule was met; false with `finished`: this is the best attempt (keep_best)

  /// keep_best only: the weights of the highest training accuracy so far, over all attempts; the earliest of equals.
  struct Best {
    Mlp network;
    int attempt = 0, epoch = 0;
    double accuracy = -1;     ///< -1: none yet
    DetectorCurves curves{};  ///< up to that epoch, once the attempt is over; before, empty
  };
  Best best{};
};

/// Trains the detectors of all classes together, in rounds of a fixed number of epochs: side by side, one on a thread,
/// while there are enough of them, then one after the other on all threads. The result depends on neither.
///
/// The detector of class c draws from child(c) of the given stream: its samples from child("train") and child("test")
/// of that, the initial weights of attempt r from child("init").child(r).
class DetectorTraining {
 public:
  /// Begins, or continues from `states` (one for each class). Throws UsageError if an option is out of range, or a
  /// class has fewer training samples than `positives`, the others fewer than `negatives` (the message has the counts).
  DetectorTraining(const DetectorOptions& options, const Dataset& train, const Dataset& test,
                   const RandomStream& random, std::vector<DetectorState> states = {});

  bool finished() const;

  /// Up to 64 epochs of every detector that is not finished. Cost: an epoch of 1,600 weights on 10,000 training and
  /// 6,000 test samples takes one core with AVX2 about 2.5 ms. Throws ComputeError if a loss is no longer finite or
  /// no attempt of a detector reached stop_accuracy (unless keep_best); Interrupted. Each state is then that after
  /// some epoch.
  void run_round(Progress& progress = Progress::none());

  /// Rounds until finished(); reports (detectors finished, C) and notes the progress of the others.
  void run(Progress& progress = Progress::none());

  const std::vector<DetectorState>& states() const { return states_; }  ///< [C]

 private:
  /// The data of one detector: label 1 the class, 0 the others.
  struct Data {
    Dataset train, test;
  };

  void measure(std::size_t detector, const BatchScore& on_train, Progress& progress);
  void begin_attempt(std::size_t detector, int attempt);
  void end_attempt(std::size_t detector);
  void run_epoch(std::size_t detector, Backprop& backprop, Progress& progress);
  void run_epochs(std::size_t detector, Progress& progress);

  DetectorOptions options_;
  RandomStream random_;
  std::vector<Data> data_;
  std::vector<DetectorState> states_;
};

}  // namespace inforelay
