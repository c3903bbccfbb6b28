#include "nn/data/split.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "nn/data/dataset.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

// counts[c] samples of class c, in turn while there are any.
std::vector<Symbol> labels_in_turn(std::vector<std::size_t> counts) {
  std::vector<Symbol> labels;
  while (std::any_of(counts.begin(), counts.end(), [](std::size_t left) { return left > 0; })) {
    for (std::size_t c = 0; c < counts.size(); ++c) {
      if (counts[c] == 0) continue;
      labels.push_back(static_cast<Symbol>(c));
      --counts[c];
    }
  }
  return labels;
}

std::vector<std::size_t> counts_of(const std::vector<std::uint32_t>& samples, const std::vector<Symbol>& labels,
                                   std::size_t classes) {
  std::vector<std::size_t> counts(classes);
  for (const std::uint32_t sample : samples) ++counts[labels[sample]];
  return counts;
}

}  // namespace

TEST_CASE("A split takes the same fraction of each class", "[data]") {
  const std::vector<Symbol> labels = labels_in_turn({100, 50, 10, 40});
  const StratifiedSplit split = stratified_split(labels, numbered_names(4), 0.2, RandomStream(1, "split"));
  CHECK(counts_of(split.test, labels, 4) == std::vector<std::size_t>{20, 10, 2, 8});
  CHECK(counts_of(split.train, labels, 4) == std::vector<std::size_t>{80, 40, 8, 32});
  CHECK(std::is_sorted(split.test.begin(), split.test.end()));
  CHECK(std::is_sorted(split.train.begin(), split.train.end()));
  std::set<std::uint32_t> all(split.test.begin(), split.test.end());
  all.insert(split.train.begin(), split.train.end());
  CHECK(all.size() == labels.size());
}

TEST_CASE("What is left over by rounding goes to the classes with the largest remainders", "[data]") {
  // 0.25 of 10, 11, 3: 2.5, 2.75, 0.75, in all 6; of equal remainders the first class comes first.
  std::vector<Symbol> labels = labels_in_turn({10, 11, 3});
  StratifiedSplit split = stratified_split(labels, numbered_names(3), 0.25, RandomStream(1, "split"));
  CHECK(split_size(24, 0.25) == 6);
  CHECK(counts_of(split.test, labels, 3) == std::vector<std::size_t>{2, 3, 1});
  labels = labels_in_turn({10, 10, 10});  // 2.5 each, 7.5 in all: 8
  split = stratified_split(labels, numbered_names(3), 0.25, RandomStream(1, "split"));
  CHECK(counts_of(split.test, labels, 3) == std::vector<std::size_t>{3, 3, 2});
}

TEST_CASE("A split is drawn by its seed, and differs between seeds", "[data]") {
  const std::vector<Symbol> labels = labels_in_turn({100, 100});
  const auto test = [&](std::uint64_t seed) {
    return stratified_split(labels, numbered_names(2), 0.3, RandomStream(seed, "split")).test;
  };
  CHECK(test(1) == test(1));
  CHECK(test(1) != test(2));
  // Each sample is drawn in three of ten seeds.
  std::vector<int> drawn(labels.size());
  constexpr int seeds = 2000;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    for (const std::uint32_t sample : test(seed)) ++drawn[sample];
  }
  const auto [least, most] = std::minmax_element(drawn.begin(), drawn.end());
  constexpr double five_deviations = 5 * 20.5;
  CHECK(*least > 0.3 * seeds - five_deviations);
  CHECK(*most < 0.3 * seeds + five_deviations);
}

TEST_CASE("A class that cannot be in both sets is an error", "[data]") {
  const std::vector<std::string> names{"a", "b", "rare"};
  CHECK_THROWS_WITH(stratified_split(labels_in_turn({50, 50, 1}), names, 0.2, RandomStream(1, "split")),
                    "data.split: 0.2: of the 1 samples of class rare, 0 would be test samples, expected at least one "
                    "for each of training and test");
  CHECK_THROWS_AS(stratified_split(labels_in_turn({50, 50, 1}), names, 0.9, RandomStream(1, "split")), DataError);
  CHECK_NOTHROW(stratified_split(labels_in_turn({50, 50, 0}), names, 0.2, RandomStream(1, "split")));
}
