#include "nn/data/sequence_tasks.hpp"

#include "core/checks.hpp"

namespace inforelay {
namespace {

void check_counts(std::string_view task, std::size_t trials, std::size_t steps) {
  check_bounded(trials >= 1, std::string(task) + ": trials", trials, "at least 1");
  check_bounded(steps >= 1, std::string(task) + ": steps", steps, "at least 1");
}

}  // namespace

SequenceData n_back(const NBackOptions& options, const RandomStream& random) {
  check_counts("nback", options.trials, options.steps);
  SequenceData data{.inputs = {options.trials, options.steps, 1},
                    .labels = std::vector<Symbol>(options.trials * options.steps),
                    .label_time = LabelTime::each,
                    .class_names = numbered_names(2)};
  for (std::size_t trial = 0; trial < options.trials; ++trial) {
    RandomStream stream = random.child(trial);
    for (std::size_t t = 0; t < options.steps; ++t) {
      data.inputs.row(trial, t)[0] = static_cast<float>(stream.below(2));
      const bool is_on = t >= options.n && data.inputs.row(trial, t - options.n)[0] == 1.0f;
      data.labels[trial * options.steps + t] = is_on ? 1 : 0;
    }
  }
  return data;
}

SequenceData delayed_match(const DelayedMatchOptions& options, const RandomStream& random) {
  check_range("delayed_match: symbols", options.symbols, 2, max_symbols);
  check_bounded(options.delay < SIZE_MAX - 2, "delayed_match: delay", options.delay, "fewer steps");
  check_counts("delayed_match", options.trials, options.delay + 2);
  SequenceData data{.inputs = {options.trials, options.delay + 2, options.symbols},
                    .labels = std::vector<Symbol>(options.trials),
                    .class_names = {"other", "match"}};
  for (std::size_t trial = 0; trial < options.trials; ++trial) {
    RandomStream stream = random.child(trial);
    const std::size_t first = stream.below(options.symbols);
    const bool match = stream.below(2) == 1;
    const std::size_t distance = 1 + stream.below(options.symbols - 1);  // of another symbol
    data.inputs.row(trial, 0)[first] = 1;
    data.inputs.row(trial, options.delay + 1)[match ? first : (first + distance) % options.symbols] = 1;
    data.labels[trial] = match ? 1 : 0;
  }
  return data;
}

SequenceData flip_flop(const FlipFlopOptions& options, const RandomStream& random) {
  check_range("flip_flop: bits", options.bits, 1, 16);
  check_bounded(options.pulse >= 0 && options.pulse <= 1, "flip_flop: pulse", options.pulse, "a number in [0,1]");
  check_counts("flip_flop", options.trials, options.steps);
  SequenceData data{.inputs = {options.trials, options.steps, options.bits},
                    .labels = std::vector<Symbol>(options.trials * options.steps),
                    .label_time = LabelTime::each,
                    .class_names = {}};
  for (std::size_t number = 0; number < std::size_t{1} << options.bits; ++number) {
    std::string digits;
    for (std::size_t bit = 0; bit < options.bits; ++bit) digits += (number >> bit & 1u) != 0 ? '1' : '0';
    data.class_names.push_back(digits);
  }
  for (std::size_t trial = 0; trial < options.trials; ++trial) {
    RandomStream stream = random.child(trial);
    std::size_t memory = 0;
    for (std::size_t t = 0; t < options.steps; ++t) {
      for (std::size_t bit = 0; bit < options.bits; ++bit) {
        if (stream.uniform() >= options.pulse) continue;
        const bool up = stream.below(2) == 1;
        data.inputs.row(trial, t)[bit] = up ? 1.0f : -1.0f;
        memory = up ? memory | std::size_t{1} << bit : memory & ~(std::size_t{1} << bit);
      }
      data.labels[trial * options.steps + t] = static_cast<Symbol>(memory);
    }
  }
  return data;
}

}  // namespace inforelay
