#include "infotheory/importance/unit_scores.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "infotheory/information/information.hpp"
#include "tests/catch2.hpp"
#include "tests/contrasts.hpp"

using namespace inforelay;

namespace {

std::vector<SymbolSet> inputs(int classes) {
  std::vector<SymbolSet> sets;
  for (const Contrast& contrast : test::numbered_contrasts(classes)) sets.push_back(contrast.input);
  return sets;
}

}  // namespace

TEST_CASE("Information of single units is that of two columns", "[importance]") {
  RandomStream random(1, "units");
  RowMatrix<std::uint8_t> states(400, 3);
  std::vector<Symbol> symbols;
  for (Eigen::Index i = 0; i < states.rows(); ++i) {
    symbols.push_back(static_cast<Symbol>(random.below(4)));
    states(i, 0) = static_cast<std::uint8_t>(random.below(2));
    states(i, 1) = static_cast<std::uint8_t>(symbols.back() == 2 || random.below(10) == 0);
    states(i, 2) = static_cast<std::uint8_t>((symbols.back() + random.below(2)) % 3);  // of three levels
  }
  const RowMatrix<double> bits = unit_information_bits(states, symbols, inputs(4));
  for (int c = 0; c < 4; ++c) {
    for (int k = 0; k < 3; ++k) {
      std::vector<DiscreteValue> x, y;
      for (Eigen::Index i = 0; i < states.rows(); ++i) {
        x.push_back(symbols[static_cast<std::size_t>(i)] == c);
        y.push_back(states(i, k));
      }
      CHECK(bits(c, k) == Approx(mutual_information_bits(x, y)).margin(1e-12));
    }
  }
  CHECK_THROWS_AS(unit_information_bits(states, symbols, inputs(3)), UsageError);
  CHECK_THROWS_AS(unit_information_bits(states, std::span(symbols).first(5), inputs(4)), UsageError);
}

TEST_CASE("Selectivity is 1 for a unit of one class, 0 for one that is the same for all", "[importance]") {
  const std::vector<Symbol> symbols{0, 0, 1, 1, 3};
  RowMatrix<float> values(5, 5);
  values.col(0) << 0, 0, 2, 4, 0;     // class 1 only
  values.col(1) << 5, 5, 5, 5, 5;     // constant
  values.col(2) << 1, 3, 2, 2, 0;     // means 2, 2, 0: (2 - 1) / (2 + 1)
  values.col(3) << 0, 2, 0, 2, 1;     // means 1, 1, 1
  values.col(4) << -1, -1, 1, 1, -1;  // as column 0, from below 0
  const std::vector<double> index = selectivity(values, symbols);
  CHECK(index[0] == Approx(1));
  CHECK(index[1] == 0);
  CHECK(index[2] == Approx(1 / 3.));
  CHECK(index[3] == Approx(0).margin(1e-12));
  CHECK(index[4] == Approx(1));
}

TEST_CASE("Selectivity needs two classes and numbers", "[importance]") {
  RowMatrix<float> values = RowMatrix<float>::Ones(2, 2);
  CHECK_THROWS_WITH(selectivity(values, std::vector<Symbol>{3, 3}),
                    Catch::Contains("all samples have the same symbol"));
  CHECK_THROWS_AS(selectivity(values, std::vector<Symbol>{3}), UsageError);
  values(1, 0) = NAN;
  CHECK_THROWS_AS(selectivity(values, std::vector<Symbol>{3, 1}), ComputeError);
  CHECK_THROWS_WITH(selectivity(values, std::vector<Symbol>{3, 1}),
                    "selectivity: value of unit 0 of sample 1 is nan, expected a finite number");
}
