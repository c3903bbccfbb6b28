// Runs with permutation tests, intervals, subsampling, estimators, a search by another measure, and measures over time.
#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <map>

#include "core/files/files.hpp"
#include "core/random.hpp"
#include "experiments/results/results_file.hpp"
#include "infotheory/information/estimators.hpp"
#include "infotheory/relay/measured_greedy.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/significance/bootstrap.hpp"
#include "infotheory/significance/permutation_test.hpp"
#include "infotheory/significance/subsampling.hpp"
#include "infotheory/temporal/temporal.hpp"
#include "tests/catch2.hpp"
#include "tests/contrasts.hpp"
#include "tests/experiments/run/program.hpp"
#include "tests/infotheory/relay/random_levels.hpp"
#include "tests/infotheory/significance/planted.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

/// A recording r in rec.csv of units u0, u1, ...
void write_recording(const TemporaryFolder& folder, const LevelSamples& samples) {
  std::string text;
  for (int k = 0; k < samples.units(); ++k) text += fmt::format("u{},", k);
  text += "in,out,part\n";
  for (std::size_t i = 0; i < samples.input.size(); ++i) {
    for (int k = 0; k < samples.units(); ++k)
      text += fmt::format("{},", int{samples.states(static_cast<Eigen::Index>(i), k)});
    text += fmt::format("{},{},{}\n", samples.input[i], samples.output[i], i % 2 == 0 ? "a" : "b");
  }
  write_file_atomically(folder / "rec.csv", std::string_view(text));
}

ProgramResult run_recording(const TemporaryFolder& folder, const LevelSamples& samples, const std::string& recording,
                            const std::string& analysis, const Arguments& more = {}) {
  return run_config(folder,
                    fmt::format("name: t\nseed: 7\nrecordings:\n  r: {{file: rec.csv, states: u0..u{}, input: in, "
                                "output: out{}}}\nanalysis:\n{}",
                                samples.units() - 1, recording, analysis),
                    more);
}

ResultView layer_of(const ExperimentResult& result) { return result.system("r").at("layers/states"); }

RandomStream stream(const std::string& subset) {
  return RandomStream(7, "recordings").child("r").child("significance").child("states").child(subset);
}

void check_test(const ResultView& group, const std::string& name, const NullTest& expected) {
  INFO(name);
  const auto same_values = [&](const std::string& array, const RowMatrix<double>& values) {
    const auto& found = std::get<RowMatrix<double>>(group.array(array).values);
    CHECK(found.size() == values.size());
    CHECK(std::equal(found.data(), found.data() + found.size(), values.data()));
  };
  same_values(name + "_p", expected.p);
  same_values(name + "_null_mean", expected.mean);
  same_values(name + "_null", expected.quantile);
}

/// A .npy file of 8-bit integers.
void write_npy(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
               const std::vector<std::uint8_t>& values) {
  std::string extents;
  for (const std::size_t extent : shape) extents += fmt::format("{},", extent);
  std::string header = fmt::format("{{'descr': '|u1', 'fortran_order': False, 'shape': ({}), }}", extents);
  header.resize((header.size() + 10 + 64) / 64 * 64 - 11, ' ');
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  file << "\x93NUMPY" << '\x01' << '\0' << static_cast<char>(header.size() & 0xff)
       << static_cast<char>(header.size() >> 8) << header;
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size()));
}

}  // namespace

TEST_CASE("A run has the tests, intervals and curves of the library, of levels and whole symbols too",
          "[significance][run]") {
  const bool whole = GENERATE(false, true);
  const TemporaryFolder folder;
  const LevelSamples samples = random_levels(160, 4, whole ? 3 : 2, 3, RandomStream(81, "run"));
  write_recording(folder, samples);
  const std::string analysis = fmt::format(
      "  discretize: symbols\n  contrast: {}\n"
      "  significance: {{permutations: 25, nulls: [no_relay, nothing_to_relay], statistics: greedy, maximum: 4, "
      "bootstrap: 20, level: 0.9}}\n",
      whole ? "whole" : "one_vs_rest");
  const ProgramResult run = run_recording(folder, samples, "", analysis, {"-j", "1"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const std::filesystem::path results = folder / "out/results.h5";
  const ExperimentResult result = read_results(results);
  const ResultView group = layer_of(result).at("significance/all");

  const std::vector<Contrast> contrasts = whole ? std::vector<Contrast>() : numbered_contrasts(3);
  const RelaySamples relay{samples.states, samples.input, samples.output, contrasts};
  for (const auto& [null, name] : relay_null_names) {
    const RelayTest test = relay_permutation_test(
        relay, {.null = null, .permutations = 25, .random = stream("all").child(name)}, RelayPart::greedy);
    const ResultView of_null = null == RelayNull::no_relay ? group : group.at(std::string(name));
    check_test(of_null, "total", test.total);
    check_test(of_null, "single", test.single);
    check_test(of_null, "aggregated", test.aggregated);
    check_test(of_null, "greedy", test.by_size);
  }
  const MaximumTest most =
      maximum_permutation_test(relay, {.permutations = 4, .random = stream("all").child("maximum")});
  check_test(group, "maximum", most.by_size);
  check_test(group, "maximum_any", most.any);
  const RelayBootstrap bootstrap =
      relay_bootstrap(relay, {.resamples = 20, .level = 0.9, .random = stream("all").child("bootstrap")});
  CHECK(group.matrix<double>("total_interval").col(0) == bootstrap.total.low.col(0));
  CHECK(group.matrix<double>("total_interval").col(1) == bootstrap.total.high.col(0));
  CHECK(group.array("single_interval").shape ==
        std::vector<std::size_t>{static_cast<std::size_t>(whole ? 1 : 3), 4, 2});
  CHECK(group.matrix<double>("single_interval")(0, 2 * 2 + 1) == bootstrap.single.high(0, 2));
  CHECK(group.matrix<double>("aggregated_bias") == bootstrap.aggregated.bias);
  CHECK(group.numbers("last_two_recur") == bootstrap.last_two_recur);
  const SubsamplingCurve curve = subsampling_curve(relay, {.random = stream("all").child("subsampling")});
  CHECK(group.numbers("curve_samples") == std::vector<double>{20, 40, 80, 160});
  CHECK(group.matrix<double>("curve_total") == curve.total_mean);
  CHECK(group.numbers("total_extrapolated") == curve.total_extrapolated);
  CHECK(group.attribute<std::string>("", "exchange") == "samples");
  CHECK_THAT(run.out, Contains("25 permutations of samples (null: no relay)"));
  CHECK_THAT(run.out, Contains("90 % intervals, 20 bootstraps of samples"));

  const std::vector<double> numbers = numbers_of(results);
  REQUIRE(run_recording(folder, samples, "", analysis, {"-j", "3"}).exit_code == 0);
  CHECK(identical(numbers_of(results), numbers));
}

TEST_CASE("Every run says by default how far its relay information can be trusted, and warns of too few samples",
          "[significance][run]") {
  const TemporaryFolder folder;
  // Output equal to input at 80 %, seven coins: all relay information is an artefact of undersampling.
  const Recorded recorded = planted(60, 7, 0, 0.9, 0, RandomStream(82, "coins"));
  const LevelSamples samples{recorded.states.to_bytes(), recorded.input, recorded.output, 2};
  write_recording(folder, samples);
  const ProgramResult run = run_recording(folder, samples, ", subset: part", "  discretize: symbols\n");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const ExperimentResult result = read_results(folder / "out/results.h5");
  const ResultView layer = layer_of(result);
  for (const std::string subset : {"a", "b"}) {
    const ResultView group = layer.at("significance/" + subset);
    CHECK(group.array("total_p").shape == std::vector<std::size_t>{2});
    CHECK(group.array("single_p").shape == std::vector<std::size_t>{2, 7});
    CHECK(!group.has("greedy_p"));
    CHECK_THAT(run.err, Contains(fmt::format("too few samples of {} for 7 units", subset)));
    CHECK_THAT(run.err, Contains("30 samples have"));
    // The greedy sets of one half, judged by the other.
    const ResultView other = layer.at(fmt::format("held_out/{}/chosen_in_{}", subset, subset == "a" ? "b" : "a"));
    const ResultView relay = layer.at("relay/" + subset);
    const RowMatrix<double>& found = other.matrix<double>("greedy");
    CHECK(found(1, 0) == 0);
    CHECK(found(1, 7) == relay.numbers("total")[1]);
    CHECK((other.matrix<double>("best").array() <= relay.matrix<double>("best/information").array()).all());
    CHECK((found.array() <= relay.matrix<double>("best/information").array()).all());
  }
  REQUIRE(run_recording(folder, samples, ", subset: part",
                        "  discretize: symbols\n  significance: {permutations: 0, bootstrap: 0, subsample: false}\n")
              .exit_code == 0);
  CHECK(!layer_of(read_results(folder / "out/results.h5")).has("significance"));
}

TEST_CASE("Estimators and a greedy search by a measure are those of the library", "[measures][run]") {
  const TemporaryFolder folder;
  const LevelSamples samples = random_levels(120, 4, 3, 3, RandomStream(83, "estimators"));
  write_recording(folder, samples);
  const ProgramResult run = run_recording(folder, samples, "",
                                          "  discretize: symbols\n  estimators: [nsb, plug_in]\n"
                                          "  relay: {subsets: [all], by: representation}\n");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const ExperimentResult result = read_results(folder / "out/results.h5");
  const ResultView group = layer_of(result).at("estimators/all"), relay = layer_of(result).at("relay/all");
  CHECK(group.number<double>("state_alphabet") == 81);
  CHECK(group.number<double>("symbol_alphabet") == 2);
  const std::vector<double> total = relay.numbers("total");
  const RowMatrix<double>&found = group.matrix<double>("total"), &single = group.matrix<double>("single");
  for (int c = 0; c < 3; ++c) {
    CHECK(found(c, 1) == Approx(total[static_cast<std::size_t>(c)]).margin(1e-12));
    // NSB from counts of texts: classes of equal counts are all that an entropy depends on.
    const auto entropy = [&](bool in, bool out, const std::vector<int>& units, double alphabet) {
      std::map<std::string, std::uint64_t> cells;
      for (std::size_t i = 0; i < samples.input.size(); ++i) {
        std::string cell = fmt::format("{} {}", in && samples.input[i] == c, out && samples.output[i] == c);
        for (const int unit : units) cell += std::to_string(samples.states(static_cast<Eigen::Index>(i), unit));
        ++cells[cell];
      }
      std::vector<std::uint64_t> counts;
      for (const auto& [cell, count] : cells) counts.push_back(count);
      return estimated_entropy_bits(entropy_estimator("nsb"), counts, alphabet);
    };
    const auto relayed = [&](const std::vector<int>& units, double states) {
      return entropy(true, false, {}, 2) + entropy(false, true, {}, 2) - entropy(true, true, {}, 4) -
             (entropy(true, false, units, 2 * states) + entropy(false, true, units, 2 * states) -
              entropy(false, false, units, states) - entropy(true, true, units, 4 * states));
    };
    CHECK(found(c, 0) == Approx(relayed({0, 1, 2, 3}, 81)).margin(1e-9));
    CHECK(single(c, 2 * 2) == Approx(relayed({2}, 3)).margin(1e-9));
    CHECK(single(c, 2 * 2 + 1) == Approx(relay.matrix<double>("single")(c, 2)).margin(1e-12));
  }
  const LevelTable table = samples.one_vs_rest();
  const MeasuredGreedy path = greedy_by_measure(table, SetMeasure::representation);
  CHECK(relay.matrix<std::uint8_t>("by_measure/removal_order").cast<int>() == path.removal_order.cast<int>());
  CHECK(relay.matrix<double>("by_measure/value") == path.value);
  CHECK(relay.matrix<double>("by_measure/information")(1, 3) == 0);
  CHECK(relay.attribute<std::string>("by_measure", "measure") == "representation");
}

TEST_CASE("Trials are exchanged and drawn as wholes, and measures over time do not cross their ends",
          "[significance][run]") {
  const TemporaryFolder folder;
  constexpr std::size_t trials = 10, steps = 6, units = 3;
  RandomStream random(84, "trials");
  std::vector<std::uint8_t> values, input, output;
  for (std::size_t i = 0; i < trials * steps; ++i) {
    input.push_back(static_cast<std::uint8_t>(random.below(2)));
    output.push_back(static_cast<std::uint8_t>(random.below(2)));
    for (std::size_t k = 0; k < units; ++k)
      values.push_back(k == 0 && i % steps > 0 ? input[i - 1] : static_cast<std::uint8_t>(random.below(2)));
  }
  write_npy(folder / "states.npy", {trials, steps, units}, values);
  write_npy(folder / "in.npy", {trials, steps}, input);
  write_npy(folder / "out.npy", {trials, steps}, output);
  const auto run_with = [&](const std::string& analysis) {
    return run_config(folder,
                      "name: t\nseed: 7\nrecordings:\n  r: {file: states.npy, axes: [trial, time, "
                      "unit], input: in.npy, output: out.npy}\nanalysis:\n  discretize: "
                      "symbols\n" +
                          analysis);
  };
  const ProgramResult run = run_with("  lags: [1, 3]\n");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const ExperimentResult result = read_results(folder / "out/results.h5");
  const ResultView group = layer_of(result).at("significance/all"), temporal = layer_of(result).at("measures/all");
  CHECK(group.attribute<std::string>("", "exchange") == "trials");
  CHECK(group.attribute<std::string>("", "bootstrap_of") == "trials");
  RowMatrix<std::uint8_t> states = Eigen::Map<const RowMatrix<std::uint8_t>>(values.data(), trials * steps, units);
  const UnitStates bits = UnitStates::from_bytes(states);
  const std::vector<Symbol> x(input.begin(), input.end()), y(output.begin(), output.end());
  std::vector<std::uint32_t> trial;
  for (std::uint32_t i = 0; i < trials * steps; ++i) trial.push_back(i / steps);
  const std::vector<Contrast> contrasts = numbered_contrasts(2);
  const RelayTest test = relay_permutation_test(
      {bits, x, y, contrasts},
      {.permutations = 99, .exchange = Exchange::trials, .trial = trial, .random = stream("all").child("no_relay")},
      RelayPart::single);
  check_test(group, "total", test.total);
  CHECK(temporal.matrix<double>("temporal_representation") ==
        temporal_representation_bits(bits, x, steps, {.lags = {1, 3}}));
  const RowMatrix<double>& transfer = temporal.matrix<double>("transfer_entropy");
  for (int target = 0; target < 3; ++target) {
    const auto expected = transfer_entropy_of_sets_bits(bits, steps, target);
    for (std::size_t set = 0; set < 8; ++set) CHECK(transfer(target, static_cast<Eigen::Index>(set)) == expected[set]);
  }
  CHECK(temporal.matrix<double>("transfer_entropy_units") == transfer_entropy_between_units_bits(bits, steps));

  REQUIRE(run_with("  significance: {exchange: samples}\n").exit_code == 0);
  CHECK(
      layer_of(read_results(folder / "out/results.h5")).at("significance/all").attribute<std::string>("", "exchange") ==
      "samples");
  const ProgramResult late = run_with("  lags: [2, 6]\n");
  CHECK(late.exit_code == 3);
  CHECK_THAT(late.err, Contains("r, all: analysis.lags has 6, but a trial has 6 steps"));
}

TEST_CASE("Settings of significance and time that do not fit are refused with their place", "[significance][config]") {
  const TemporaryFolder folder;
  const LevelSamples samples = random_levels(40, 3, 2, 2, RandomStream(85, "refused"));
  write_recording(folder, samples);
  const auto refused = [&](const std::string& setting) {
    const ProgramResult run = run_recording(folder, samples, "", "  discretize: symbols\n", {setting, "--validate"});
    CHECK(run.exit_code == 2);
    return run.err;
  };
  CHECK_THAT(refused("analysis.significance.bootstrap=1"), Contains("1 resample, expected 0 or at least 2"));
  CHECK_THAT(refused("analysis.significance.nulls=[]"), Contains("at least one null is needed for permutations"));
  CHECK_THAT(refused("analysis.significance.exchange=trials"), Contains("trials needs a recording with an axis time"));
  CHECK_THAT(refused("analysis.lags=[1]"), Contains("needs a recording with an axis time"));
  CHECK_THAT(refused("analysis.lags=[2, 2]"), Contains("2 is listed twice"));
  CHECK_THAT(refused("analysis.estimators=[nsbb]"), Contains("did you mean 'nsb'?"));
  CHECK_THAT(refused("analysis.relay.by=sumthing"), Contains("mutual_information_input"));
}
