// Boolean tasks through the program: each output bit is a contrast, and the modules of detectors are known.
#include <algorithm>
#include <cmath>

#include "core/recording.hpp"
#include "experiments/results/results_file.hpp"
#include "nn/data/boolean_task.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using Catch::Contains;
using test::Arguments;
using test::completed_run;
using test::TemporaryFolder;

const std::string boolean_config = R"yaml(
name: t
data:
  dataset: boolean
  input_bits: 6
  outputs: ["xor(1,2)", "and(3,4)", "or(5,6)"]
  inputs: {mean: 0.5, std: 0.5}
networks:
  composite:
    detectors: {hidden: 2, positives: 0, negatives: 0, learning_rate: 0.02, stop: {accuracy: 1}, max_epochs: 1500, restarts: 20}
  full:
    layers: [6, 7, 3]
    train: {batch_size: 16, learning_rate: 0.01, stop: {accuracy: 1}, max_epochs: 1000}
analysis:
  relay: {subsets: [test], exhaustive: [test]}
  knockout: {}
  importance: true
)yaml";

// H of a bit that is 1 in a fraction p of the samples.
double bit_entropy(double p) { return -p * std::log2(p) - (1 - p) * std::log2(1 - p); }

}  // namespace

TEST_CASE("Output bits of a Boolean task are contrasts, learned without an error", "[boolean][run]") {
  const TemporaryFolder folder;
  std::string out;
  const ExperimentResult result = completed_run(folder, boolean_config, "out", {"figures={formats: [svg]}"}, &out);
  CHECK_THAT(out, Contains("AUC of modules"));
  const std::vector<std::string> outputs{"xor(1,2)", "and(3,4)", "or(5,6)"};
  std::vector<std::vector<std::uint8_t>> values;
  for (const std::string& expression : outputs) values.push_back(boolean_values(expression, 6));
  for (const std::string name : {"composite", "full"}) {
    CAPTURE(name);
    const ResultView system = result.network(name), layer = system.at("layers/1");
    CHECK(system.texts("class") == outputs);
    CHECK(system.texts("symbol").at(5) == "101");
    const auto input = layer.vector<Symbol>("states/test/input"), output = layer.vector<Symbol>("states/test/output");
    REQUIRE(input.size() == 64);
    for (std::size_t i = 0; i < 64; ++i) CHECK(input[i] == values[0][i] + 2 * values[1][i] + 4 * values[2][i]);
    CHECK(std::equal(input.begin(), input.end(), output.begin()));
    CHECK(layer.at("states/test").number<double>("argmax_accuracy") == 1);
    // Input and output agree, so they share the entropy of the bit; and no relay can carry more.
    const std::vector<double> shared = layer.numbers("relay/test/input_output_information");
    const RowMatrix<float>&information = layer.matrix<float>("relay/test/information"),
          &accuracy = layer.matrix<float>("knockout/test/accuracy");
    REQUIRE(information.rows() == 3);
    for (std::size_t c = 0; c < 3; ++c) {
      const double ones = static_cast<double>(std::count(values[c].begin(), values[c].end(), 1)) / 64;
      CHECK(shared[c] == Approx(bit_entropy(ones)).epsilon(1e-12));
      CHECK(information.row(static_cast<Eigen::Index>(c)).maxCoeff() <= static_cast<float>(shared[c]) + 1e-6f);
      CHECK(accuracy(static_cast<Eigen::Index>(c), 0) == 1);
    }
  }
  // Detectors have no weights to other outputs: knocked out together, the units of one change no other.
  const ResultView layer = result.network("composite").at("layers/1");
  const RowMatrix<float>& accuracy = layer.matrix<float>("knockout/test/accuracy");
  for (Eigen::Index c = 0; c < 3; ++c) {
    const auto module = Eigen::Index{3} << 2 * c;
    for (Eigen::Index other = 0; other < 3; ++other)
      CHECK((accuracy(other, module) == accuracy(other, 0)) == (other != c));
  }
  const ResultView verdict = layer.at("importance/test/verdict");
  const RowMatrix<double>& auc = verdict.matrix<double>("module_auc");
  const auto& names = verdict.texts("measure");
  const auto row = std::find(names.begin(), names.end(), "weight") - names.begin();
  CHECK(auc.row(row) == Eigen::RowVectorXd::Ones(3));  // other weights are 0
  // The weights fall into the modules; no permutation of them does.
  const ResultView clusters = layer.at("importance/test/clusters");
  const auto cluster = clusters.vector<std::int64_t>("cluster");
  for (std::size_t c = 0; c < 3; ++c) CHECK(cluster[2 * c] == cluster[2 * c + 1]);
  CHECK((cluster[0] != cluster[2] && cluster[0] != cluster[4] && cluster[2] != cluster[4]));
  const std::vector<double> shuffled = clusters.numbers("shuffled_n_cut");
  CHECK(clusters.number<double>("n_cut") < *std::min_element(shuffled.begin(), shuffled.end()));
  CHECK(clusters.number<double>("p") == 1.0 / 40);
}

TEST_CASE("Units whose importance differs by rounding only are equals in finding modules", "[boolean][run]") {
  const TemporaryFolder folder;
  for (const char* seed : {"seed=1", "seed=5", "seed=8"}) {
    CAPTURE(seed);
    const ExperimentResult result = completed_run(
        folder, boolean_config, seed, {seed, "networks.full=null", "networks.composite.detectors.hidden=4"});
    const ResultView verdict = result.network("composite").at("layers/1/importance/test/verdict");
    const std::vector<std::string>& names = verdict.texts("measure");
    const auto auc_of = [&](const char* name) {
      const auto found = std::find(names.begin(), names.end(), name);
      REQUIRE(found != names.end());
      return Eigen::RowVectorXd(verdict.matrix<double>("module_auc").row(found - names.begin()));
    };
    // Where all decisions are right, these are one number, computed in different ways.
    CHECK(auc_of("relay_single") == auc_of("unit_information_input"));
    CHECK(auc_of("relay_single") == auc_of("unit_information_output"));
  }
}

TEST_CASE("Boolean tasks are refused with what is wrong with them", "[boolean][config]") {
  const TemporaryFolder folder;
  const auto run = [&](const Arguments& settings) {
    const test::ProgramResult result = test::run_config(folder, boolean_config, settings);
    CHECK(result.exit_code == 2);
    return result.err;
  };
  CHECK_THAT(run({"data.outputs=['xor(1,7)', '2', '3']"}),
             Contains("data.outputs: the expression 'xor(1,7)', character 7: bit 7 is out of range [1,6]"));
  CHECK_THAT(run({"data.noise=0.1"}), Contains("data.noise needs data.samples"));
  CHECK_THAT(run({"analysis.knockout.function=argmax"}),
             Contains("are decided one by one, by threshold, not by argmax"));
  CHECK_THAT(run({"analysis.knockout.method=sampled"}), Contains("sampled draws samples of each class"));
  CHECK_THAT(run({"networks.full.output_activation=identity", "networks.full.train.loss=cross_entropy"}),
             Contains("are trained by mse, not by cross_entropy"));
  CHECK_THAT(run({"networks.full.layers=[6, 7, 8]"}), Contains("networks.full.layers"));
  CHECK_THAT(run({"data={dataset: digits, noise: 0.1}"}),
             Contains("data.noise: is for dataset: boolean, not for digits"));
}
}  // namespace inforelay
