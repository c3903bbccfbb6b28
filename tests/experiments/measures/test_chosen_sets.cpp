// The sets that a class is described by, against searches over all sets.
#include "experiments/measures/chosen_sets.hpp"

#include <cmath>
#include <filesystem>

#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::quick_config;
using test::run_program;
using test::TemporaryFolder;

std::int64_t at(const RowMatrix<std::int64_t>& sets, Eigen::Index c, ChosenSet which) {
  return sets(c, static_cast<Eigen::Index>(which));
}

}  // namespace

TEST_CASE("Chosen sets are the smallest of all, and their accuracies those of the tables", "[chosen_sets][run]") {
  const TemporaryFolder folder;
  const test::ProgramResult run = run_program(
      {quick_config, "networks.composite=null", "networks.full.layers=[784, 6, 10]", "networks.full.train.max_epochs=3",
       "data.train_limit=400", "data.test_limit=300", "figures=null", "-o", "run"},
      folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const ExperimentResult result = read_results(folder / "run/results.h5");
  const ResultView layer = result.network("full").at("layers/1");
  const RowMatrix<float>& information = layer.matrix<float>("relay/test/information");
  const RowMatrix<float>& accuracy = layer.matrix<float>("knockout/test/accuracy");
  const RowMatrix<std::int64_t>& sets = layer.matrix<std::int64_t>("chosen_sets/set");
  const auto& bits = std::get<RowMatrix<double>>(layer.array("chosen_sets/information").values);
  const std::vector<std::string>& subsets = layer.texts("chosen_sets/subset");
  REQUIRE(subsets == std::vector<std::string>{"train", "test"});
  REQUIRE(sets.rows() == 10);
  for (Eigen::Index c = 0; c < 10; ++c) {
    INFO("class " << c);
    const double total = layer.vector<double>("relay/test/total")[static_cast<std::size_t>(c)];
    for (const auto& [which, part] : {std::pair(ChosenSet::half, 0.5), std::pair(ChosenSet::most, 0.9)}) {
      if (total <= 0) {
        CHECK(at(sets, c, which) == no_chosen_set);
        continue;
      }
      const NeuronSet chosen(static_cast<std::uint32_t>(at(sets, c, which)));
      CHECK(information(c, chosen.index()) >= part * total - 1e-6);
      for (std::uint32_t set = 0; set < 64; ++set) {
        if (NeuronSet(set).size() < chosen.size()) CHECK(information(c, set) < part * total + 1e-6);
        if (NeuronSet(set).size() == chosen.size()) CHECK(information(c, set) <= information(c, chosen.index()));
      }
    }
    const auto pair = at(sets, c, ChosenSet::best_pair);
    for (std::uint32_t set = 0; set < 64; ++set) {
      if (NeuronSet(set).size() == 2) CHECK(information(c, set) <= information(c, pair));
    }
    for (Eigen::Index choice = 0; choice < chosen_set_count; ++choice) {
      if (sets(c, choice) == no_chosen_set) continue;
      CHECK(bits(c, choice * 2 + 1) == Approx(information(c, sets(c, choice))).margin(1e-6));
      CHECK(layer.matrix<float>("ablation/zero/chosen")(c, choice) == accuracy(c, sets(c, choice)));
    }
  }
  // Along the paths: intact, then units one by one, and all out in the end.
  const RowMatrix<float>& greedy = layer.matrix<float>("ablation/zero/greedy");
  const RowMatrix<float>& mean = layer.matrix<float>("ablation/mean/greedy");
  REQUIRE(greedy.cols() == 7);
  for (Eigen::Index c = 0; c < 10; ++c) {
    CHECK(greedy(c, 0) == accuracy(c, 0));
    CHECK(greedy(c, 6) == accuracy(c, 63));
    CHECK(greedy(c, 2) == accuracy(c, at(sets, c, ChosenSet::greedy_pair)));
    CHECK(layer.matrix<float>("ablation/zero/reverse")(c, 6) == greedy(c, 6));
    CHECK(mean(c, 0) == greedy(c, 0));
  }
  CHECK(mean != greedy);
}

TEST_CASE("Without a table of all sets the chosen sets are those of the greedy path", "[chosen_sets]") {
  ResultArrays arrays;
  const auto put = [&](const std::string& path, auto values, std::vector<std::string> axes) {
    const std::vector<std::size_t> shape = axes.size() == 1
                                               ? std::vector<std::size_t>{static_cast<std::size_t>(values.cols())}
                                               : std::vector<std::size_t>{static_cast<std::size_t>(values.rows()),
                                                                          static_cast<std::size_t>(values.cols())};
    arrays.put_array(path, {"bit", "", std::move(axes), shape, std::move(values), false});
  };
  put("relay/total", RowMatrix<double>{{1, -0.5, std::nan("")}}, {"class"});
  put("relay/greedy/information",
      RowMatrix<double>{{0.95, 0.6, 0}, {0.5, 0.25, 0}, {std::nan(""), std::nan(""), std::nan("")}}, {"class", "step"});
  put("relay/greedy/removal_order", RowMatrix<std::uint8_t>{{2, 0, 1}, {0, 1, 2}, {0, 0, 0}}, {"class", "step"});
  const RowMatrix<std::int64_t> sets = choose_sets(arrays.view("relay"));
  CHECK(at(sets, 0, ChosenSet::half) == 0b010);
  CHECK(at(sets, 0, ChosenSet::most) == 0b011);
  CHECK(at(sets, 0, ChosenSet::greedy_pair) == 0b011);
  CHECK(at(sets, 0, ChosenSet::best_pair) == no_chosen_set);
  CHECK(at(sets, 1, ChosenSet::half) == no_chosen_set);  // no part of less than nothing
  CHECK(at(sets, 1, ChosenSet::greedy_pair) == 0b110);
  for (Eigen::Index choice = 0; choice < chosen_set_count; ++choice) CHECK(sets(2, choice) == no_chosen_set);
}

}  // namespace inforelay
