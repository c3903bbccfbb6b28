// Training a network to classify, epoch by epoch, until it is good enough.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "nn/data/dataset.hpp"
#include "nn/network/mlp.hpp"
#include "nn/training/loss.hpp"
#include "nn/training/optimizer.hpp"

namespace inforelay {

/// Training ends after the first epoch at which `measure`, on the training images, is at least `at_least`; with none,
/// after max_epochs, which then counts as reached.
struct StopRule {
  enum class Measure {
    none,
    balanced_accuracy,  ///< mean over the outputs; on the sample where Evaluation is sampled
    accuracy,           ///< fraction of images classified rightly; always on all images
  };
  Measure measure = Measure::balanced_accuracy;
  double at_least = 0.96;
};

/// On which images the balanced accuracies of an epoch are measured.
struct Evaluation {
  enum class Method {
    exact,    ///< all images
    sampled,  ///< as the authors: draw_balanced_samples(), afresh after each epoch
  };
  Method method = Method::exact;
  std::size_t train_samples = 1000;  ///< n of a class, when sampled
  std::size_t test_samples = 800;
};

/// Defaults are those of the paper's full network.
struct TrainingOptions {
  std::size_t batch_size = 1000;  ///< samples a step; 0: all of them
  OptimizerOptions optimizer{};
  Loss loss = Loss::mean_squared_error;
  StopRule stop{};
  int max_epochs = 200;  ///< >= 1
  Evaluation evaluation{};

  /// Throws UsageError naming the first value out of range.
  void check() const;
};

/// What was measured after each of E epochs. C is the number of outputs.
struct TrainingCurve {
  RowMatrix<double> accuracy_train;  ///< [E,C] balanced accuracies
  RowMatrix<double> accuracy_test;   ///< [E,C]
  Eigen::VectorXd loss;              ///< [E] mean over the epoch's samples, each as its batch met it, before the step
};

/// Everything that training has come to: saved and given back to a Trainer, it goes on as if never stopped.
struct TrainerState {
  Mlp network;
  OptimizerState optimizer{};
  int epoch = 0;         ///< epochs done
  bool reached = false;  ///< the stop rule is met
  TrainingCurve curve{};
};

/// The steps of epoch number state.epoch over `train`, which Trainer::run_epoch follows by its measurements: changes
/// network and optimizer, and nothing else of `state`. Takes the samples in a random order, random.child(state.epoch),
/// in batches; the last one is smaller where the batch size does not divide N. Returns the mean loss, each sample's as
/// its batch met it. Throws as Trainer::run_epoch does; the state is then somewhere in the epoch.
double train_epoch(const TrainingOptions& options, const Dataset& train, const RandomStream& random,
                   TrainerState& state, Progress& progress = Progress::none());

/// Trains one network. The data must outlive the trainer.
///
/// Weights depend on the state and the stream only: neither on the number of threads nor on whether the training was
/// saved in between.
class Trainer {
 public:
  /// Goes on from `state`; TrainerState{network} begins. Throws UsageError where the network does not fit the data (as
  /// many outputs as classes, or one output and two classes; widths) or an option is out of range; DataError where a
  /// class has no image.
  Trainer(const TrainingOptions& options, TrainerState state, const Dataset& train, const Dataset& test,
          const RandomStream& random);

  /// The stop rule is met, or max_epochs are done.
  bool finished() const { return state_.reached || state_.epoch >= options_.max_epochs; }

  /// One epoch and its measurements. Cost for 784-20-10, 60,000 + 10,000 images and batches of 1000 on one core with
  /// AVX2: 59 ms for the steps, 34 ms for the accuracies. Throws ComputeError when the loss is no longer finite;
  /// Interrupted. The state is then that before the epoch.
  void run_epoch(Progress& progress = Progress::none());

  /// Epochs until finished(); reports (epoch, max_epochs) and notes the mean balanced accuracy after each.
  void run(Progress& progress = Progress::none());

  const TrainerState& state() const { return state_; }

 private:
  void measure(TrainerState& next, double loss, Progress& progress) const;

  TrainingOptions options_;
  TrainerState state_;
  const Dataset& train_;
  const Dataset& test_;
  RandomStream random_;
};

}  // namespace inforelay
