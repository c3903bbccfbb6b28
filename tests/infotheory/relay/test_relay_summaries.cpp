#include "infotheory/relay/relay_summaries.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "infotheory/information/information.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

TEST_CASE("Input-output information of a table is that of its symbols", "[relay][summaries]") {
  RandomStream random(3, "summaries");
  constexpr std::size_t samples = 500;
  RowMatrix<std::uint8_t> bytes(samples, 3);
  std::vector<Symbol> input, output;
  for (std::size_t n = 0; n < samples; ++n) {
    for (Eigen::Index k = 0; k < 3; ++k) bytes(static_cast<Eigen::Index>(n), k) = random.below(2) != 0;
    input.push_back(static_cast<Symbol>(random.below(3)));
    output.push_back(random.below(4) == 0 ? static_cast<Symbol>(random.below(3)) : input.back());
  }
  const std::vector<std::string> names{"a", "b", "c"};
  const std::vector<Contrast> contrasts = one_vs_rest(names);
  std::vector<double> expected;
  for (Symbol c = 0; c < 3; ++c) {
    std::vector<DiscreteValue> in, out;
    for (std::size_t n = 0; n < samples; ++n) {
      in.push_back(input[n] == c);
      out.push_back(output[n] == c);
    }
    expected.push_back(mutual_information_bits(in, out));
  }
  CHECK(input_output_information_bits(StateTable(UnitStates::from_bytes(bytes), input, output, contrasts)) == expected);
  CHECK(input_output_information_bits(LevelTable(bytes, input, output, contrasts)) == expected);
  const std::vector<DiscreteValue> in(input.begin(), input.end()), out(output.begin(), output.end());
  CHECK(input_output_information_bits(LevelTable(bytes, input, output)) ==
        std::vector{mutual_information_bits(in, out)});
}

TEST_CASE("Participation ratio counts the units that share aggregated relay information", "[relay][summaries]") {
  RowMatrix<double> aggregated(4, 4);
  aggregated << 2, 2, 2, 2, 0, 3, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0;
  const std::vector<double> ratio = participation_ratio(aggregated);
  REQUIRE(ratio.size() == 4);
  CHECK(ratio[0] == 4);
  CHECK(ratio[1] == 1);
  CHECK(ratio[2] == 2);
  CHECK(std::isnan(ratio[3]));
}
