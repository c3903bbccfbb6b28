#include "infotheory/states/state_table.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "core/error.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/wide_tables.hpp"

using namespace inforelay;
using namespace inforelay::test;

TEST_CASE("A state table counts what a map counts", "[states]") {
  const int units = GENERATE(3, 5, 32, 33, 66);
  const WideSamples samples = random_wide_samples(300, units, 3, RandomStream(4, "table"));
  const StateTable table = samples.table();
  std::map<std::string, std::uint32_t> count;
  std::map<std::pair<std::string, int>, ContrastCounts> of_contrast;
  for (std::size_t i = 0; i < 300; ++i) {
    const std::string state = samples.text(i);
    ++count[state];
    for (int c = 0; c < 3; ++c) {
      ContrastCounts& counts = of_contrast[{state, c}];
      counts.input += samples.input[i] == c;
      counts.output += samples.output[i] == c;
      counts.both += samples.input[i] == c && samples.output[i] == c;
    }
  }
  CHECK(table.sample_count() == 300);
  CHECK(table.unit_count() == units);
  CHECK(table.contrast_count() == 3);
  REQUIRE(table.size() == count.size());
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string state = text_of(table.states(), row);
    REQUIRE(table.counts()[row] == count.at(state));
    if (row > 0 && units <= 32) CHECK(table.states().word(row) > table.states().word(row - 1));
    for (int c = 0; c < 3; ++c) {
      const ContrastCounts found = table.contrast_counts(c)[row], expected = of_contrast.at({state, c});
      CHECK(found.input == expected.input);
      CHECK(found.output == expected.output);
      CHECK(found.both == expected.both);
    }
  }
}

TEST_CASE("A state table counts contrasts of any sets of symbols, with more than 256 symbols", "[states]") {
  RandomStream random(5, "symbols");
  constexpr std::size_t inputs = 65536, outputs = 1000, samples = 3000;
  std::vector<Contrast> contrasts;
  for (const char* name : {"a", "b", "c"}) {
    Contrast contrast{name, {inputs, {}}, {outputs, {}}};
    for (std::size_t i = 0; i < inputs; ++i)
      if (random.below(3) == 0) contrast.input.members.push_back(static_cast<Symbol>(i));
    for (std::size_t i = 0; i < outputs; ++i)
      if (random.below(2) == 0) contrast.output.members.push_back(static_cast<Symbol>(i));
    contrasts.push_back(contrast);
  }
  std::vector<StateWord> states;
  std::vector<Symbol> input, output;
  for (std::size_t i = 0; i < samples; ++i) {
    states.push_back(static_cast<StateWord>(random.below(4)));
    input.push_back(static_cast<Symbol>(random.below(inputs)));
    output.push_back(static_cast<Symbol>(random.below(outputs)));
  }
  input[0] = 65535;
  const StateTable table(UnitStates::from_words(states, 2), input, output, contrasts);
  REQUIRE(table.size() == 4);
  for (StateWord state = 0; state < 4; ++state) {
    for (std::size_t c = 0; c < 3; ++c) {
      std::uint32_t a = 0, b = 0, ab = 0;
      for (std::size_t i = 0; i < samples; ++i) {
        if (states[i] != state) continue;
        const auto has = [](const SymbolSet& set, Symbol symbol) {
          return std::find(set.members.begin(), set.members.end(), symbol) != set.members.end();
        };
        const bool in = has(contrasts[c].input, input[i]), out = has(contrasts[c].output, output[i]);
        a += in;
        b += out;
        ab += in && out;
      }
      const ContrastCounts found = table.contrast_counts(static_cast<int>(c))[state];
      CHECK(found.input == a);
      CHECK(found.output == b);
      CHECK(found.both == ab);
    }
  }
}

TEST_CASE("As many contrasts as there can be symbols take memory in proportion", "[states]") {
  // With a flag for each symbol in each contrast they would be 1 GiB.
  const std::vector<Contrast> contrasts = one_vs_rest(std::vector<std::string>(65536));
  std::size_t members = 0;
  for (const Contrast& contrast : contrasts) members += contrast.input.members.size() + contrast.output.members.size();
  CHECK(members == 2 * 65536);
  const std::vector<Symbol> input{0, 65535}, output{65535, 65535};
  const StateTable table(UnitStates::from_words(std::vector<StateWord>{1, 1}, 1), input, output, contrasts);
  CHECK(table.contrast_counts(65535)[0].both == 1);
  CHECK(table.contrast_counts(65535)[0].output == 2);
  CHECK(table.contrast_counts(0)[0].input == 1);
}

TEST_CASE("One against the rest is a contrast for each symbol", "[states]") {
  const std::vector<std::string> names{"cat", "dog", "bird"};
  const std::vector<Contrast> contrasts = one_vs_rest(names);
  REQUIRE(contrasts.size() == 3);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(contrasts[c].name == names[c]);
    for (const SymbolSet* set : {&contrasts[c].input, &contrasts[c].output}) {
      CHECK(set->count == 3);
      for (Symbol symbol = 0; symbol < 3; ++symbol) CHECK(set->contains(symbol) == (symbol == c));
    }
  }
  CHECK_THROWS_WITH(one_vs_rest(std::vector<std::string>(65537)), "one_vs_rest: 65537 symbols, expected at most 65536");
}

TEST_CASE("A state table names what is wrong with its samples", "[states]") {
  const UnitStates states(2, 40);
  const std::vector<Symbol> good{0, 1}, bad{0, 2}, few{0};
  const std::vector<Contrast> contrasts = numbered_contrasts(2);
  const auto make = [&](const auto& input, const auto& output) { return StateTable(states, input, output, contrasts); };
  CHECK_NOTHROW(make(good, good));
  CHECK_THROWS_WITH(make(bad, good), "state table: sample 1 has input symbol 2, expected [0,2)");
  CHECK_THROWS_WITH(make(good, bad), "state table: sample 1 has output symbol 2, expected [0,2)");
  CHECK_THROWS_WITH(make(few, good), "state table: 2 states with 1 input symbols, expected as many");
  CHECK_THROWS_WITH(make(good, few), "state table: 2 states with 1 output symbols, expected as many");
  CHECK_THROWS_WITH(StateTable(UnitStates(), {}, {}, contrasts), "state table: no samples, expected at least 1");
  CHECK_THROWS_WITH(StateTable(states, good, good, {}), "state table: no contrasts, expected at least 1");
  std::vector<Contrast> uneven = contrasts;
  uneven[1].output.count = 3;
  CHECK_THROWS_WITH(StateTable(states, good, good, uneven),
                    "state table: contrast 1 is defined for 3 symbols, expected 2 as for contrast 0");
  std::vector<Contrast> beyond = contrasts;
  beyond[1].input.members = {2};
  CHECK_THROWS_WITH(StateTable(states, good, good, beyond), "state table: contrast 1 has symbol 2, expected [0,2)");
}
