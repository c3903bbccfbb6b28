// Boolean tasks as a data source: all 2^n inputs, or random ones with noise.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/files/sha256.hpp"
#include "core/random.hpp"
#include "nn/data/boolean_task.hpp"
#include "nn/data/source.hpp"

namespace inforelay {
namespace {

constexpr int boolean_version = 1;
constexpr std::string_view boolean_settings[]{"classes", "input_bits", "outputs", "samples", "noise"};

struct BooleanTask {
  int inputs;
  std::vector<std::string> names;  // [C]
  std::vector<Symbol> label;       // [2^inputs] bit c: output c
  std::size_t samples;             // 0: all inputs, once each
  double noise;
};

std::vector<std::uint8_t> checked_values(const std::string& expression, int inputs) {
  std::vector<std::uint8_t> values;
  try {
    values = boolean_values(expression, inputs);
  } catch (const UsageError& error) {
    throw UsageError("data.outputs: {}", error.what());
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high) throw UsageError("data.outputs: '{}' is {} for all inputs", expression, int{*low});
  return values;
}

BooleanTask task_of(const DataOptions& options) {
  const BooleanOptions& given = options.boolean;
  if (!given.input_bits) throw UsageError("data.input_bits is missing: the number of input bits of the Boolean task");
  if (given.outputs.empty())
    throw UsageError("data.outputs is missing: the expressions of the output bits, such as [xor(1,2), and(3,4)]");
  if (given.outputs.size() > max_label_bits)
    throw UsageError("data.outputs has {} expressions, expected at most {}", given.outputs.size(), max_label_bits);
  if (!options.classes.empty() && options.classes.size() != given.outputs.size())
    throw UsageError("data.classes has {} names, but data.outputs {} expressions", options.classes.size(),
                     given.outputs.size());
  BooleanTask task{.inputs = static_cast<int>(*given.input_bits),
                   .names = options.classes.empty() ? given.outputs : options.classes,
                   .label = {},
                   .samples = static_cast<std::size_t>(given.samples.value_or(0)),
                   .noise = given.noise.value_or(0)};
  std::vector<std::string> sorted = task.names;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end())
    throw UsageError("data.{}: '{}' is there twice", options.classes.empty() ? "outputs" : "classes", *twice);
  check_bounded(task.noise >= 0 && task.noise < 0.5, "data.noise", task.noise, "a number in [0,0.5)");
  if (task.noise > 0 && task.samples == 0) throw UsageError("data.noise needs data.samples: noise is drawn for each");
  for (std::size_t c = 0; c < given.outputs.size(); ++c) {
    const std::vector<std::uint8_t> values = checked_values(given.outputs[c], task.inputs);
    task.label.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      task.label[i] = static_cast<Symbol>(task.label[i] | unsigned{values[i]} << c);
  }
  return task;
}

// Sample i depends on the stream and on i alone.
Dataset samples_of(const BooleanTask& task, std::size_t count, const RandomStream& random) {
  RowMatrix<std::uint8_t> inputs(static_cast<Eigen::Index>(count), task.inputs);
  std::vector<Symbol> labels(count);
  for (std::size_t i = 0; i < count; ++i) {
    RandomStream own = random.child(i);
    const std::size_t pattern = task.samples == 0 ? i : own.below(task.label.size());
    labels[i] = task.label[pattern];
    for (int bit = 0; bit < task.inputs; ++bit) {
      const bool flips = task.noise > 0 && own.uniform() < task.noise;
      inputs(static_cast<Eigen::Index>(i), bit) = static_cast<std::uint8_t>((pattern >> bit & 1u) ^ (flips ? 1u : 0u));
    }
  }
  return {std::move(inputs), std::move(labels), task.names, {}, LabelKind::bits};
}

DataSizes boolean_sizes(const DataOptions& options) {
  const BooleanTask task = task_of(options);
  const std::size_t samples = task.samples == 0 ? task.label.size() : task.samples;
  return {.train = limited(samples, options.train_limit),
          .test = limited(samples, options.test_limit),
          .inputs = task.inputs,
          .classes = static_cast<int>(task.names.size()),
          .labels = LabelKind::bits};
}

}  // namespace

extern const DataSource boolean_source;
const DataSource boolean_source{
    .name = "boolean",
    .title = "a Boolean task",
    .about = "Boolean functions of some input bits, written as expressions; generated: all inputs, or random ones",
    .note = "",
    .settings = boolean_settings,
    .input_scale = 1,
    .sizes = boolean_sizes,
    .sha256 =
        [](const DataOptions& options) {
          const BooleanTask task = task_of(options);
          const DataSizes sizes = boolean_sizes(options);
          return sha256_hex(fmt::format(
              "inforelay boolean version {}, {} bits, {}, {}, noise {}, seed {}, {} + {}\n", boolean_version,
              task.inputs, fmt::join(task.names, "; "), fmt::join(task.label, ","), task.noise,
              task.samples == 0 ? "any" : std::to_string(options.seed), sizes.train, sizes.test));
        },
    .load =
        [](const DataPlan& plan, Progress&) {
          const BooleanTask task = task_of(plan.options);
          const DataSizes sizes = plan.sizes();
          const RandomStream random = RandomStream(plan.options.seed, "data").child(plan.options.dataset);
          DataPair data;
          data.train = samples_of(task, sizes.train, random.child("train"));
          data.test = samples_of(task, sizes.test, random.child("test"));
          return data;
        },
};

}  // namespace inforelay
