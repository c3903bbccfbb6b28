#include "nn/recurrent/recurrent_trainer.hpp"

#include <limits>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/data/sequence_tasks.hpp"
#include "nn/recurrent/recurrent_hdf5.hpp"
#include "nn/recurrent/recurrent_run.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/recurrent/reference_recurrent.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

const RandomStream stream(4, "train");

RecurrentTrainerState start(RecurrentKind kind, int inputs, int units, int outputs, int layers = 1) {
  RandomStream random(3, "start");
  return {.network = make_recurrent(
              {.kind = kind, .inputs = inputs, .units = units, .layers = layers, .outputs = outputs}, random)};
}

RecurrentTrainingOptions few_epochs(int epochs) {
  RecurrentTrainingOptions options;
  options.batch_size = 8;
  options.max_epochs = epochs;
  options.clip_norm = 0.5;
  return options;
}

}  // namespace

TEST_CASE("Every kind of network learns the bit one step ago", "[recurrent][trainer]") {
  const SequenceData train = n_back({.n = 1, .trials = 200, .steps = 20}, RandomStream(1, "train"));
  const SequenceData test = n_back({.n = 1, .trials = 20, .steps = 50}, RandomStream(1, "test"));
  for (const RecurrentKind kind : test::all_kinds) {
    for (const auto loss : {Loss::mean_squared_error, Loss::cross_entropy}) {
      CAPTURE(word_of(recurrent_kind_names, kind), word_of(loss_names, loss));
      RecurrentTrainingOptions options;
      options.batch_size = 4;
      options.optimizer.learning_rate = 1e-2;
      options.loss = loss;
      options.accuracy = 0.999;
      options.max_epochs = 60;
      const RecurrentTrainerState beginning = start(kind, 1, 6, loss == Loss::cross_entropy ? 2 : 1);
      CHECK(sequence_accuracy(run_recurrent(beginning.network, test.inputs).output, test, 0.5f) < 0.8);
      RecurrentTrainer trainer(options, beginning, train, test, stream);
      trainer.run();
      CHECK(trainer.state().reached);
      CHECK(trainer.state().curve.accuracy_test.back() > 0.99);
      CHECK(trainer.state().curve.loss.size() == static_cast<std::size_t>(trainer.state().epoch));
    }
  }
}

TEST_CASE("Networks learn labels at the end of trials", "[recurrent][trainer]") {
  const SequenceData train = delayed_match({.symbols = 2, .delay = 3, .trials = 400}, RandomStream(1, "train"));
  RecurrentTrainingOptions options;
  options.batch_size = 10;
  options.optimizer.learning_rate = 1e-2;
  options.loss = Loss::cross_entropy;
  options.accuracy = 1.0;
  options.max_epochs = 60;
  RecurrentTrainer trainer(options, start(RecurrentKind::gru, 2, 8, 2), train, train, stream);
  trainer.run();
  CHECK(trainer.state().reached);
}

TEST_CASE("A training gives the same weights for any number of threads, saved in between or not",
          "[recurrent][trainer][checkpoint]") {
  const SequenceData train = n_back({.n = 2, .trials = 70, .steps = 15}, RandomStream(1, "train"));
  const test::TemporaryFolder folder;
  for (const RecurrentKind kind : test::all_kinds) {
    set_thread_count(1);
    RecurrentTrainer whole(few_epochs(4), start(kind, 1, 5, 1, 2), train, train, stream);
    whole.run();
    set_thread_count(3);
    RecurrentTrainer begun(few_epochs(4), start(kind, 1, 5, 1, 2), train, train, stream);
    begun.run_epoch();
    begun.run_epoch();
    {
      Hdf5Writer file(folder / "state.h5");
      write_recurrent_state(file, begun.state());
      file.commit();
    }
    RecurrentTrainerState saved = read_recurrent_state(Hdf5Reader(folder / "state.h5"));
    check_resumable(saved, start(kind, 1, 5, 1, 2).network, 4);
    RecurrentTrainer resumed(few_epochs(4), std::move(saved), train, train, stream);
    resumed.run();
    CHECK(resumed.finished());
    CHECK(test::same_parameters(resumed.state().network, whole.state().network));
    CHECK(resumed.state().optimizer == whole.state().optimizer);
    CHECK(resumed.state().curve == whole.state().curve);
    CHECK(resumed.state().epoch == 4);
    CHECK(resumed.state().reached);
  }
}

TEST_CASE("A saved training of a recurrent network that does not fit is rejected, for each kind of difference",
          "[recurrent][checkpoint]") {
  const RecurrentNetwork beginning = start(RecurrentKind::gru, 1, 5, 1).network;
  const auto refused = [&](auto change, const std::string& message) {
    RecurrentTrainerState state = start(RecurrentKind::gru, 1, 5, 1);
    const std::size_t parameters = state.network.parameter_count();
    state.optimizer = {
        .step = 9, .first_moment = std::vector<float>(parameters), .second_moment = std::vector<float>(parameters)};
    state.epoch = 2;
    state.curve.loss = state.curve.accuracy_train = state.curve.accuracy_test = {0.5, 0.25};
    CHECK_NOTHROW(check_resumable(state, beginning, 3));
    change(state);
    CHECK_THROWS_WITH(check_resumable(state, beginning, 3), message);
  };
  refused([](auto& s) { s.network = start(RecurrentKind::lstm, 1, 5, 1).network; },
          "the network is lstm 1-5-1 identity, expected gru 1-5-1 identity");
  refused([](auto& s) { s.network = start(RecurrentKind::gru, 1, 4, 1).network; },
          "the network is gru 1-4-1 identity, expected gru 1-5-1 identity");
  refused([](auto& s) { s.optimizer.second_moment.pop_back(); },
          "the optimiser of the network has 125 values, expected 126");
  refused([](auto& s) { s.epoch = 4; }, "the epoch is 4, expected [0,3]");
  refused([](auto& s) { s.curve.accuracy_test.pop_back(); }, "a curve has 1 epochs, expected 2");
}

TEST_CASE("Damaged networks in HDF5 are rejected by place", "[recurrent][checkpoint]") {
  const test::TemporaryFolder folder;
  const auto refused = [&](auto change, const std::string& message) {
    RecurrentNetwork network = start(RecurrentKind::gru, 2, 5, 3).network;
    change(network);
    {
      Hdf5Writer file(folder / "network.h5");
      write_recurrent_network(file, "n", network);
      file.commit();
    }
    CHECK_THROWS_WITH(read_recurrent_network(Hdf5Reader(folder / "network.h5"), "n"), Contains(message));
  };
  refused([](auto& n) { n.kind = RecurrentKind::lstm; }, "/n: W_ih of layer 1 has 15 rows, expected 20");
  refused([](auto& n) { n.readout.weight.conservativeResize(3, 4); }, "/n: the readout takes 4 inputs, expected 5");
  refused([](auto& n) { n.layers.push_back(n.layers[0]); }, "/n: layer 2 takes 2 inputs, expected 5");
}

TEST_CASE("Options and networks that do not fit a training are refused by name", "[recurrent][trainer]") {
  const SequenceData data = n_back({.n = 1, .trials = 2, .steps = 4}, stream);
  const auto refused = [&](auto change, const std::string& message) {
    RecurrentTrainingOptions options;
    change(options);
    CHECK_THROWS_WITH(RecurrentTrainer(options, start(RecurrentKind::gru, 1, 3, 1), data, data, stream),
                      Contains(message));
  };
  refused([](auto& o) { o.clip_norm = 0.0; }, "clip_norm is 0");
  refused([](auto& o) { o.accuracy = 1.5; }, "accuracy is 1.5");
  refused([](auto& o) { o.max_epochs = 0; }, "max_epochs is 0");
  refused([](auto& o) { o.targets = {1, 1}; }, "targets.off is 1");
  refused([](auto& o) { o.loss = Loss::cross_entropy; }, "needs at least two outputs");
  CHECK_THROWS_WITH(RecurrentTrainer({}, start(RecurrentKind::gru, 2, 3, 1), data, data, stream),
                    Contains("the network takes 2 inputs but the data have 1"));
  CHECK_THROWS_WITH(RecurrentTrainer({}, start(RecurrentKind::gru, 1, 3, 3), data, data, stream),
                    Contains("3 outputs but the data 2 classes"));
}

TEST_CASE("A training that diverges ends with an error and keeps the state before the epoch", "[recurrent][trainer]") {
  const SequenceData data = n_back({.n = 1, .trials = 4, .steps = 4}, stream);
  RecurrentTrainerState state = start(RecurrentKind::rnn_relu, 1, 3, 1);
  state.network.readout.bias[0] = std::numeric_limits<float>::infinity();
  RecurrentTrainer trainer({}, state, data, data, stream);
  CHECK_THROWS_WITH(trainer.run_epoch(), Contains("the loss is inf"));
  CHECK(trainer.state().epoch == 0);
  CHECK(trainer.state().curve.loss.empty());
}
