// Networks and recordings in one run, sweeps of recordings, and classes in another order.
#include <fmt/format.h>

#include <cmath>

#include "core/files/files.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/random.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

/// Three units, the first of which relays the input to the output, in two parts, as rec.csv.
void write_cells(const std::filesystem::path& folder, const std::string& first = "go",
                 const std::string& second = "stop") {
  RandomStream random(7, "cells");
  std::string text = "n1,n2,n3,in,out,part\n";
  for (int i = 0; i < 120; ++i) {
    const bool in = random.below(2) > 0, relayed = random.below(8) > 0 ? in : !in;
    const bool out = random.below(6) > 0 ? relayed : !relayed;
    text += fmt::format("{:d},{},{},{},{},{}\n", relayed, random.below(2), random.below(2), in ? first : second,
                        out ? first : second, i % 2 == 0 ? "a" : "b");
  }
  write_file_atomically(folder / "rec.csv", std::string_view(text));
}

constexpr const char* cells =
    "recordings:\n  r: {file: rec.csv, states: n1..n3, input: in, output: out, subset: part}\n";
constexpr const char* network =
    "seed: 3\ndata: {dataset: digits, train_limit: 300, test_limit: 100}\n"
    "networks:\n  n: {layers: [784, 4, 10], train: {batch_size: 50, max_epochs: 2}}\n";

}  // namespace

TEST_CASE("The order of the chosen classes changes no number", "[recordings]") {
  const TemporaryFolder folder;
  write_cells(folder.path());
  const auto numbers = [&](const std::string& classes) {
    const ProgramResult run = run_config(
        folder,
        fmt::format("name: t\n{}analysis: {{relay: {{exhaustive: [a]{}}}, estimators: [plug_in]}}\n", cells, classes));
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    std::vector<double> all =
        Hdf5Reader(folder / "out/results.h5").array<double>("recordings/r/layers/states/relay/a/single");
    CHECK(all[0] > 0.1);
    const std::vector<double> others = numbers_of(folder / "out/results.h5");
    all.insert(all.end(), others.begin(), others.end());
    return all;
  };
  const std::vector<double> ascending = numbers("");
  CHECK(identical(numbers(", classes: [0, 1]"), ascending));
  CHECK(identical(numbers(", classes: [1, 0]"), ascending));
}

TEST_CASE("A network and a recording in one run have each their own subsets", "[run][recordings]") {
  const TemporaryFolder folder;
  write_cells(folder.path());
  const auto config = [](const std::string& analysis) {
    return fmt::format("name: t\n{}{}analysis: {{{}}}\n", network, cells, analysis);
  };
  const ProgramResult run =
      run_config(folder, config("relay: {subsets: [train, a], exhaustive: [a, train]}, knockout: {subsets: [train]}"));
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const Hdf5Reader results(folder / "out/results.h5");
  CHECK(results.children("networks/n/layers/1/relay") == std::vector<std::string>{"train"});
  CHECK(results.children("recordings/r/layers/states/relay") == std::vector<std::string>{"a"});
  CHECK(results.exists("networks/n/layers/1/relay/train/information"));
  CHECK(results.exists("networks/n/layers/1/geometry/cohesion"));
  CHECK_THAT(run.out, Contains("rec.csv"));

  const auto refused = [&](const std::string& analysis, const std::string& message) {
    const ProgramResult result = run_config(folder, config(analysis), {"--dry-run"});
    INFO(analysis);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Contains(message));
  };
  refused("relay: {subsets: [a], exhaustive: []}", "has neither train nor test, the subsets of networks");
  refused("relay: {subsets: [train, a], exhaustive: []}}\ncompare: {s: {statement: n.relay.a.total > 0}",
          "a network has no subset 'a', only train and test");
  refused("relay: {subsets: [test, a], exhaustive: []}, knockout: {subsets: [a]}",
          "analysis.knockout.subsets: 'a' is not among the subsets of networks: train, test");
}

TEST_CASE("Classes of a statement must be the same on both sides", "[compare][recordings]") {
  const TemporaryFolder folder;
  write_cells(folder.path(), "cat", "dog");
  std::filesystem::rename(folder / "rec.csv", folder / "other.csv");
  write_cells(folder.path());
  const ProgramResult run = run_config(
      folder, fmt::format("name: t\n{}  o: {{file: other.csv, states: n1..n3, input: in, output: out, subset: part}}\n"
                          "analysis: {{relay: {{subsets: [a], exhaustive: []}}}}\n"
                          "compare: {{s: {{statement: r.relay.a.total > o.relay.a.total}}}}\n",
                          cells));
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err, Contains("the classes on the left are go, stop, those on the right cat, dog"));
}

TEST_CASE("A sweep over recordings alone has its table, figures and summary", "[sweep][recordings]") {
  const TemporaryFolder folder;
  write_cells(folder.path());
  const auto sweep = [&](const std::string& collect) {
    return run_config(folder, fmt::format("name: t\n{}analysis: {{relay: {{exhaustive: []}}}}\nfigures: {{formats: "
                                          "[svg]}}\nsweep: {{replicates: 2, collect: [{}]}}\n",
                                          cells, collect));
  };
  const ProgramResult done = sweep("r.relay.a.total");
  INFO(done.err);
  REQUIRE(done.exit_code == 0);
  CHECK_THAT(content(folder / "out/summary.txt"), Contains("r.relay.a.total"));
  CHECK(std::filesystem::exists(folder / "out/report.html"));
  const ProgramResult refused = sweep("r.relay.c.total");
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err, Contains("sweep.collect: no run computes 'r.relay.c.total': there is no subset 'c'"));
}

TEST_CASE("Selectivity is undefined at a time whose samples have one input symbol", "[recordings][time]") {
  constexpr std::size_t trials = 30, times = 2, units = 2;
  const TemporaryFolder folder;
  RandomStream random(3, "trials");
  std::vector<double> states;
  std::vector<std::int64_t> in, out;
  for (std::size_t i = 0; i < trials * times; ++i) {
    for (std::size_t k = 0; k < units; ++k) states.push_back(static_cast<double>(random.below(2)));
    in.push_back(i % times == 0 ? 0 : static_cast<std::int64_t>(i / times % 2));
    out.push_back(static_cast<std::int64_t>(random.below(2)));
  }
  {
    Hdf5Writer file(folder / "rec.h5");
    file.array<double>("states", states, {trials, times, units}, {.dims = {"trial", "time", "unit"}});
    file.array<std::int64_t>("in", in, {trials, times}, {.dims = {"trial", "time"}});
    file.array<std::int64_t>("out", out, {trials, times}, {.dims = {"trial", "time"}});
    file.commit();
  }
  const ProgramResult run = run_config(folder,
                                       "name: t\nrecordings:\n  r: {file: rec.h5, states: states, input: in, output: "
                                       "out, axes: [trial, time, unit], time: each}\nanalysis: {relay: {exhaustive: "
                                       "[]}, importance: true}\n");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const std::vector<double> selectivity =
      Hdf5Reader(folder / "out/results.h5")
          .array<double>("recordings/r/layers/states/importance/all/unit_measures/selectivity");  // [time,class,unit]
  REQUIRE(selectivity.size() == 8);
  for (std::size_t i = 0; i < 8; ++i) CHECK(std::isnan(selectivity[i]) == (i < 4));
}
