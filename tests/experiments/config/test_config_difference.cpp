// Differences between configurations, setting by setting.
#include "experiments/config/config_difference.hpp"

#include "tests/catch2.hpp"

namespace inforelay {

TEST_CASE("Configurations differ in the settings that differ, also those that only one has", "[config]") {
  const std::string first = "seed: 1\ndata: {a: 1, b: [1, 2]}\nonly: x\nfigures: null\n";
  const std::string second = "seed: 2\ndata: {a: 1, b: [1, 3]}\nmore: {deep: y}\nfigures: null\n";
  const auto differences = config_differences(first, second);
  REQUIRE(differences.size() == 4);
  CHECK(differences[0].path == "seed");
  CHECK((differences[1].path == "data.b" && differences[1].first == "[1, 2]" && differences[1].second == "[1, 3]"));
  CHECK((differences[2].path == "only" && differences[2].second.empty()));
  CHECK((differences[3].path == "more.deep" && differences[3].first.empty() && differences[3].second == "y"));
  CHECK(differences_text(differences, 2) == "seed is 1 there, 2 here; data.b is [1, 2] there, [1, 3] here; and 2 more");
  CHECK(config_differences(first, first).empty());
  // seed, data.a, data.b, more.deep: what is null is not there.
  CHECK(config_differences("", second).size() == 4);
  CHECK(config_differences("not: [a", second).size() == 4);  // no YAML
  CHECK(setting_in(first, "data.b") == "[1, 2]");
  CHECK(setting_in(first, "data.c").empty());
}

}  // namespace inforelay
