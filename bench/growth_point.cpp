// One point of the growth curves: a scan of all sets of neurons at one size of the problem, in a process of its own so
// that its peak of memory is its own. bench/growth runs the points and draws the curves.
//
// The subject is a network D-K-C trained for ten epochs on MNIST (generated digits without INFORELAY_DATA), and N of
// the training images. Beyond 60,000 these are the same images moved by up to two pixels: nearest moves first, 25 in
// all. Beside ten classes: of C < 10 the class is digit modulo C; of C = 10 q each digit is cut into q classes by
// the amount of ink.
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "bench/subject.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "core/text/number_text.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/states/discretize.hpp"
#include "infotheory/states/state_table.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/training/trainer.hpp"

namespace inforelay::bench {
namespace {

constexpr int digit_classes = 10, image_side = 28, training_epochs = 10;

struct Point {
  std::string scan;  // relay, knockout
  std::string keep;  // table, summaries
  int neurons, samples, classes, threads, repeats;
};

// Labels of C classes in place of the digit_classes.
Dataset with_classes(const Dataset& images, int classes) {
  std::vector<Symbol> labels(images.labels().begin(), images.labels().end());
  if (classes < digit_classes) {
    for (Symbol& label : labels) label = static_cast<Symbol>(label % classes);
  } else if (classes > digit_classes) {
    const auto parts = static_cast<std::size_t>(classes / digit_classes);
    for (std::uint8_t digit = 0; digit < digit_classes; ++digit) {
      std::vector<std::pair<int, std::size_t>> by_ink;
      for (std::size_t n = 0; n < images.size(); ++n) {
        if (images.labels()[n] != digit) continue;
        by_ink.emplace_back(images.inputs().row(static_cast<Eigen::Index>(n)).cast<int>().sum(), n);
      }
      std::sort(by_ink.begin(), by_ink.end());
      for (std::size_t rank = 0; rank < by_ink.size(); ++rank) {
        labels[by_ink[rank].second] = static_cast<Symbol>(digit * parts + rank * parts / by_ink.size());
      }
    }
  }
  return {images.inputs(), std::move(labels), classes};
}

// The moves of images, nearest first; the first is none.
std::vector<std::array<int, 2>> moves() {
  std::vector<std::array<int, 2>> all;
  for (int y = -2; y <= 2; ++y) {
    for (int x = -2; x <= 2; ++x) all.push_back({x, y});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a[0] * a[0] + a[1] * a[1] < b[0] * b[0] + b[1] * b[1]; });
  return all;
}

Dataset moved(const Dataset& images, std::array<int, 2> by) {
  RowMatrix<std::uint8_t> pixels = RowMatrix<std::uint8_t>::Zero(images.inputs().rows(), images.inputs().cols());
  for (int y = 0; y < image_side; ++y) {
    for (int x = 0; x < image_side; ++x) {
      const int to_x = x + by[0], to_y = y + by[1];
      if (to_x < 0 || to_x >= image_side || to_y < 0 || to_y >= image_side) continue;
      pixels.col(to_y * image_side + to_x) = images.inputs().col(y * image_side + x);
    }
  }
  return {std::move(pixels), {images.labels().begin(), images.labels().end()}, images.class_count()};
}

// What the scans are given. The images are gone by then.
struct Layer {
  Mlp network;
  Samples samples;
  UnitStates states;  // [N,K]
};

Layer make_layer(const Point& point) {
  const DataPair data = load_images(std::getenv("INFORELAY_DATA"));
  const Dataset train = with_classes(data.train, point.classes), test = with_classes(data.test, point.classes);
  const RandomStream random(1, "growth");
  RandomStream init = random.child("init");
  const std::array widths{train.input_width(), point.neurons, point.classes};
  const TrainingOptions options{.max_epochs = training_epochs};
  Trainer trainer(options, {make_mlp(widths, Activation::tanh, Activation::tanh, init)}, train, test, random);
  trainer.run();

  Layer layer{.network = trainer.state().network, .samples = {}, .states = {}};
  Samples& all = layer.samples;
  all.values.resize(point.samples, point.neurons);
  for (const std::array<int, 2> move : moves()) {
    const auto begin = std::ssize(all.input), missing = point.samples - begin;
    if (missing == 0) break;
    const Samples some = layer_samples(layer.network, moved(train.head(static_cast<std::size_t>(missing)), move));
    all.values.middleRows(begin, some.values.rows()) = some.values;
    all.input.insert(all.input.end(), some.input.begin(), some.input.end());
    all.output.insert(all.output.end(), some.output.begin(), some.output.end());
  }
  layer.states = discretize(all.values, thresholds(all.values));
  return layer;
}

// The peak of this process's resident memory since it was last set back, in bytes.
double peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return 1024 * std::strtod(line.c_str() + 6, nullptr);
  }
  throw ComputeError("growth: /proc/self/status has no VmHWM");
}

void set_peak_back() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

int integer(std::string_view name, const char* text, int low, int high) {
  const auto value = number_from<int>(text);
  if (!value || *value < low || *value > high) {
    throw UsageError(fmt::format("growth: {} is '{}', expected an integer in [{},{}]", name, text, low, high));
  }
  return *value;
}

Point read_point(char** arguments) {
  const Point point{.scan = arguments[0],
                    .keep = arguments[1],
                    .neurons = integer("K", arguments[2], 1, NeuronSet::max_exhaustive_neurons),
                    .samples = integer("N", arguments[3], 1, 1'500'000),
                    .classes = integer("C", arguments[4], 2, 250),
                    .threads = integer("threads", arguments[5], 1, 1024),
                    .repeats = integer("repeats", arguments[6], 1, 100)};
  if (point.scan != "relay" && point.scan != "knockout") throw UsageError("growth: the scan is relay or knockout");
  if (point.keep != "table" && point.keep != "summaries")
    throw UsageError("growth: what is kept is table or summaries");
  if (point.classes > digit_classes && point.classes % digit_classes != 0) {
    throw UsageError(fmt::format("growth: C is {}, expected 2 to 10 or a multiple of 10", point.classes));
  }
  return point;
}

// From states or activations to the result.
void scan(const Point& point, const Layer& layer) {
  const AllSetsTable keep = point.keep == "table" ? AllSetsTable::keep : AllSetsTable::discard;
  if (point.scan == "relay") {
    const StateTable table(layer.states, layer.samples.input, layer.samples.output,
                           one_vs_rest(numbered_names(point.classes)));
    const GreedyRelay greedy = greedy_relay(table);
    ExhaustiveRelayScan relay(table, greedy, keep);
    run_whole(relay, Progress::none());
    if (relay.result().statistics.neurons() != point.neurons) throw ComputeError("growth: no result");
  } else {
    const KnockoutSubject subject{layer.network, 1, layer.samples.values, layer.samples.input};
    KnockoutScan knockout(subject, {}, RandomStream(1, "exact knockouts draw nothing"), keep);
    run_whole(knockout, Progress::none());
    if (knockout.result().statistics.neurons() != point.neurons) throw ComputeError("growth: no result");
  }
}

// The best of the repeats: a shared machine only ever adds.
int run(char** arguments) {
  const Point point = read_point(arguments);
  const Layer layer = make_layer(point);
  const auto occupied = occupancy(layer.states).occupied;
  set_thread_count(point.threads);
  set_peak_back();
  const double before = peak_bytes();
  double wall = std::numeric_limits<double>::infinity(), cpu = wall;
  for (int i = 0; i < point.repeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t cpu_begin = std::clock();
    scan(point, layer);
    cpu = std::min(cpu, static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC);
    wall = std::min(wall, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  fmt::print("{},{},{},{},{},{},{},{:.4f},{:.4f},{:.1f},{:.1f}\n", point.scan, point.keep, point.neurons, point.samples,
             point.classes, point.threads, occupied, wall, cpu, before / 1e6, peak_bytes() / 1e6);
  return 0;
}

}  // namespace
}  // namespace inforelay::bench

int main(int argc, char** argv) {
  constexpr int expected = 8;
  if (argc != expected) {
    std::fprintf(stderr, "usage: growth_point relay|knockout table|summaries K N C THREADS REPEATS\n");
    return 2;
  }
  try {
    return inforelay::bench::run(argv + 1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
