// Generated sequences and sequences in arrays as data sources.
#include "core/error.hpp"
#include "nn/data/source.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

DataOptions task(const std::string& name, SequenceOptions sequences = {}) {
  DataOptions options;
  options.dataset = name;
  options.sequences = sequences;
  return options;
}

}  // namespace

TEST_CASE("Sizes of generated sequences are those of what is loaded, and both sets differ", "[data][recurrent]") {
  const DataOptions all[]{task("nback", {.n = 3, .steps = 40, .train_steps = 20, .train_trials = 7}),
                          task("delayed_match", {.symbols = 4, .delay = 6, .train_trials = 9, .trials = 8}),
                          task("flip_flop", {.bits = 2, .pulse = 0.5, .steps = 30, .train_trials = 5, .trials = 6})};
  for (const DataOptions& options : all) {
    CAPTURE(options.dataset);
    const DataPlan plan = plan_data(options);
    const DataSizes sizes = plan.sizes();
    const SequencePair data = load_sequences(plan);
    CHECK(sizes.are_sequences());
    CHECK(data.train.trials() == sizes.train);
    CHECK(data.test.trials() == sizes.test);
    CHECK(data.train.steps() == sizes.steps_of("train"));
    CHECK(data.test.steps() == sizes.steps_of("test"));
    CHECK(static_cast<int>(data.test.inputs.width) == sizes.step_inputs());
    CHECK(data.test.class_count() == sizes.classes);
    const std::size_t common = std::min(data.train.inputs.values.size(), data.test.inputs.values.size());
    CHECK_FALSE(std::equal(data.train.inputs.values.begin(),
                           data.train.inputs.values.begin() + static_cast<std::ptrdiff_t>(common),
                           data.test.inputs.values.begin()));
    CHECK_THROWS_WITH(load_data(plan), Contains("only recurrent networks read"));
  }
}

TEST_CASE("Labels of generated n-back sequences are the inputs n steps ago", "[data][recurrent]") {
  const SequencePair data = load_sequences(plan_data(task("nback", {.n = 4, .steps = 200})));
  for (std::size_t t = 0; t < 200; ++t) {
    const float expected = t < 4 ? 0.0f : data.test.inputs.row(0, t - 4)[0];
    CHECK(static_cast<float>(data.test.label(0, t)) == expected);
  }
}

TEST_CASE("The digest of generated sequences depends on all that they depend on", "[data][recurrent]") {
  const auto digest = [](const DataOptions& options) { return plan_data(options).sha256(); };
  DataOptions other_seed = task("nback");
  other_seed.seed = 2;
  const std::string first = digest(task("nback"));
  CHECK(digest(task("nback")) == first);
  CHECK(digest(other_seed) != first);
  CHECK(digest(task("nback", {.n = 4})) != first);
  CHECK(digest(task("nback", {.steps = 9})) != first);
  CHECK(digest(task("nback", {.train_steps = 9})) != first);
  CHECK(digest(task("nback", {.trials = 2})) != first);
  CHECK(digest(task("flip_flop", {.pulse = 0.2})) != digest(task("flip_flop")));
}

TEST_CASE("Sequences are no fallback for missing files", "[data][recurrent]") {
  const auto names = generated_data_sources();
  CHECK(std::find(names.begin(), names.end(), "digits") != names.end());
  CHECK(std::find(names.begin(), names.end(), "nback") == names.end());
}
