#include "experiments/checkpoint.hpp"

#include <fmt/format.h>

#include "core/hdf5_file.hpp"
#include "nn/network_hdf5.hpp"

namespace inforelay {
namespace {

void write_optimizer(Hdf5Writer& file, const std::string& group, const OptimizerState& state) {
  file.attribute(group, "step", static_cast<std::int64_t>(state.step));
  file.dataset(group + "/first_moment", state.first_moment,
               {.units = "1", .long_name = "first moment of the optimiser", .dims = {"parameter"}});
  file.dataset(group + "/second_moment", state.second_moment,
               {.units = "1", .long_name = "second moment of the optimiser", .dims = {"second_parameter"}});
}

OptimizerState read_optimizer(const Hdf5Reader& file, const std::string& group) {
  return {.step = static_cast<std::uint64_t>(file.attribute<std::int64_t>(group, "step")),
          .first_moment = file.vector<float>(group + "/first_moment"),
          .second_moment = file.vector<float>(group + "/second_moment")};
}

void write_curve(Hdf5Writer& file, const std::string& path, const std::vector<double>& accuracy) {
  file.dataset(path, accuracy, {.units = "1", .long_name = "accuracy after each epoch", .dims = {"epoch"}});
}

}  // namespace

void write_trainer_state(const std::filesystem::path& path, const TrainerState& state) {
  Hdf5Writer file(path);
  write_network(file, "network", state.network);
  write_optimizer(file, "optimizer", state.optimizer);
  file.attribute("", "epoch", std::int64_t{state.epoch});
  file.attribute("", "reached", std::int64_t{state.reached});
  if (state.epoch > 0) {
    const DatasetInfo accuracy{.units = "1", .long_name = "balanced accuracy", .dims = {"epoch", "class"}};
    file.dataset("curve/accuracy_train", state.curve.accuracy_train, accuracy);
    file.dataset("curve/accuracy_test", state.curve.accuracy_test, accuracy);
    file.dataset("curve/loss", state.curve.loss, {.units = "1", .long_name = "loss", .dims = {"epoch"}});
  }
  file.commit();
}

TrainerState read_trainer_state(const std::filesystem::path& path) {
  const Hdf5Reader file(path);
  TrainerState state;
  state.network = read_network(file, "network");
  state.optimizer = read_optimizer(file, "optimizer");
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

void write_detector_states(const std::filesystem::path& path, const std::vector<DetectorState>& states) {
  Hdf5Writer file(path);
  file.attribute("", "detectors", static_cast<std::int64_t>(states.size()));
  for (std::size_t c = 0; c < states.size(); ++c) {
    const DetectorState& state = states[c];
    const std::string group = fmt::format("{}", c);
    write_network(file, group + "/network", state.network);
    write_optimizer(file, group + "/optimizer", state.optimizer);
    file.attribute(group, "attempt", std::int64_t{state.attempt});
    file.attribute(group, "epoch", std::int64_t{state.epoch});
    file.attribute(group, "finished", std::int64_t{state.finished});
    file.attribute(group, "reached", std::int64_t{state.reached});
    write_curve(file, group + "/accuracy_train", state.accuracy_train);
    write_curve(file, group + "/accuracy_test", state.accuracy_test);
    if (state.best.network.layers.empty()) continue;
    const std::string best = group + "/best";
    write_network(file, best + "/network", state.best.network);
    file.attribute(best, "attempt", std::int64_t{state.best.attempt});
    file.attribute(best, "epoch", std::int64_t{state.best.epoch});
    file.attribute(best, "accuracy", state.best.accuracy);
    write_curve(file, best + "/accuracy_train", state.best.accuracy_train);
    write_curve(file, best + "/accuracy_test", state.best.accuracy_test);
  }
  file.commit();
}

std::vector<DetectorState> read_detector_states(const std::filesystem::path& path) {
  const Hdf5Reader file(path);
  std::vector<DetectorState> states;
  const auto count = file.attribute<std::int64_t>("", "detectors");
  for (std::int64_t c = 0; c < count; ++c) {
    const std::string group = fmt::format("{}", c);
    DetectorState state;
    state.network = read_network(file, group + "/network");
    state.optimizer = read_optimizer(file, group + "/optimizer");
    state.attempt = static_cast<int>(file.attribute<std::int64_t>(group, "attempt"));
    state.epoch = static_cast<int>(file.attribute<std::int64_t>(group, "epoch"));
    state.finished = file.attribute<std::int64_t>(group, "finished") != 0;
    state.reached = file.attribute<std::int64_t>(group, "reached") != 0;
    state.accuracy_train = file.vector<double>(group + "/accuracy_train");
    state.accuracy_test = file.vector<double>(group + "/accuracy_test");
    const std::string best = group + "/best";
    if (file.exists(best)) {
      state.best = {.network = read_network(file, best + "/network"),
                    .attempt = static_cast<int>(file.attribute<std::int64_t>(best, "attempt")),
                    .epoch = static_cast<int>(file.attribute<std::int64_t>(best, "epoch")),
                    .accuracy = file.attribute<double>(best, "accuracy"),
                    .accuracy_train = file.vector<double>(best + "/accuracy_train"),
                    .accuracy_test = file.vector<double>(best + "/accuracy_test")};
    }
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace inforelay
