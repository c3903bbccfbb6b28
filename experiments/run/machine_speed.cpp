#include "experiments/run/machine_speed.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"
#include "core/random.hpp"
#include "core/statistics/kmeans.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/states/state_table.hpp"
#include "nn/network/mlp.hpp"
#include "nn/training/backprop.hpp"

namespace inforelay {
namespace {

/// One thread while it lives: CPU time of a thread is then that of the work.
class OneThread {
 public:
  OneThread() : threads_(thread_count()) { set_thread_count(1); }
  ~OneThread() { set_thread_count(threads_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int threads_;
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// The least of several times: what else went on can only add to it.
template <class Work>
double least_seconds(Work&& work) {
  constexpr int repeats = 4;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeats; ++i) {
    const double begin = cpu_seconds();
    work();
    least = std::min(least, cpu_seconds() - begin);
  }
  return least;
}

double dense_seconds() {
  constexpr int images = 250, pixels = 784, classes = 10;
  RandomStream random(1, "speed");
  RowMatrix<std::uint8_t> inputs(images, pixels);
  for (auto& input : inputs.reshaped()) input = static_cast<std::uint8_t>(random.below(256));
  std::vector<std::uint8_t> labels(images);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i % classes);
  const Dataset data(std::move(inputs), std::move(labels), classes);
  const Mlp network = make_mlp(std::array{pixels, 20, classes}, Activation::tanh, Activation::tanh, random);
  std::vector<std::uint32_t> all(images);
  std::iota(all.begin(), all.end(), 0u);
  Backprop backprop(Loss::mean_squared_error);
  return least_seconds([&] {
    for (int i = 0; i < 4; ++i) backprop.run(network, data, all, Progress::none());
  });
}

double tables_seconds() {
  constexpr int neurons = 12, classes = 4;
  RandomStream random(2, "speed");
  std::vector<StateWord> states(3000);
  std::vector<std::uint8_t> inputs, outputs;
  for (StateWord& state : states) {
    state = static_cast<StateWord>(random.below(1u << neurons)) & static_cast<StateWord>(random.below(1u << neurons));
    inputs.push_back(static_cast<std::uint8_t>(random.below(classes)));
    outputs.push_back(random.below(4) == 0 ? static_cast<std::uint8_t>(random.below(classes)) : inputs.back());
  }
  const StateTable table(states, inputs, outputs, neurons, classes);
  const GreedyRelay greedy = greedy_relay(table);
  return least_seconds([&] { exhaustive_relay(table, greedy); });
}

double scalar_seconds() {
  RandomStream random(3, "speed");
  RowMatrix<float> points(600, 10);
  for (auto& x : points.reshaped()) x = static_cast<float>(random.below(1000));
  return least_seconds([&] { kmeans(points, 8, {.restarts = 2, .max_iterations = 10}, random.child("centres")); });
}

// What these take on the reference machine.
constexpr double reference_dense = 1.1e-3, reference_tables = 1.12e-2, reference_scalar = 7.7e-4;

}  // namespace

MachineSpeed measure_speed() {
  const OneThread alone;
  return {.dense = dense_seconds() / reference_dense,
          .tables = tables_seconds() / reference_tables,
          .scalar = scalar_seconds() / reference_scalar};
}

int threads_at_once(int wanted) {
  cpu_set_t cores;
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? std::min(wanted, CPU_COUNT(&cores)) : wanted;
}

}  // namespace inforelay
