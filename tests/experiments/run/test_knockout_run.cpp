// Functions and replacements of knockouts, through the program.

#include "core/recording.hpp"
#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::completed_run;
using test::TemporaryFolder;

// Networks that differ in their outputs: logits of a softmax, outputs that are on or off, and detectors, whose outputs
// are on or off although they are sums as well.
const std::string knockout_config = R"(
name: t
data: {dataset: digits, train_limit: 600, test_limit: 300}
networks:
  logits: {layers: [784, 7, 10], output_activation: identity, train: {loss: cross_entropy, batch_size: 50, max_epochs: 6}}
  bits: {layers: [784, 7, 10], output_activation: sigmoid, train: {batch_size: 50, max_epochs: 3}}
  parts:
    detectors: {hidden: 1, positives: 30, negatives: 30, test_negatives: 30, max_epochs: 30, on_failure: keep_best}
    output_activation: identity
analysis: {relay: {subsets: [test]}, knockout: {}}
)";

}  // namespace

TEST_CASE("The function of a knockout follows from the output activation unless it is given", "[knockout][run][long]") {
  const TemporaryFolder folder;
  std::string out;
  const ExperimentResult result = completed_run(folder, knockout_config, "auto", {"figures={formats: [svg]}"}, &out);
  CHECK_THAT(out, Catch::Contains("Balanced accuracy (argmax)"));
  const ResultView logits = result.network("logits").at("layers/1"), bits = result.network("bits").at("layers/1");
  const ResultView argmax = logits.at("knockout/test"), threshold = bits.at("knockout/test");
  CHECK(argmax.attribute<std::string>("", "function") == "argmax");
  CHECK(threshold.attribute<std::string>("", "function") == "threshold");
  CHECK(!threshold.has("overall_accuracy"));
  const ResultView parts = result.network("parts").at("layers/1/knockout/test");
  CHECK(parts.attribute<std::string>("", "function") == "threshold");
  const auto overall = argmax.vector<float>("overall_accuracy");
  CHECK(overall.size() == 128);
  CHECK(overall[0] == static_cast<float>(logits.number<double>("states/test/argmax_accuracy")));
  CHECK(argmax.vector<double>("intact")[3] == static_cast<double>(argmax.matrix<float>("accuracy")(3, 0)));
  const std::string figures = "auto/figures/";
  CHECK_THAT(test::content(folder.path() / (figures + "knockout_sizes_logits.svg")), Catch::Contains("(argmax)"));
  CHECK_THAT(test::content(folder.path() / (figures + "knockout_sizes_bits.svg")), !Catch::Contains("(argmax)"));

  const ExperimentResult given =
      completed_run(folder, knockout_config, "given", {"analysis.knockout={function: threshold}"});
  const ResultView other = given.network("logits").at("layers/1/knockout/test");
  CHECK(other.attribute<std::string>("", "function") == "threshold");
  CHECK(other.matrix<float>("accuracy") != argmax.matrix<float>("accuracy"));
  // The outputs that are bits have what they had without the setting.
  CHECK(given.network("bits").at("layers/1/knockout/test").matrix<float>("accuracy") ==
        threshold.matrix<float>("accuracy"));
}

TEST_CASE("What replaces knocked-out units is recorded", "[knockout][run]") {
  const TemporaryFolder folder;
  std::string out;
  const ExperimentResult resampled =
      completed_run(folder, knockout_config, "resampled", {"analysis.knockout={replace: resample}"}, &out);
  CHECK_THAT(out, Catch::Contains("knocked out (replace: resample)"));
  const ResultView knockout = resampled.network("bits").at("layers/1/knockout/test");
  CHECK(knockout.attribute<std::string>("", "replace") == "resample");
  CHECK(!knockout.has_attribute("", "noise_sd"));
  const auto from = knockout.vector<std::uint32_t>("replacement_sample");
  REQUIRE(from.size() == 300);
  // All units from another sample: what the network says of that one, so only its label is another.
  const ResultView states = resampled.network("bits").at("layers/1/states/test");
  const auto input = states.vector<Symbol>("input");
  const auto& output = states.matrix<float>("network_output");
  double right = 0, wrong = 0, of_class = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    of_class += input[i] == 4;
    (input[i] == 4 ? right : wrong) += output(from[i], 4) > 0.5f;
  }
  const float expected = static_cast<float>((right / of_class + 1 - wrong / (300 - of_class)) / 2);
  CHECK(knockout.matrix<float>("accuracy")(4, 127) == Approx(expected).margin(1e-6));

  const ExperimentResult noisy = completed_run(
      folder, knockout_config, "noisy", {"analysis.knockout={replace: noise, noise_sd: 0.7, sets: single}"}, &out);
  CHECK_THAT(out, Catch::Contains("worst one out"));
  const ResultView single = noisy.network("logits").at("layers/1/knockout/test");
  CHECK(single.attribute<double>("", "noise_sd") == 0.7);
  CHECK(single.matrix<float>("accuracy_single").cols() == 7);
  const ResultView intact = resampled.network("logits").at("layers/1/knockout/test");
  CHECK(single.numbers("intact") == intact.numbers("intact"));
}

}  // namespace inforelay
