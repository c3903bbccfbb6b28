// Runs with units of several levels, contrasts of whole symbols and measures of all sets.
#include <algorithm>
#include <cmath>
#include <map>

#include "core/sets/neuron_set.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/metrics.hpp"
#include "experiments/results/results_file.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/relay/set_measures.hpp"
#include "infotheory/states/discretize.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"
#include "tests/set_scans.hpp"

namespace inforelay {
namespace {

using test::ProgramResult;
using test::run_program;
using test::TemporaryFolder;

const std::vector<std::string> narrow_run{std::string(INFORELAY_CONFIGS) + "/wide_layer.yaml",
                                          "data.dataset=digits",
                                          "data.train_limit=800",
                                          "data.test_limit=400",
                                          "networks.wide.layers=[784, 6, 10]",
                                          "networks.wide.train.max_epochs=3",
                                          "analysis.relay={subsets: [train, test], exhaustive: [test]}",
                                          "analysis.knockout={subsets: [test]}",
                                          "figures=null",
                                          "-o",
                                          "run"};

// The measures and the relay information in the results are those of the states in the results.
template <class Table>
void check_results(const ResultView& layer, const Table& table, const std::vector<SetMeasure>& measures) {
  const ResultView relay = layer.at("relay/test"), found = layer.at("measures/test");
  const GreedyRelay greedy = greedy_relay(table);
  const ExhaustiveRelay all = exhaustive_relay(table, greedy);
  CHECK(relay.matrix<double>("greedy/information") == greedy.information);
  CHECK(relay.matrix<float>("information") == all.information);
  CHECK(relay.matrix<double>("best/information") == all.best_information);
  CHECK(relay.matrix<double>("single") == single_neuron_loss_bits(table));
  CHECK(relay.numbers("total") == total_relay_information_bits(table));
  const std::vector<MeasuredSets> expected = measure_sets(table, measures);
  for (const MeasuredSets& each : expected) {
    const std::string name(word_of(set_measure_names, each.measure));
    INFO(name);
    CHECK(found.matrix<float>(name) == each.values);
    CHECK(found.matrix<double>(name + "_sizes/mean") == each.statistics.mean);
  }
  // The total is I(X_in; X_out) less what is left given all units, and co-information of all units is that, too.
  const RowMatrix<float>& co = found.matrix<float>("co_information");
  const std::vector<double> total = relay.numbers("total");
  for (Eigen::Index c = 0; c < co.rows(); ++c)
    CHECK(static_cast<double>(co(c, co.cols() - 1)) == Approx(total[static_cast<std::size_t>(c)]).margin(1e-7));
}

/// By counting the symbols and from the table of all sets.
void check_fragmentation(const ResultView& layer, const LayerStates& states) {
  const RowMatrix<float>& known = layer.matrix<float>("measures/test/mutual_information_input");
  const auto n = static_cast<double>(states.input.size());
  for (Eigen::Index c = 0; c < known.rows(); ++c) {
    std::map<Symbol, double> counts;
    for (const Symbol symbol : states.input)
      ++counts[states.contrasts.empty() ? symbol : static_cast<Symbol>(symbol == c ? 1 : 0)];
    double entropy = 0;
    for (const auto& [symbol, count] : counts) entropy -= count / n * std::log2(count / n);
    for (const auto& [name, reference] : std::map<std::string, double>{
             {"feature", entropy}, {"shared", static_cast<double>(known(c, known.cols() - 1))}}) {
      const RowMatrix<std::int64_t>&size = layer.matrix<std::int64_t>("fragmentation/test/" + name),
            set = layer.matrix<std::int64_t>("fragmentation/test/" + name + "_set");
      REQUIRE(size.cols() == 10);
      for (Eigen::Index t = 0; t < 10; ++t) {
        CAPTURE(name, c, t);
        std::int64_t least = -1;
        for (std::uint32_t bits = 0; bits < static_cast<std::uint32_t>(known.cols()); ++bits) {
          const std::int64_t units = NeuronSet(bits).size();
          if (static_cast<double>(known(c, bits)) >= static_cast<double>(t + 1) / 10 * reference - 1e-7 &&
              (least < 0 || units < least))
            least = units;
        }
        CHECK(size(c, t) == least);
        if (least >= 0) CHECK(NeuronSet(static_cast<std::uint32_t>(set(c, t))).size() == least);
      }
    }
  }
  CHECK(layer.vector<std::int64_t>("fragmentation/test/threshold_percent")[9] == 100);
}

void check_smearedness(const ResultView& layer) {
  const RowMatrix<float>& sets = layer.matrix<float>("measures/test/representation");
  const RowMatrix<double>& units = layer.matrix<double>("smearedness/test/representation");
  double nodes = 0, concepts = 0;
  for (Eigen::Index c = 0; c < units.rows(); ++c) {
    for (Eigen::Index i = 0; i < units.cols(); ++i) {
      CHECK(static_cast<float>(units(c, i)) == sets(c, Eigen::Index{1} << i));
      for (Eigen::Index k = 0; k < i; ++k) nodes += std::min(units(c, i), units(c, k));
      for (Eigen::Index k = 0; k < c; ++k) concepts += std::min(units(c, i), units(k, i));
    }
  }
  CHECK(layer.number<double>("smearedness/test/over_nodes") == Approx(nodes));
  CHECK(layer.number<double>("smearedness/test/over_concepts") == Approx(concepts));
}

}  // namespace

TEST_CASE("A run has the measures of all sets, of binary units and of levels, one against the rest and whole",
          "[levels][run][long]") {
  const bool whole = GENERATE(false, true), binary = GENERATE(false, true);
  const TemporaryFolder folder;
  std::vector<std::string> arguments = narrow_run;
  arguments.push_back(
      "analysis.measures=[mutual_information_input, co_information, miller_madow_correction, representation]");
  if (whole) arguments.push_back("analysis.contrast=whole");
  if (!binary) arguments.push_back("analysis.discretize={method: equal_population, levels: 4, fit: train}");
  if (whole && !binary) {
    arguments.push_back("figures={formats: [svg]}");
    std::erase(arguments, "figures=null");
  }
  const ProgramResult run = run_program(arguments, folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  for (const std::string& said : {run.err, run_program(test::with(arguments, {"--dry-run"}), folder.path()).out}) {
    CHECK((said.find("more than two levels (analysis.discretize): clusters, components") != std::string::npos) ==
          !binary);
  }
  const ExperimentResult result = read_results(folder.path() / "run/results.h5");
  const ResultView layer = result.network("wide").at("layers/1");
  const LayerStates states = layer_states(
      layer.at("states/test"), whole ? ContrastKind::whole : ContrastKind::one_vs_rest, result.network("wide"));
  const std::vector<SetMeasure> measures{SetMeasure::mutual_information_input, SetMeasure::co_information,
                                         SetMeasure::miller_madow_correction, SetMeasure::representation};
  std::visit([&](const auto& table) { check_results(layer, table, measures); }, states.table());
  check_fragmentation(layer, states);
  check_smearedness(layer);
  const std::vector<MetricValue> half = metric_values(result.network("wide"), "fragmentation.test.shared_50");
  const RowMatrix<std::int64_t>& shared = layer.matrix<std::int64_t>("fragmentation/test/shared");
  REQUIRE(std::ssize(half) == shared.rows());
  for (std::size_t c = 0; c < half.size(); ++c)
    CHECK(std::get<double>(half[c]) == static_cast<double>(shared(static_cast<Eigen::Index>(c), 4)));
  CHECK(!layer.has("fragmentation/train"));
  CHECK(layer.has("smearedness/train"));
  CHECK(layer.matrix<float>("measures/test/co_information").rows() == (whole ? 1 : 10));
  CHECK(layer.matrix<float>("knockout/test/accuracy").rows() == 10);
  if (whole) CHECK(layer.texts("relay/test/class") == std::vector<std::string>{"whole"});
  CHECK(!layer.has("measures/train"));
  CHECK(layer.has("geometry") == binary);

  for (const std::string subset : {"train", "test"}) {
    const ResultView of_subset = layer.at("states/" + subset);
    const RowMatrix<double>& cuts = of_subset.matrix<double>("threshold");
    CHECK(cuts.cols() == (binary ? 1 : 3));
    const RowMatrix<std::uint8_t> levels = levels_by_cuts(of_subset.matrix<float>("value"), cuts);
    if (!binary) CHECK(of_subset.matrix<std::uint8_t>("state") == levels);
    if (!binary) CHECK(cuts == layer.matrix<double>("states/train/threshold"));
    const DistinctLevels distinct = distinct_levels(levels);
    CHECK(of_subset.number<double>("output_given_state_bits") ==
          Approx(entropy_given_state_bits(distinct.index, of_subset.vector<Symbol>("output"))).margin(1e-12));
    CHECK(of_subset.number<double>("input_given_state_bits") ==
          Approx(entropy_given_state_bits(distinct.index, of_subset.vector<Symbol>("input"))).margin(1e-12));
    CHECK(of_subset.number<std::int64_t>("occupied_states") == std::ssize(distinct.counts));
  }
}

}  // namespace inforelay
