// Generated sequences, for recurrent networks: n-back, delayed match to sample, flip-flops.
#include <fmt/format.h>

#include "core/checks.hpp"
#include "core/files/sha256.hpp"
#include "nn/data/sequence_tasks.hpp"
#include "nn/data/source.hpp"

namespace inforelay {
namespace {

constexpr int sequence_version = 1;

constexpr std::string_view nback_settings[]{"n", "steps", "train_steps", "trials", "train_trials"};
constexpr std::string_view delayed_match_settings[]{"symbols", "delay", "trials", "train_trials"};
constexpr std::string_view flip_flop_settings[]{"bits", "pulse", "steps", "train_steps", "trials", "train_trials"};

std::size_t count(const std::optional<std::int64_t>& given, std::size_t other) {
  return given ? static_cast<std::size_t>(*given) : other;
}

RandomStream stream_of(const DataOptions& options, std::string_view subset) {
  return RandomStream(options.seed, "data").child(options.dataset).child(subset);
}

/// Both sets, `make` being called with the steps and the trials of each.
template <class Make>
SequencePair both(const DataPlan& plan, Make make) {
  const DataSizes sizes = plan.sizes();
  return {make(sizes.train, sizes.train_steps, stream_of(plan.options, "train")),
          make(sizes.test, sizes.test_steps, stream_of(plan.options, "test"))};
}

/// `sizes` of the defaults, replaced by what the options give; train_steps 0: as many as test_steps.
DataSizes sequence_sizes(const DataOptions& options, DataSizes sizes) {
  const SequenceOptions& given = options.sequences;
  sizes.test_steps = count(given.steps, sizes.test_steps);
  sizes.train_steps = count(given.train_steps, sizes.train_steps > 0 ? sizes.train_steps : sizes.test_steps);
  sizes.train = limited(count(given.train_trials, sizes.train), options.train_limit);
  sizes.test = limited(count(given.trials, sizes.test), options.test_limit);
  sizes.input_bytes = sizeof(float);
  return sizes;
}

/// The 2,000 episodes of 256 bits and the 10,000 steps of Bohm, Kirkpatrick & Hintze (Neural Computation 2022).
DataSizes nback_sizes(const DataOptions& options) {
  return sequence_sizes(
      options,
      {.train = 2000, .test = 1, .inputs = 1, .classes = 2, .train_steps = 256, .test_steps = NBackOptions{}.steps});
}

DataSizes delayed_match_sizes(const DataOptions& options) {
  const DelayedMatchOptions defaults;
  const std::size_t steps = count(options.sequences.delay, defaults.delay) + 2;
  return sequence_sizes(options, {.train = 4000,
                                  .test = defaults.trials,
                                  .inputs = static_cast<int>(count(options.sequences.symbols, defaults.symbols)),
                                  .classes = 2,
                                  .test_steps = steps});
}

DataSizes flip_flop_sizes(const DataOptions& options) {
  const FlipFlopOptions defaults;
  const auto bits = static_cast<int>(count(options.sequences.bits, defaults.bits));
  return sequence_sizes(
      options,
      {.train = defaults.trials, .test = 200, .inputs = bits, .classes = 1 << bits, .test_steps = defaults.steps});
}

std::string digest(const DataOptions& options, const DataSizes& sizes, std::string_view details) {
  return sha256_hex(fmt::format("inforelay {} version {}, seed {}, {}, {} trials of {} + {} of {} steps\n",
                                options.dataset, sequence_version, options.seed, details, sizes.train,
                                sizes.train_steps, sizes.test, sizes.test_steps));
}

NBackOptions nback_options(const DataOptions& options) { return {.n = count(options.sequences.n, NBackOptions{}.n)}; }

FlipFlopOptions flip_flop_options(const DataOptions& options) {
  const FlipFlopOptions defaults;
  return {.bits = count(options.sequences.bits, defaults.bits),
          .pulse = options.sequences.pulse.value_or(defaults.pulse)};
}

DelayedMatchOptions delayed_match_options(const DataOptions& options) {
  const DelayedMatchOptions defaults;
  return {.symbols = count(options.sequences.symbols, defaults.symbols),
          .delay = count(options.sequences.delay, defaults.delay)};
}

}  // namespace

extern const DataSource nback_source;
const DataSource nback_source{
    .name = "nback",
    .title = "the n-back task",
    .about = "sequences of random bits, generated; the label of a step is the bit n steps ago",
    .note = "",
    .settings = nback_settings,
    .sizes = nback_sizes,
    .sha256 =
        [](const DataOptions& options) {
          return digest(options, nback_sizes(options), fmt::format("n {}", nback_options(options).n));
        },
    .load_sequences =
        [](const DataPlan& plan, Progress&) {
          return both(plan, [&](std::size_t trials, std::size_t steps, const RandomStream& random) {
            return n_back({.n = nback_options(plan.options).n, .trials = trials, .steps = steps}, random);
          });
        },
};

extern const DataSource delayed_match_source;
const DataSource delayed_match_source{
    .name = "delayed_match",
    .title = "delayed match to sample",
    .about = "sequences, generated: a symbol, a delay, and the same symbol or another; the label is whether they match",
    .note = "",
    .settings = delayed_match_settings,
    .sizes = delayed_match_sizes,
    .sha256 =
        [](const DataOptions& options) {
          const DelayedMatchOptions task = delayed_match_options(options);
          return digest(options, delayed_match_sizes(options),
                        fmt::format("symbols {}, delay {}", task.symbols, task.delay));
        },
    .load_sequences =
        [](const DataPlan& plan, Progress&) {
          return both(plan, [&](std::size_t trials, std::size_t, const RandomStream& random) {
            DelayedMatchOptions task = delayed_match_options(plan.options);
            task.trials = trials;
            return delayed_match(task, random);
          });
        },
};

extern const DataSource flip_flop_source;
const DataSource flip_flop_source{
    .name = "flip_flop",
    .title = "the flip-flop memory",
    .about =
        "sequences of rare pulses on several inputs, generated; the label of a step is the sign of each last pulse",
    .note = "",
    .settings = flip_flop_settings,
    .sizes = flip_flop_sizes,
    .sha256 =
        [](const DataOptions& options) {
          const FlipFlopOptions task = flip_flop_options(options);
          return digest(options, flip_flop_sizes(options), fmt::format("bits {}, pulse {}", task.bits, task.pulse));
        },
    .load_sequences =
        [](const DataPlan& plan, Progress&) {
          return both(plan, [&](std::size_t trials, std::size_t steps, const RandomStream& random) {
            FlipFlopOptions task = flip_flop_options(plan.options);
            task.trials = trials;
            task.steps = steps;
            return flip_flop(task, random);
          });
        },
};

}  // namespace inforelay
