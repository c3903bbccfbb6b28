// How well would a scan of all sets run on many ranks? Measures what each of its parts costs, here on one thread, and
// plays the scheduler of experiments/ranks for 16 to 4,096 ranks of one thread on those costs. See bench/README.md.
//
//   bench_schedule SCAN [K] [PARTS]      SCAN: relay-train, relay-test, knockout-train, knockout-test, forward-test;
//                                        K: neurons (20: of the subject; others: of a network trained for five epochs);
//                                        PARTS: number of chunks, drawn at random, that are measured; the others are
//                                        given their costs
//   mpirun -n 2 bench_schedule messages  what a result costs rank 0, and how long an answer takes
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>
#include <numeric>
#include <queue>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/subject.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "core/sets/subset_statistics.hpp"
#include "experiments/ranks/chunk_scheduler.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "nn/training/trainer.hpp"

namespace inforelay::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Of this thread: what others do on the machine must not look like the cost of a part.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// Seconds, measured with `messages` on two ranks of one machine; the network of a cluster adds some 1e-5.
struct MessageCosts {
  double answer = 1.1e-3;  // from the end of a part to the arrival of new ones: most of it is sleep
  double result = 200e-6;  // of rank 0's time for a result of 64 KiB
  double smallest = 5e-6;  // the same for one of a few bytes
  double begin = 5e-3;     // to make the scan from its bytes
};

/// The scan to be measured, with all that it needs.
struct Scene {
  Scene(const std::string& scan_name, int neurons) {
    const bool forward_pass = scan_name == "forward-test";
    const Split split = scan_name.ends_with("train") ? Split::train : Split::test;
    const Dataset& images = subject().images(split);
    network = neurons == 20 && !forward_pass ? subject().network : trained(neurons, forward_pass);
    samples = layer_samples(network, images);
    if (scan_name.starts_with("relay")) {
      table = std::make_unique<StateTable>(state_table(samples, network.output_width()));
      path = greedy_relay(*table);
      scan = std::make_unique<ExhaustiveRelayScan>(*table, path);
    } else if (forward_pass || scan_name.starts_with("knockout")) {
      scan = std::make_unique<KnockoutScan>(KnockoutSubject{network, 1, samples.values, samples.input},
                                            KnockoutOptions{}, RandomStream(1, "exact knockouts draw nothing"));
    } else {
      throw std::runtime_error("there is no scan " + scan_name);
    }
  }

  static Mlp trained(int neurons, bool deep) {
    const RandomStream random(1, "schedule");
    RandomStream init = random.child("init");
    const std::vector<int> widths = deep ? std::vector{784, neurons, 10, 10} : std::vector{784, neurons, 10};
    const TrainingOptions options{.max_epochs = 5};
    Trainer trainer(options, {make_mlp(widths, Activation::tanh, Activation::tanh, init)}, subject().data.train,
                    subject().data.test, random);
    trainer.run();
    return trainer.state().network;
  }

  Mlp network;
  Samples samples;
  std::unique_ptr<StateTable> table;
  GreedyRelay path;
  std::unique_ptr<SubsetScan> scan;
};

struct PartCosts {
  std::vector<double> seconds;  // [parts]
  double chunk_seconds = 0;     // what a chunk costs besides: the tree of a knockout's class
  std::size_t result_bytes = 0;
};

// Of all parts, or of `count` in stretches of 16 that lie at random: neighbours share what they need, and cost alike.
PartCosts measure(const SubsetScan& scan, std::size_t count) {
  constexpr std::size_t stretch = 16;
  std::vector<std::size_t> begins;
  for (std::size_t part = 0; part < scan.chunk_count(); part += stretch) begins.push_back(part);
  RandomStream random(2, "stretches");
  if (count < scan.chunk_count()) shuffle(begins, random);
  PartCosts costs{std::vector<double>(scan.chunk_count(), -1)};
  std::vector<double> measured, firsts;
  for (const std::size_t begin : begins) {
    if (measured.size() >= count) break;
    std::vector<std::size_t> parts(std::min(stretch, scan.chunk_count() - begin));
    std::iota(parts.begin(), parts.end(), begin);
    double last = cpu_seconds();
    bool is_first = parts.size() > 1;  // it pays for what the stretch shares
    scan.compute(
        parts,
        [&](std::size_t part, ScanChunk&& result) {
          costs.result_bytes = result_message(part, result).size();
          const double seconds = cpu_seconds() - last;
          if (is_first) firsts.push_back(seconds);
          if (!is_first) measured.push_back(costs.seconds[part] = seconds);
          is_first = false;
          last = cpu_seconds();
        },
        Progress::none());
  }
  const auto mean = [](const std::vector<double>& all) {
    return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(std::max<std::size_t>(1, all.size()));
  };
  costs.chunk_seconds = std::max(0.0, mean(firsts) - mean(measured));
  for (double& each : costs.seconds) {
    if (each < 0) each = measured[random.below(measured.size())];
  }
  return costs;
}

struct Schedule {
  double makespan = 0;
  std::size_t chunks = 0;
};

/// Rank 0 deals out, takes results one after another, and computes too, as do ranks 1 to `ranks` - 1.
Schedule play(const PartCosts& parts, std::size_t ranks, const MessageCosts& cost) {
  struct Event {
    double time;
    std::size_t rank;
    bool operator<(const Event& other) const { return time > other.time; }
  };
  std::vector<std::size_t> numbers(parts.seconds.size());
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  ChunkScheduler scheduler(numbers, ranks);
  Schedule schedule;
  const double service =
      cost.smallest + (cost.result - cost.smallest) * static_cast<double>(parts.result_bytes) / 65536;
  struct Worker {
    std::size_t unfinished = 0;
    double free_at = 0;  // when it will have computed what it has
  };
  std::vector<Worker> workers(ranks);
  std::priority_queue<Event> results;  // as they arrive at rank 0
  double root = 0;                     // when rank 0 is free to take a message
  const auto feed = [&](std::size_t rank) {
    Worker& worker = workers[rank];
    if (!ChunkScheduler::wants_more(1, worker.unfinished)) return;
    const auto chunk = scheduler.next(1);
    if (chunk.empty()) return;
    ++schedule.chunks;
    double time = std::max(worker.free_at, rank == 0 ? root : root + cost.answer / 2);
    time += parts.chunk_seconds;
    for (const std::size_t part : chunk) {
      time += parts.seconds[part];
      results.push({rank == 0 ? time : time + cost.answer / 2, rank});
    }
    worker.free_at = time;
    worker.unfinished += chunk.size();
  };
  root = cost.begin + cost.answer / 2 * std::log2(static_cast<double>(ranks));  // the job goes down a tree
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    root += cost.smallest;
    feed(rank);
  }
  while (!results.empty()) {
    const Event event = results.top();
    results.pop();
    root = std::max(root, event.time) + service;
    --workers[event.rank].unfinished;
    feed(event.rank);
  }
  schedule.makespan = root;
  return schedule;
}

void tell(const std::string& name, int neurons, const PartCosts& parts, double elapsed) {
  std::vector<double> sorted = parts.seconds;
  std::sort(sorted.begin(), sorted.end());
  const double sum = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  const auto quantile = [&](double q) {
    return 1e3 * sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
  };
  fmt::print(stderr, "measured in {:.0f} s\n", elapsed);
  fmt::print(
      "# {} K={}: {} parts, {:.1f} CPU s, {} bytes a result; ms a part: min {:.2f}, 10 % {:.2f}, median {:.2f}, "
      "90 % {:.2f}, max {:.2f}; a chunk {:.2f} besides\n",
      name, neurons, sorted.size(), sum, parts.result_bytes, quantile(0), quantile(0.1), quantile(0.5), quantile(0.9),
      quantile(1), 1e3 * parts.chunk_seconds);
  fmt::print("ranks,seconds,efficiency,bound_by_parts,messages\n");
  for (std::size_t ranks = 1; ranks <= 4096; ranks *= ranks == 1 ? 16 : 2) {
    const Schedule schedule = play(parts, ranks, {});
    const double r = static_cast<double>(ranks);
    fmt::print("{},{:.4f},{:.3f},{:.3f},{}\n", ranks, schedule.makespan, sum / (r * schedule.makespan),
               sum / (r * std::max(sorted.back(), sum / r)), sorted.size() + schedule.chunks);
  }
}

// Rank 1 sends results as fast as it can, then answers questions as a worker does.
int measure_messages() {
  const std::unique_ptr<Ranks> joined = join_ranks();
  Ranks& all = *joined;
  if (all.size() != 2) throw std::runtime_error("messages are measured between two ranks: mpirun -n 2");
  constexpr int results = 4000, questions = 2000;
  const auto wait = [&] {
    Backoff patience(std::chrono::microseconds(all.rank() == 0 ? 200 : 500));  // as in a scan
    while (true) {
      if (auto message = all.receive()) return std::move(*message);
      if (all.unsent_bytes() > 0) patience.reset();
      patience.wait();
    }
  };
  // Of forward passes, and of a tree.
  for (const auto& [classes, sets] : {std::pair{10, 8}, std::pair{1, 1 << 14}}) {
    ScanChunk part{.first_class = 0,
                   .fixed = {},
                   .free = NeuronSet((static_cast<std::uint32_t>(sets) - 1)),
                   .values = RowMatrix<float>::Zero(classes, sets)};
    // As the scans do: into the table and the summaries, K = 20.
    RowMatrix<float> table = RowMatrix<float>::Zero(classes, 1 << 20);
    SubsetStatisticsCollector summaries(
        20, std::vector<SubsetStatisticsCollector::Range>(static_cast<std::size_t>(classes)));
    if (all.rank() == 1) {
      wait();
      for (int i = 0; i < results; ++i) {
        while (all.unsent_bytes() > (std::size_t{1} << 20)) continue;
        all.send(0, MessageKind::result, result_message(0, part));
      }
      while (all.unsent_bytes() > 0) continue;
      continue;
    }
    all.send(1, MessageKind::chunks, {});
    const auto begin = Clock::now();
    for (int i = 0; i < results; ++i) {
      const ScanChunk result = read_result(wait().bytes).second;
      put_chunk(result, table);
      summaries.add(result);
    }
    fmt::print("results of {} classes, {} sets: {:.1f} us each\n", classes, sets, 1e6 * seconds_since(begin) / results);
  }
  const auto begin = Clock::now();
  for (int i = 0; i < questions; ++i) {
    if (all.rank() == 0) {
      all.send(1, MessageKind::chunks, {});
      wait();
    } else {
      wait();
      all.send(0, MessageKind::ready, {});
    }
  }
  if (all.rank() == 0) fmt::print("answer: {:.1f} us\n", 1e6 * seconds_since(begin) / questions);
  return 0;
}

int run(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty() || words.size() > 3)
    throw std::runtime_error("usage: bench_schedule SCAN [K] [PARTS], or messages");
  if (words[0] == "messages") return measure_messages();
  const int neurons = words.size() > 1 ? std::stoi(words[1]) : 20;
  const std::size_t count = words.size() > 2 ? std::stoul(words[2]) : static_cast<std::size_t>(-1);
  fmt::print(stderr, "subject: {}\n", subject().description);
  const Scene scene(words[0], neurons);
  set_thread_count(1);
  const auto begin = Clock::now();
  const PartCosts costs = measure(*scene.scan, count);
  tell(words[0], neurons, costs, seconds_since(begin));
  return 0;
}

}  // namespace
}  // namespace inforelay::bench

int main(int argc, char** argv) {
  try {
    return inforelay::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_schedule: %s\n", error.what());
    return 1;
  }
}
