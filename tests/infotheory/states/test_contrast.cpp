// Contrasts of symbols that are numbers of several bits.
#include "infotheory/states/contrast.hpp"

#include "core/error.hpp"
#include "core/random.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/states/state_table.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

TEST_CASE("The contrast of a bit is that of the bit alone", "[contrast][boolean]") {
  RandomStream random(5, "bits");
  constexpr int units = 5, bits = 3;
  constexpr std::size_t samples = 300;
  RowMatrix<std::uint8_t> states(static_cast<Eigen::Index>(samples), units);
  for (auto& level : states.reshaped()) level = static_cast<std::uint8_t>(random.below(2));
  std::vector<Symbol> input(samples), output(samples);
  for (std::size_t n = 0; n < samples; ++n) {
    input[n] = static_cast<Symbol>(random.below(8));
    output[n] = static_cast<Symbol>(random.below(4) == 0 ? random.below(8) : input[n]);
  }
  const UnitStates binary = UnitStates::from_bytes(states);
  const std::vector<std::string> names{"a", "b", "c"};
  const std::vector<Contrast> contrasts = each_bit(names);
  REQUIRE(contrasts.size() == bits);
  CHECK(contrasts[1].name == "b");
  CHECK(contrasts[1].input.members == std::vector<Symbol>{2, 3, 6, 7});
  const StateTable table(binary, input, output, contrasts);
  for (int b = 0; b < bits; ++b) {
    CAPTURE(b);
    std::vector<Symbol> in, out;
    for (std::size_t n = 0; n < samples; ++n) {
      in.push_back(static_cast<Symbol>(input[n] >> b & 1));
      out.push_back(static_cast<Symbol>(output[n] >> b & 1));
    }
    const std::vector<std::string> two{"0", "1"};
    const StateTable alone(binary, in, out, one_vs_rest(two));
    for (std::uint32_t set = 0; set < 1u << units; ++set)
      CHECK(relay_information_bits(table, b, NeuronSet(set)) == relay_information_bits(alone, 1, NeuronSet(set)));
  }
  CHECK_THROWS_WITH(each_bit(std::vector<std::string>(9, "x")), Catch::Contains("9 bits, expected at most 8"));
}
