// Importance of units through the program.
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "experiments/measures/importance_measures.hpp"
#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"
#include "tests/python.hpp"

namespace inforelay {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using test::Arguments;
using test::completed_run;
using test::ProgramResult;
using test::run_program;
using test::TemporaryFolder;

const std::string importance_config = R"(
name: t
data: {dataset: digits, train_limit: 600, test_limit: 300}
networks:
  full: {layers: [784, 7, 10], train: {batch_size: 50, learning_rate: 3e-3, max_epochs: 15}}
analysis:
  relay: {subsets: [test]}
  knockout: {}
  regression: {}
  importance: true
)";

// The values add up to `total` in each class.
void check_efficient(const RowMatrix<double>& shapley, const std::vector<double>& total, double tolerance) {
  for (Eigen::Index c = 0; c < shapley.rows(); ++c)
    CHECK(shapley.row(c).sum() == Approx(total[static_cast<std::size_t>(c)]).margin(tolerance));
}

}  // namespace

TEST_CASE("Importance is that of slow definitions, and of the code of its page", "[importance][run]") {
  const TemporaryFolder folder;
  std::string out;
  const ExperimentResult result = completed_run(folder, importance_config, "exact", {"figures={formats: [svg]}"}, &out);
  CHECK_THAT(out, Contains("measures of importance and the function lost (test)") && Contains("shapley_function") &&
                      Contains("sum |w|"));
  CHECK(fs::exists(folder.path() / "exact/figures/importance.svg"));
  const ResultView layer = result.network("full").at("layers/1"), importance = layer.at("importance/test");
  CHECK(importance.attribute<std::string>("shapley_function", "method") == "exact");
  const RowMatrix<float>& accuracy = layer.matrix<float>("knockout/test/accuracy");
  std::vector<double> lost;
  for (Eigen::Index c = 0; c < 10; ++c) lost.push_back(static_cast<double>(accuracy(c, 0) - accuracy(c, 127)));
  check_efficient(importance.matrix<double>("shapley_function"), lost, 1e-6);
  check_efficient(importance.matrix<double>("shapley_information"), layer.numbers("relay/test/total"), 1e-6);
  const auto& names = importance.texts("verdict/measure");
  REQUIRE(names.size() == importance_measures().size());
  CHECK(std::isnan(importance.matrix<double>("verdict/spearman").bottomRows(1)(0, 0)));  // there are no measures/

  if (!test::python_has("h5py, numpy")) {
    SKIP_CASE("Python's h5py is not installed");
    return;
  }
  const std::string page = (fs::path(INFORELAY_CONFIGS).parent_path() / "docs/importance.md").string();
  const std::string results = (folder.path() / "exact/results.h5").string();
  const auto [text, status] = test::run_command(test::python + " '" INFORELAY_CHECK_IMPORTANCE "' '" + page + "' '" +
                                                results + "' networks/full/layers/1 2>&1");
  INFO(text);
  CHECK(status == 0);
}

TEST_CASE("Without tables Shapley values are sampled, within their standard errors", "[importance][run]") {
  const TemporaryFolder folder;
  const Arguments no_tables{"analysis.tables=never", "analysis.regression=null",
                            "analysis.importance_sampling={standard_error: 0, permutations: 2000}"};
  std::string out;
  const ExperimentResult exact = completed_run(folder, importance_config, "exact", {}),
                         sampled = completed_run(folder, importance_config, "sampled", no_tables, &out);
  CHECK_THAT(out, Contains("Shapley values of function: sampled, 2000 permutations") &&
                      Contains("analysis.importance_sampling.standard_error)"));
  const ResultView of_tables = exact.network("full").at("layers/1/importance/test"),
                   importance = sampled.network("full").at("layers/1/importance/test");
  CHECK(!importance.has("verdict"));
  CHECK(!importance.has("interaction_function"));
  for (const std::string what : {"function", "information"}) {
    INFO(what);
    const std::string array = "shapley_" + what;
    CHECK(importance.attribute<std::string>(array, "method") == "sampled");
    CHECK(importance.attribute<std::int64_t>(array, "permutations") == 2000);
    const auto &found = importance.matrix<double>(array), &error = importance.matrix<double>(array + "_error"),
               &expected = of_tables.matrix<double>(array);
    CHECK((found - expected).cwiseAbs().maxCoeff() > 0);
    CHECK(((found - expected).cwiseAbs().array() <= 6 * error.array() + 1e-4).all());
  }
}

TEST_CASE("Importance of a wide layer is sampled, too", "[importance][run][long]") {
  const TemporaryFolder folder;
  const ExperimentResult result = completed_run(
      folder, importance_config, "wide",
      {"networks.full.layers=[784, 40, 10]", "analysis.regression=null", "analysis.knockout.sets=single",
       "analysis.relay={subsets: [test], exhaustive: []}", "analysis.importance_sampling={permutations: 32}"});
  const ResultView layer = result.network("full").at("layers/1"), importance = layer.at("importance/test");
  check_efficient(importance.matrix<double>("shapley_information"), layer.numbers("relay/test/total"), 1e-9);
  CHECK(importance.matrix<double>("shapley_function").cwiseAbs().maxCoeff() > 0.001);
  CHECK(importance.matrix<double>("shapley_function_error").maxCoeff() > 0);
  const RowMatrix<double>& lost = importance.matrix<double>("unit_measures/knockout_single");
  REQUIRE(lost.cols() == 40);
  CHECK(lost(3, 17) == layer.numbers("knockout/test/intact")[3] -
                           static_cast<double>(layer.matrix<float>("knockout/test/accuracy_single")(3, 17)));
}

TEST_CASE("Importance is refused with a contrast of whole symbols of a network", "[importance][run]") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "t.yaml") << importance_config;
  const ProgramResult refused = run_program({"t.yaml", "analysis.contrast=whole"}, folder.path());
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err, Contains("analysis.importance: compares the function of each class with its information"));
}

}  // namespace inforelay
