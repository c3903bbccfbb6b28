#include "nn/training/training_state_hdf5.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "nn/network/network_hdf5.hpp"

namespace inforelay {
namespace {

void write_curves(Hdf5Writer& file, const std::string& group, const DetectorCurves& curves) {
  for (const DetectorCurve& curve : detector_curves) {
    file.dataset(group + "/" + curve.name, curves.*curve.values,
                 {.units = "1", .long_name = "accuracy after each epoch", .dims = {"epoch"}});
  }
}

DetectorCurves read_curves(const Hdf5Reader& file, const std::string& group) {
  DetectorCurves curves;
  for (const DetectorCurve& curve : detector_curves)
    curves.*curve.values = file.vector<double>(group + "/" + curve.name);
  return curves;
}

std::string shape_of(const Mlp& network) {
  std::string text = fmt::format("{}", network.input_width());
  for (const DenseLayer& layer : network.layers)
    text += fmt::format("-{} {}", layer.out(), to_string(layer.activation));
  return text;
}

void check_shape(std::string_view what, const Mlp& saved, const Mlp& expected) {
  if (shape_of(saved) == shape_of(expected)) return;
  throw DataError("{} is {}, expected {}", what, shape_of(saved), shape_of(expected));
}

void check_curve(std::string_view what, std::size_t size, std::size_t expected) {
  if (size == expected) return;
  throw DataError("{} has {} epochs, expected {}", what, size, expected);
}

void check_detector(const std::string& what, const DetectorState& saved, const Mlp& beginning,
                    const DetectorOptions& options) {
  check_shape(what, saved.network, beginning);
  check_moments(what, saved.optimizer, saved.network.parameter_count());
  check_range<DataError>("the attempt of " + what, saved.attempt, 0, options.restarts);
  check_range<DataError>("the epoch of " + what, saved.epoch, 0, options.max_epochs);
  // While it runs, the last epoch is not measured yet.
  const auto epochs = static_cast<std::size_t>(saved.finished ? saved.epoch : std::max(saved.epoch - 1, 0));
  for (const DetectorCurve& curve : detector_curves) check_curve(what, (saved.curves.*curve.values).size(), epochs);
  const DetectorState::Best& best = saved.best;
  if (best.network.layers.empty()) return;
  check_shape("the best of " + what, best.network, beginning);
  check_range<DataError>("the best attempt of " + what, best.attempt, 0,
                         saved.finished ? options.restarts : saved.attempt);
  check_range<DataError>("the best epoch of " + what, best.epoch, 1, options.max_epochs);
  if (!options.keep_best) return;
  const bool over = saved.finished || best.attempt < saved.attempt;
  if (!over || saved.reached) return;
  for (const DetectorCurve& curve : detector_curves)
    check_curve("the best of " + what, (best.curves.*curve.values).size(), static_cast<std::size_t>(best.epoch));
}

}  // namespace

void write_optimizer_state(Hdf5Writer& file, const std::string& group, const OptimizerState& state) {
  file.attribute(group, "step", static_cast<std::int64_t>(state.step));
  file.dataset(group + "/first_moment", state.first_moment,
               {.units = "1", .long_name = "first moment of the optimiser", .dims = {"parameter"}});
  file.dataset(group + "/second_moment", state.second_moment,
               {.units = "1", .long_name = "second moment of the optimiser", .dims = {"second_parameter"}});
}

OptimizerState read_optimizer_state(const Hdf5Reader& file, const std::string& group) {
  return {.step = static_cast<std::uint64_t>(file.attribute<std::int64_t>(group, "step")),
          .first_moment = file.vector<float>(group + "/first_moment"),
          .second_moment = file.vector<float>(group + "/second_moment")};
}

// Both moments of a plain SGD, or of no step, may be empty.
void check_moments(std::string_view what, const OptimizerState& state, std::size_t parameters) {
  for (const auto* moment : {&state.first_moment, &state.second_moment}) {
    if (moment->empty() || moment->size() == parameters) continue;
    throw DataError("the optimiser of {} has {} values, expected {}", what, moment->size(), parameters);
  }
  if (state.step == 0 || !state.first_moment.empty()) return;
  throw DataError("the optimiser of {} has made {} steps but has no values", what, state.step);
}

void write_trainer_state(Hdf5Writer& file, const TrainerState& state) {
  write_network(file, "network", state.network);
  write_optimizer_state(file, "optimizer", state.optimizer);
  file.attribute("", "epoch", std::int64_t{state.epoch});
  file.attribute("", "reached", std::int64_t{state.reached});
  if (state.epoch > 0) {
    const DatasetInfo accuracy{.units = "1", .long_name = "balanced accuracy", .dims = {"epoch", "class"}};
    file.dataset("curve/accuracy_train", state.curve.accuracy_train, accuracy);
    file.dataset("curve/accuracy_test", state.curve.accuracy_test, accuracy);
    file.dataset("curve/loss", state.curve.loss, {.units = "1", .long_name = "loss", .dims = {"epoch"}});
  }
}

TrainerState read_trainer_state(const Hdf5Reader& file) {
  TrainerState state;
  state.network = read_network(file, "network");
  state.optimizer = read_optimizer_state(file, "optimizer");
  state.epoch = static_cast<int>(file.attribute<std::int64_t>("", "epoch"));
  state.reached = file.attribute<std::int64_t>("", "reached") != 0;
  if (state.epoch > 0) {
    state.curve.accuracy_train = file.matrix<double>("curve/accuracy_train");
    state.curve.accuracy_test = file.matrix<double>("curve/accuracy_test");
    const auto loss = file.vector<double>("curve/loss");
    state.curve.loss = Eigen::Map<const Eigen::VectorXd>(loss.data(), static_cast<Eigen::Index>(loss.size()));
  }
  return state;
}

void write_detector_states(Hdf5Writer& file, const std::vector<DetectorState>& states) {
  file.attribute("", "detectors", static_cast<std::int64_t>(states.size()));
  for (std::size_t c = 0; c < states.size(); ++c) {
    const DetectorState& state = states[c];
    const std::string group = fmt::format("{}", c);
    write_network(file, group + "/network", state.network);
    write_optimizer_state(file, group + "/optimizer", state.optimizer);
    file.attribute(group, "attempt", std::int64_t{state.attempt});
    file.attribute(group, "epoch", std::int64_t{state.epoch});
    file.attribute(group, "finished", std::int64_t{state.finished});
    file.attribute(group, "reached", std::int64_t{state.reached});
    write_curves(file, group, state.curves);
    if (state.best.network.layers.empty()) continue;
    const std::string best = group + "/best";
    write_network(file, best + "/network", state.best.network);
    file.attribute(best, "attempt", std::int64_t{state.best.attempt});
    file.attribute(best, "epoch", std::int64_t{state.best.epoch});
    file.attribute(best, "accuracy", state.best.accuracy);
    write_curves(file, best, state.best.curves);
  }
}

std::vector<DetectorState> read_detector_states(const Hdf5Reader& file) {
  std::vector<DetectorState> states;
  const auto count = file.attribute<std::int64_t>("", "detectors");
  for (std::int64_t c = 0; c < count; ++c) {
    const std::string group = fmt::format("{}", c);
    DetectorState state;
    state.network = read_network(file, group + "/network");
    state.optimizer = read_optimizer_state(file, group + "/optimizer");
    state.attempt = static_cast<int>(file.attribute<std::int64_t>(group, "attempt"));
    state.epoch = static_cast<int>(file.attribute<std::int64_t>(group, "epoch"));
    state.finished = file.attribute<std::int64_t>(group, "finished") != 0;
    state.reached = file.attribute<std::int64_t>(group, "reached") != 0;
    state.curves = read_curves(file, group);
    const std::string best = group + "/best";
    if (file.exists(best)) {
      state.best = {.network = read_network(file, best + "/network"),
                    .attempt = static_cast<int>(file.attribute<std::int64_t>(best, "attempt")),
                    .epoch = static_cast<int>(file.attribute<std::int64_t>(best, "epoch")),
                    .accuracy = file.attribute<double>(best, "accuracy"),
                    .curves = read_curves(file, best)};
    }
    states.push_back(std::move(state));
  }
  return states;
}

void check_resumable(const TrainerState& saved, const Mlp& beginning, int max_epochs) {
  check_shape("the network", saved.network, beginning);
  check_moments("the network", saved.optimizer, saved.network.parameter_count());
  check_range<DataError>("the epoch", saved.epoch, 0, max_epochs);
  const TrainingCurve& curve = saved.curve;
  const auto epochs = static_cast<std::size_t>(saved.epoch);
  check_curve("the curve of the loss", static_cast<std::size_t>(curve.loss.size()), epochs);
  for (const auto* accuracy : {&curve.accuracy_train, &curve.accuracy_test}) {
    check_curve("the curve of accuracies", static_cast<std::size_t>(accuracy->rows()), epochs);
    if (epochs > 0)
      check_range<DataError>("the classes of the curve", accuracy->cols(), beginning.output_width(),
                             beginning.output_width());
  }
}

void check_resumable(const std::vector<DetectorState>& saved, std::size_t classes, const Mlp& beginning,
                     const DetectorOptions& options) {
  if (saved.size() != classes) throw DataError("there are {} detectors, expected {}", saved.size(), classes);
  for (std::size_t c = 0; c < classes; ++c) check_detector(fmt::format("detector {}", c), saved[c], beginning, options);
}

}  // namespace inforelay
