// Whole results in their file: arrays, names, provenance and times.
#include "experiments/results/results_file.hpp"

#include "core/error.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/compare/results_of.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

ExperimentResult sample_result() {
  ExperimentResult result = test::result_of({0.25, 1.0 / 3});
  test::add_network(result, "another", {0.5, 0.75});
  result.experiment = "sample";
  RunProvenance& from = result.provenance;
  from.version = "1.2.3";
  from.git_revision = "abc";
  from.compiler = "a compiler";
  from.compiler_flags = "-O3";
  from.host = "a machine";
  from.command_line = "run_experiment 'größe.yaml'";
  from.threads = 3;
  from.wall_seconds = 1.5;
  from.config = "name: sample\nseed: 7\n";
  from.seed = 7;
  from.data_name = "digits";
  from.data_origin = "generated";
  from.data_sha256 = "0123";
  result.stages = {{"full: training", 1}, {"full: states (test)", 0.5}};
  return result;
}

}  // namespace

TEST_CASE("A result is read back from its file with networks, provenance and times", "[results]") {
  const test::TemporaryFolder folder;
  const ExperimentResult written = sample_result();
  write_results(folder / "results.h5", written);
  const ExperimentResult read = read_results(folder / "results.h5");
  CHECK(read.experiment == written.experiment);
  CHECK(read.networks == std::vector<std::string>{"full", "another"});
  using Text = std::string RunProvenance::*;
  for (const Text text :
       {Text(&RunProvenance::version), Text(&RunProvenance::git_revision), Text(&RunProvenance::compiler),
        Text(&RunProvenance::compiler_flags), Text(&RunProvenance::host), Text(&RunProvenance::command_line),
        &RunProvenance::config, &RunProvenance::data_name, &RunProvenance::data_origin, &RunProvenance::data_sha256,
        &RunProvenance::fallback_reason})
    CHECK(read.provenance.*text == written.provenance.*text);
  CHECK(read.provenance.threads == 3);
  CHECK(read.provenance.seed == 7);
  CHECK(read.provenance.wall_seconds == 1.5);
  REQUIRE(read.stages.size() == 2);
  CHECK(read.stages[1].stage == "full: states (test)");
  CHECK(read.stages[1].seconds == 0.5);

  REQUIRE(read.arrays.arrays().size() == written.arrays.arrays().size());
  for (const auto& [path, array] : written.arrays.arrays()) {
    INFO(path);
    const ResultArray& back = read.arrays.view().array(path);
    CHECK(back.units == array.units);
    CHECK(back.axes == array.axes);
    CHECK(back.shape == array.shape);
    CHECK(back.is_scale == array.is_scale);
    CHECK(back.values == array.values);
  }
}

TEST_CASE("Axes that count get coordinates in the file, the units of a layer once for all its arrays", "[results]") {
  const test::TemporaryFolder folder;
  const std::vector<ArrayInfo> infos{{"a/single", "bit", {"class", "unit"}, "of each unit"},
                                     {"b/loss", "1", {"epoch"}, "of each epoch"}};
  ResultArrays arrays(infos);
  arrays.put<double>("a/single", RowMatrix<double>::Zero(2, 3));
  arrays.put("b/loss", std::vector<double>{3, 2});
  ExperimentResult result;
  result.networks = {"full"};
  result.arrays.merge("networks/full/layers/2/relay", std::move(arrays));
  write_results(folder / "results.h5", result);
  const Hdf5Reader file(folder / "results.h5");
  CHECK(file.vector<std::int64_t>("networks/full/layers/2/unit") == std::vector<std::int64_t>{0, 1, 2});
  CHECK_FALSE(file.exists("networks/full/layers/2/relay/a/unit"));
  CHECK(file.vector<std::int64_t>("networks/full/layers/2/relay/b/epoch") == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("Files of another format or version are refused", "[results]") {
  const test::TemporaryFolder folder;
  const auto refused = [&](const std::string& format, std::int64_t version, const std::string& found) {
    {
      Hdf5Writer file(folder / "other.h5");
      file.attribute("", "format", format);
      file.attribute("", "format_version", version);
      file.commit();
    }
    CHECK_THROWS_AS(read_results(folder / "other.h5"), DataError);
    CHECK_THROWS_WITH(read_results(folder / "other.h5"),
                      Catch::Contains("format is " + found + ", expected 'inforelay-results' version 2"));
  };
  refused("inforelay-results", 1, "'inforelay-results' version 1");
  refused("something", 2, "'something' version 2");
}

TEST_CASE("Statistics by set size lack a table unless it stands beside them", "[results]") {
  CHECK(!lacks_a_table({"a/relay/test/total"}, {"a/relay/test/information"}));
  CHECK(!lacks_a_table({"relay/test/sizes/mean"}, {"relay/test/information"}));
  CHECK(lacks_a_table({"relay/test/sizes/mean"}, {"relay/train/information", "relay/test/best/set"}));
  // Of several measures in one group each has its own.
  CHECK(!lacks_a_table({"m/x_sizes/mean", "m/y_sizes/mean"}, {"m/x", "m/y"}));
  CHECK(lacks_a_table({"m/x_sizes/mean", "m/y_sizes/mean"}, {"m/x", "m/z"}));
  CHECK(lacks_a_table({"m/x_sizes/mean"}, {}));
  CHECK(!lacks_a_table({"x_sizes/mean", "sizes/mean"}, {"x"}));
}

}  // namespace inforelay
