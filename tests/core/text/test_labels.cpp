#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/text/labels.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Names = std::vector<std::string>;

TEST_CASE("Labels that fit are the names themselves", "[labels]") {
  CHECK(distinct_labels({"a", "bb", "a"}, 12) == Names{"a", "bb", "a"});
  CHECK(distinct_labels({}, 12).empty());
  CHECK(distinct_labels({"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"}, 12)
            .front()
            .size() == 24);
}

TEST_CASE("Long labels lose what all names share, or get numbers", "[labels]") {
  CHECK(distinct_labels({"networks.n.activation=tanh, rate=1", "networks.n.activation=relu, rate=1"}, 20) ==
        Names{"\u2026tanh\u2026", "\u2026relu\u2026"});
  // Within a character nothing is cut: both begin with the same byte.
  CHECK(distinct_labels({"a long name \u00e9", "a long name \u00e8"}, 12) == Names{"\u2026\u00e9", "\u2026\u00e8"});
  CHECK(distinct_labels({"abcdefghijklmnop", "bcdefghijklmnopq", "abcdefghijklmnop"}, 12) ==
        Names{"(1) abcdefg\u2026", "(2) bcdefgh\u2026", "(1) abcdefg\u2026"});
  CHECK(distinct_labels({"a very long name of one point"}, 12).size() == 1);
}

TEST_CASE("Labels are as different as the names, and short enough", "[labels]") {
  std::mt19937 random(3);
  const Names letters{"a", "b", "=", ".", "\u00e9", "\u4e2d", "\U0001F600"};
  for (int round = 0; round < 2000; ++round) {
    Names names(1 + random() % 12);
    const std::size_t most = random() % 40, kinds = 1 + random() % letters.size();
    for (std::string& name : names) {
      for (std::size_t i = random() % (most + 1); i-- > 0;) name += letters[random() % kinds];
    }
    const std::size_t longest = 12 + random() % 10;
    const Names labels = distinct_labels(names, longest);
    REQUIRE(labels.size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      REQUIRE(character_count(labels[i]) <= longest);
      for (std::size_t j = 0; j < i; ++j) REQUIRE((labels[i] == labels[j]) == (names[i] == names[j]));
    }
  }
}

TEST_CASE("Ends of paths are as short as differences allow", "[labels]") {
  CHECK(distinct_ends({"networks.n.activation", "networks.n.train.batch_size"}) == Names{"activation", "batch_size"});
  CHECK(distinct_ends({"networks.a.train.max_epochs", "networks.b.train.max_epochs", "seed"}) ==
        Names{"a.train.max_epochs", "b.train.max_epochs", "seed"});
  CHECK(distinct_ends({"a.b", "b"}) == Names{"a.b", "b"});
  CHECK(distinct_ends({}).empty());
}
