// Relay information of the authors' trained full network on MNIST compared with their published values.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/states/discretize.hpp"
#include "nn/data/mnist.hpp"
#include "nn/network/mlp.hpp"
#include "nn/weights/weight_file.hpp"
#include "tests/catch2.hpp"
#include "tests/contrasts.hpp"
#include "tests/mnist.hpp"

using namespace inforelay;

namespace {

StateTable reference_table(const std::string& split, std::size_t n) {
  const DataPair pair = load_mnist(locate_files(*test::data_folder() / "mnist", mnist_files).value());
  const Dataset data = (split == "train" ? pair.train : pair.test).head(n);
  const WeightFile authors = load_weights(*test::data_folder() / "reference" / "fullModel.model");
  const Samples layer = record_layers(authors.network, data, {1}).layers.front();
  return {discretize(layer.values).states, layer.input, layer.output, test::numbered_contrasts(10)};
}

/// The last `size` neurons of the greedy search, in the notation of the published table.
std::string last(const GreedyRelay& greedy, int cls, int size) {
  NeuronSet set;
  for (int step = 20 - size; step < 20; ++step) set = set.with(greedy.removal_order(cls, step));
  return set.to_string();
}

struct PublishedRow {
  std::string numeral, train_last_two, test_last_four, test_last_three, test_last_two, fraction_above;
};

std::vector<PublishedRow> published_greedy() {
  std::ifstream in(*test::data_folder() / "published" / "full_greedy.csv");
  std::vector<PublishedRow> rows;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    PublishedRow row;
    for (std::string* field : {&row.numeral, &row.train_last_two, &row.test_last_four, &row.test_last_three,
                               &row.test_last_two, &row.fraction_above})
      std::getline(fields, *field, ',');
    rows.push_back(row);
  }
  REQUIRE(rows.size() == 10);
  return rows;
}

}  // namespace

TEST_CASE("Greedy search on the training images takes the published path", "[published][mnist]") {
  REQUIRE_INFORELAY_DATA();
  const StateTable table = reference_table("train", 60000);
  CHECK(table.size() == 6290);
  const GreedyRelay greedy = greedy_relay(table);
  const std::array<int, 20> digit_2 = {13, 11, 3, 2, 1, 4, 15, 12, 16, 17, 14, 6, 7, 10, 0, 9, 8, 19, 18, 5};
  for (int step = 0; step < 20; ++step) CHECK(greedy.removal_order(2, step) == digit_2[static_cast<std::size_t>(step)]);
  const auto rows = published_greedy();
  for (int c = 0; c < 10; ++c) {
    INFO("digit " << c);
    CHECK(last(greedy, c, 2) == rows[static_cast<std::size_t>(c)].train_last_two);
  }
}

TEST_CASE("Searches on the test images find the published sets and fractions", "[published][mnist]") {
  REQUIRE_INFORELAY_DATA();
  const StateTable table = reference_table("t10k", 10000);
  CHECK(table.size() == 2145);
  const GreedyRelay greedy = greedy_relay(table);
  const ExhaustiveRelay exhaustive = exhaustive_relay(table, greedy);
  const auto rows = published_greedy();
  int within = 0;
  for (int c = 0; c < 10; ++c) {
    INFO("digit " << c);
    const auto row = static_cast<std::size_t>(c);
    CHECK(last(greedy, c, 4) == rows[row].test_last_four);
    CHECK(last(greedy, c, 3) == rows[row].test_last_three);
    CHECK(last(greedy, c, 2) == rows[row].test_last_two);
    // Digit 7 differs by a fifth, the others by at most 1.6 %: the authors' k-means is not the exact optimum, see
    // docs/reproduction.md.
    const double fraction = std::stod(rows[row].fraction_above);
    if (std::fabs(exhaustive.above_greedy_as_published[row] / fraction - 1) < 0.05) ++within;
    CHECK(exhaustive.above_greedy[row] < 2e-4);
    // Compare some sets with the definition.
    for (StateWord set = 0; set < 1u << 20; set += 49'999)
      CHECK(exhaustive.information(c, set) == static_cast<float>(relay_information_bits(table, c, NeuronSet(set))));
  }
  CHECK(within >= 9);
}
