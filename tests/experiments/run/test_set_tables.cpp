// Runs without the tables of all sets: when tables are left out, the messages, and the results that stay bit-identical.
#include <fmt/format.h>

#include "core/files/hdf5_file.hpp"
#include "experiments/measures/metrics.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/results/statistics_arrays.hpp"
#include "experiments/run/load_config.hpp"
#include "experiments/run/resolve.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"
#include "tests/set_scans.hpp"

namespace inforelay {
namespace {

using test::ProgramResult;
using test::quick_config;
using test::run_program;
using test::TemporaryFolder;
using test::with;

// 2^20 sets: tables of 42 MB each.
const std::vector<std::string> large{"networks.composite=null", "networks.full.layers=[784, 20, 10]",
                                     "analysis.regression=null", "data.train_limit=1000", "data.test_limit=300"};

const std::string stored_relay = "run/stages/full-layer1-relay-test.h5",
                  relay_table = "networks/full/layers/1/relay/test/information",
                  knockout_table = "networks/full/layers/1/knockout/test/accuracy";

ResolvedExperiment resolved_large(const std::vector<std::string>& more) {
  return ResolvedExperiment(load_experiment_config(quick_config, with(large, more)).config);
}

// A run in the folder `run` that is interrupted when its relay information has been stored.
void leave_after_relay(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  constexpr int interrupted = 130;
  test::ProgramOptions options;
  options.signal_when = [&] { return std::filesystem::exists(folder / stored_relay); };
  for (int attempt = 0; attempt < 20; ++attempt) {
    std::filesystem::remove_all(folder / "run");
    // The run may have finished before the signal came.
    if (run_program(with(arguments, {"-o", "run"}), folder, options).exit_code == interrupted) return;
  }
  FAIL("it was never interrupted");
}

std::string refusal(const ResolvedExperiment& experiment, int threads = 1, int ranks = 1) {
  try {
    experiment.check_memory(threads, ranks);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Tables of all sets are kept if they fit, and left out with a warning if they do not", "[plan][tables]") {
  const ResolvedExperiment ample = resolved_large({"max_memory=2 GB"}), tight = resolved_large({"max_memory=180 MB"});
  CHECK(ample.tables() == AllSetsTable::keep);
  CHECK(ample.tables_note().empty());
  CHECK(tight.tables() == AllSetsTable::discard);
  CHECK(refusal(tight).empty());
  CHECK_THAT(tight.tables_note(), Catch::StartsWith("the tables of all sets are left out") &&
                                      Catch::Contains("more than the 180 MB of max_memory; statistics"));
  // Each stage keeps less by the size of its table, and needs the same working memory.
  int scans = 0;
  for (const Stage& stage : ample.stages()) {
    const MemoryNeed with_table = stage.measure->memory(stage.place, AllSetsTable::keep);
    const MemoryNeed without = stage.measure->memory(stage.place, AllSetsTable::discard);
    CHECK(with_table.kept - without.kept == (with_table.sets > 0 ? 4. * 10 * (1 << 20) : 0));
    CHECK(with_table.working == without.working);
    scans += with_table.sets > 0 ? 1 : 0;
  }
  CHECK(scans == 2);

  CHECK(resolved_large({"analysis.tables=never"}).tables() == AllSetsTable::discard);
  CHECK(resolved_large({"analysis.tables=never"}).tables_note().empty());
}

TEST_CASE("A run that needs tables of all sets that do not fit is refused, with the settings to change",
          "[plan][tables]") {
  const ResolvedExperiment asked = resolved_large({"max_memory=180 MB", "analysis.tables=always"});
  CHECK(asked.tables() == AllSetsTable::keep);
  CHECK_THAT(refusal(asked),
             Catch::EndsWith("; or analysis.tables: auto: then the tables of all sets are left out, and "
                             "their statistics for each set size fit"));
  const ResolvedExperiment needed = resolved_large({"max_memory=180 MB", "analysis.regression={}"});
  CHECK(needed.tables() == AllSetsTable::keep);
  CHECK_THAT(refusal(needed), Catch::Contains("; or leave out analysis.regression (and what needs it), with "
                                              "analysis.tables: auto: then"));
  // The memory of rank 0 for results of other ranks is included and named.
  CHECK_THAT(refusal(asked, 1, 2), Catch::Contains("42 MB of it for results of other ranks; to take less: ") &&
                                       Catch::Contains("; or no other ranks"));
  // Settings that are already in effect are not suggested, for any number of threads and ranks.
  for (int megabytes = 120; megabytes <= 320; megabytes += 10) {
    CAPTURE(megabytes);
    const ResolvedExperiment each = resolved_large({fmt::format("max_memory={} MB", megabytes)});
    CHECK_THAT(refusal(each, 64, 2), !Catch::Contains("analysis.tables"));
  }
  // Tables are not mentioned if leaving them out would not suffice.
  const std::string too_small = refusal(resolved_large({"max_memory=20 MB"}));
  CHECK(!too_small.empty());
  CHECK_THAT(too_small, !Catch::Contains("analysis.tables"));
  CHECK_THROWS_WITH(
      load_experiment_config(quick_config, {"analysis.tables=never"}),
      Catch::Contains("analysis.regression: needs the tables of all sets: not with analysis.tables: never"));
}

TEST_CASE("A run without tables has the same statistics and everything else but the tables", "[run][tables]") {
  const std::vector<std::string> small = with(
      large, {"networks.full.layers=[784, 9, 10]", "networks.full.train.max_epochs=2", "figures={formats: [svg]}"});
  const TemporaryFolder folder;
  const auto results = [&](const std::string& name, const std::string& tables) {
    const ProgramResult run =
        run_program(with({quick_config}, with(small, {"analysis.tables=" + tables, "-o", name})), folder.path());
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    CHECK((run.out.find("The tables of all sets were left out") != std::string::npos) == (tables == "never"));
    CHECK((run.out.find("worst two out") != std::string::npos) == (tables == "never"));
    return read_results(folder.path() / name / "results.h5");
  };
  const ExperimentResult kept = results("kept", "always"), dropped = results("dropped", "never");
  const ResultView layer = kept.network("full").at("layers/1"), lean_layer = dropped.network("full").at("layers/1");
  const ResultView relay = layer.at("relay/test"), lean = lean_layer.at("relay/test");
  CHECK(relay.has("information"));
  CHECK(!lean.has("information"));
  CHECK(test::same(statistics_from(relay.at("sizes")), statistics_from(lean.at("sizes"))));
  CHECK(relay.matrix<double>("best/information") == lean.matrix<double>("best/information"));
  CHECK(relay.matrix<std::uint32_t>("best/set") == lean.matrix<std::uint32_t>("best/set"));
  CHECK(relay.numbers("best/above_greedy") == lean.numbers("best/above_greedy"));
  const ResultView knockout = layer.at("knockout/test"), lean_knockout = lean_layer.at("knockout/test");
  CHECK(knockout.has("accuracy"));
  CHECK(!lean_knockout.has("accuracy"));
  CHECK(test::same(statistics_from(knockout.at("sizes")), statistics_from(lean_knockout.at("sizes"))));
  const std::span<const double> intact = knockout.vector<double>("intact");
  for (int c = 0; c < 10; ++c) CHECK(intact[static_cast<std::size_t>(c)] == knockout.matrix<float>("accuracy")(c, 0));
  CHECK(knockout.numbers("intact") == lean_knockout.numbers("intact"));
  CHECK(metric_values(kept.network("full"), "knockout.test.intact").size() == 10);

  for (const std::string name : {"relay_sizes_full", "knockout_sizes_full", "relay_full", "density_full"}) {
    const auto drawn = [&](const std::string& run) {
      return std::filesystem::exists(folder.path() / run / "figures" / (name + ".svg"));
    };
    CHECK(drawn("kept"));
    CHECK(drawn("dropped") == (name.find("sizes") != std::string::npos));
  }
  const Hdf5Reader file(folder.path() / "dropped/results.h5");
  const std::string sizes = "networks/full/layers/1/relay/test/sizes/";
  CHECK(file.dimension_names(sizes + "quantile") == std::vector<std::string>{"class", "size", "percent"});
  CHECK(file.dimension_names(sizes + "highest_set") == std::vector<std::string>{"class", "size", "rank"});
  CHECK(file.attribute<std::string>(sizes + "mean", "units") == "bit");
  CHECK(file.vector<std::int64_t>(sizes + "percent") == std::vector<std::int64_t>{0, 5, 25, 50, 75, 95, 100});
  CHECK(!file.exists(relay_table));
  CHECK(!file.exists(knockout_table));
}

TEST_CASE("A run whose tables do not fit prints a warning before it begins and logs it", "[run][tables]") {
  const TemporaryFolder folder;
  const std::vector<std::string> tight =
      with(large, {"max_memory=180 MB", "networks.full.train.max_epochs=1", "figures=null", "-o", "run"});
  const ProgramResult planned = run_program(with({quick_config}, with(tight, {"--dry-run"})), folder.path());
  CHECK(planned.exit_code == 0);
  CHECK_THAT(planned.out, Catch::Contains("note: the tables of all sets are left out"));
  const ProgramResult run = run_program(with({quick_config}, tight), folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK_THAT(run.err, Catch::Contains("warning: the tables of all sets are left out"));
  CHECK_THAT(test::content(folder.path() / "run/run.log"), Catch::Contains("the tables of all sets are left out"));
  const ExperimentResult result = read_results(folder.path() / "run/results.h5");
  const ResultView relay = result.network("full").at("layers/1/relay/test");
  CHECK(!relay.has("information"));
  CHECK(statistics_from(relay.at("sizes")).count[10] == 184756);
#ifndef INFORELAY_SANITIZED
  CHECK(run.peak_bytes < 180e6);
#endif
}

TEST_CASE("A run resumed with another memory limit has the tables that this limit allows", "[run][tables][long]") {
  // Sampled knockouts take long enough to be interrupted.
  const std::vector<std::string> settings =
      with({quick_config},
           with(large, {"networks.full.layers=[784, 18, 10]", "networks.full.train.max_epochs=5",
                        "analysis.knockout.method=sampled", "analysis.knockout.samples=10", "figures=null"}));
  const std::vector<std::string> ample = with(settings, {"max_memory=2 GB"}),
                                 tight = with(settings, {"max_memory=111 MB"});
  const bool is_tight_at_last = GENERATE(false, true);
  CAPTURE(is_tight_at_last);
  const std::vector<std::string>&first = is_tight_at_last ? ample : tight, &last = is_tight_at_last ? tight : ample;
  const TemporaryFolder folder;
  leave_after_relay(first, folder.path());
  CHECK(Hdf5Reader(folder.path() / stored_relay).exists("information") == is_tight_at_last);

  const ProgramResult run = run_program(with(last, {"-o", "run"}), folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const Hdf5Reader resumed(folder.path() / "run/results.h5");
  CHECK(resumed.exists(relay_table) == !is_tight_at_last);
  CHECK(resumed.exists(knockout_table) == !is_tight_at_last);
  CHECK(resumed.exists("networks/full/layers/1/relay/test/sizes/mean"));
  // A stage file without its table is recomputed; of one with a superfluous table the rest is read.
  const bool is_again = run.err.find("warning: ignoring file '" + stored_relay +
                                     "': it was made without the table of all sets") != std::string::npos;
  CHECK(is_again == !is_tight_at_last);
  CHECK((run.err.find("ignoring file") != std::string::npos) == is_again);

  REQUIRE(run_program(with(last, {"-o", "whole"}), folder.path()).exit_code == 0);
  CHECK(test::identical(test::numbers_of(folder.path() / "run/results.h5"),
                        test::numbers_of(folder.path() / "whole/results.h5")));
}

}  // namespace inforelay
