// Boolean expressions, and the data source made of them.
#include <bit>
#include <functional>

#include "core/error.hpp"
#include "nn/data/boolean_task.hpp"
#include "nn/data/source.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

using Bits = std::uint32_t;

// The values of an expression against a formula of the bits; b(1) is input bit 1.
void check_formula(const std::string& expression, int inputs,
                   const std::function<bool(const std::function<int(int)>&)>& formula) {
  CAPTURE(expression);
  const std::vector<std::uint8_t> values = boolean_values(expression, inputs);
  REQUIRE(values.size() == std::size_t{1} << inputs);
  for (Bits pattern = 0; pattern < values.size(); ++pattern) {
    const std::function<int(int)> b = [&](int bit) { return static_cast<int>(pattern >> (bit - 1) & 1u); };
    CHECK((values[pattern] == 1) == formula(b));
  }
}

std::string nested(std::size_t levels) {
  std::string text = "1";
  for (std::size_t i = 1; i < levels; ++i) text = "not(" + text + ")";
  return text;
}

DataOptions boolean_options(std::int64_t bits, std::vector<std::string> outputs) {
  DataOptions options;
  options.dataset = "boolean";
  options.boolean = {.input_bits = bits, .outputs = std::move(outputs)};
  return options;
}

}  // namespace

TEST_CASE("Boolean expressions have the values of their formulas", "[data][boolean]") {
  check_formula("3", 3, [](auto b) { return b(3) == 1; });
  check_formula("not(2)", 3, [](auto b) { return b(2) == 0; });
  check_formula("and(1,2,4)", 4, [](auto b) { return b(1) && b(2) && b(4); });
  check_formula("or(1,3)", 3, [](auto b) { return b(1) || b(3); });
  check_formula("xor(1,2)", 3, [](auto b) { return b(1) != b(2); });
  check_formula("xor(1,2,3)", 3, [](auto b) { return (b(1) + b(2) + b(3)) % 2 == 1; });
  check_formula("maj(1,2,4)", 4, [](auto b) { return b(1) + b(2) + b(4) >= 2; });
  check_formula(" maj ( 1 , xor(2, not(3)) , and(1,4)) ", 4,
                [](auto b) { return b(1) + (b(2) != 1 - b(3)) + (b(1) && b(4)) >= 2; });
  check_formula("table(0010, 3, 1)", 3, [](auto b) { return b(3) == 1 && b(1) == 0; });  // row 10: 3 is 1, 1 is 0
  check_formula("table(01,2)", 2, [](auto b) { return b(2) == 1; });
  check_formula("table(00010111,1,2,3)", 3, [](auto b) { return b(1) + b(2) + b(3) >= 2; });
  for (const auto& [name, at_least] : {std::pair("and", 5), std::pair("or", 1), std::pair("maj", 3)})
    check_formula(name, 5, [least = at_least](auto b) { return b(1) + b(2) + b(3) + b(4) + b(5) >= least; });
  const std::vector<std::uint8_t> parity = boolean_values("parity", 16);
  for (Bits pattern = 0; pattern < parity.size(); ++pattern)
    REQUIRE(int{parity[pattern]} == std::popcount(pattern) % 2);
  CHECK(boolean_values(nested(deepest_boolean_expression), 1).size() == 2);
}

TEST_CASE("What is no Boolean expression is an error with its place", "[data][boolean]") {
  const std::pair<std::string, std::string> wrong[]{
      {"", "the expression '', character 1: the end, expected the number of a bit, or one of not, and, or"},
      {"xor(1,5)", "the expression 'xor(1,5)', character 7: bit 5 is out of range [1,4]"},
      {"0", "character 1: bit 0 is out of range [1,4]"},
      {"99999999999999999999999", "bit 99999999999999999999 is out of range"},
      {"xor(1,2", "character 8: the end, expected ',' or ')'"},
      {"xor(1 2)", "character 7: '2', expected ',' or ')'"},
      {"xor()", "character 5: ')', expected the number of a bit"},
      {"nand(1,2)", "character 1: 'nand' is no function; these are not, and, or, xor, parity, maj and table"},
      {"or(1,2))", "character 8: ')' is left over"},
      {"-1", "character 1: '-', expected the number"},
      {"not", "character 1: 'not' needs an argument: not(1)"},
      {"or(1,not(2,3))", "character 6: 'not' has 2 arguments, expected 1"},
      {"maj(1,2)", "'maj' has 2 arguments, expected an odd number"},
      {"maj", "'maj' has 4 arguments, expected an odd number"},
      {"table(011,1,2)", "character 1: the table has 3 entries, expected 4 for 2 arguments"},
      {"table(01)", "character 9: ')', expected zeros and ones, then ','"},
      {"table(2,1)", "character 7: '2', expected zeros and ones"},
      {"table 01", "expected '(' after 'table'"},
      {"table(" + std::string(1 << 10, '0') + ",1)", "characters, expected at most 1000"},
      {nested(51), "character 201: it is nested deeper than 50 levels"},
      {std::string(1001, '1'), "it has 1001 characters, expected at most 1000"},
  };
  for (const auto& [expression, problem] : wrong) {
    CAPTURE(expression);
    CHECK_THROWS_AS(boolean_values(expression, 4), UsageError);
    CHECK_THROWS_WITH(boolean_values(expression, 4), Contains(problem));
  }
  std::string many = "or(1";
  for (int i = 0; i < 255; ++i) many += ",1";
  CHECK_THROWS_WITH(boolean_values(many + ")", 4), Contains("'or' has more than 255 arguments"));
  CHECK_THROWS_WITH(boolean_values("table(01,1,1,1,1,1,1,1,1,1,1,1)", 4),
                    Contains("'table' has more than 10 arguments"));
  CHECK_THROWS_WITH(boolean_values("1", 17), Contains("input bits is 17, expected a number from 1 to 16"));
}

TEST_CASE("A Boolean task has all inputs once, with a bit of the label for each output", "[data][boolean]") {
  const DataPlan plan = plan_data(boolean_options(4, {"xor(1,2)", "and(2,3,4)", "4"}));
  const DataSizes sizes = plan.sizes();
  CHECK((sizes.train == 16 && sizes.test == 16 && sizes.inputs == 4 && sizes.classes == 3));
  CHECK(sizes.labels == LabelKind::bits);
  const DataPair data = load_data(plan);
  CHECK(data.train.label_kind() == LabelKind::bits);
  CHECK(data.train.class_names() == std::vector<std::string>{"xor(1,2)", "and(2,3,4)", "4"});
  CHECK(data.train.inputs() == data.test.inputs());
  CHECK(data.scaling.scale == 1);
  for (std::size_t i = 0; i < 16; ++i) {
    const std::uint8_t* b = data.train.inputs(i);
    CHECK(b[0] + 2 * b[1] + 4 * b[2] + 8 * b[3] == static_cast<int>(i));
    CHECK(data.train.labels()[i] == (b[0] ^ b[1]) + 2 * (b[1] & b[2] & b[3]) + 4 * b[3]);
  }
  const Dataset few = data.train.head(5);
  CHECK((few.label_kind() == LabelKind::bits && few.labels()[4] == data.train.labels()[4]));
}

TEST_CASE("Samples of a Boolean task are random, and noise flips inputs only", "[data][boolean]") {
  DataOptions options = boolean_options(8, {"parity"});
  options.boolean.samples = 4000;
  const DataPair exact = load_data(plan_data(options));
  const auto wrong_labels = [](const Dataset& data) {
    int wrong = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
      int ones = 0;
      for (int bit = 0; bit < 8; ++bit) ones += data.inputs(i)[bit];
      wrong += ones % 2 != data.labels()[i];
    }
    return wrong;
  };
  CHECK(wrong_labels(exact.train) == 0);
  CHECK(exact.train.inputs() != exact.test.inputs());
  options.boolean.noise = 0.05;
  const DataPair noisy = load_data(plan_data(options));
  // An odd number of 8 bits flips with probability (1 - 0.9^8) / 2 = 0.28477; four standard deviations are 114.
  CHECK(wrong_labels(noisy.train) == Approx(4000 * 0.28477).margin(114));
  CHECK(plan_data(options).sha256() == noisy.sha256);
  options.seed = 2;
  CHECK(plan_data(options).sha256() != noisy.sha256);
  // A sample does not depend on how many there are.
  options.boolean.samples = 30;
  options.seed = 1;
  CHECK(load_data(plan_data(options)).test.inputs() == noisy.test.head(30).inputs());
}

TEST_CASE("Settings of a Boolean task that are missing or do not fit are errors", "[data][boolean]") {
  const auto problem = [](const DataOptions& options) {
    try {
      data_sizes(options);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  DataOptions options = boolean_options(3, {});
  CHECK_THAT(problem(options), Contains("data.outputs is missing"));
  options = boolean_options(3, {"xor(1,2)", "maj(1,2,4)"});
  CHECK_THAT(problem(options), Contains("data.outputs: the expression 'maj(1,2,4)', character 9: bit 4"));
  options = boolean_options(3, {"and(1,not(1))"});
  CHECK_THAT(problem(options), Contains("'and(1,not(1))' is 0 for all inputs"));
  options = boolean_options(3, {"1", "1"});
  CHECK_THAT(problem(options), Contains("data.outputs: '1' is there twice"));
  options = boolean_options(3, {"1", "2"});
  options.classes = {"a"};
  CHECK_THAT(problem(options), Contains("data.classes has 1 names, but data.outputs 2 expressions"));
  options.classes = {};
  options.boolean.noise = 0.1;
  CHECK_THAT(problem(options), Contains("data.noise needs data.samples"));
  options = boolean_options(8, std::vector<std::string>(9, "1"));
  CHECK_THAT(problem(options), Contains("data.outputs has 9 expressions, expected at most 8"));
  options.boolean.input_bits.reset();
  CHECK_THAT(problem(options), Contains("data.input_bits is missing"));
  CHECK(plan_data(boolean_options(3, {"1"})).sha256() != plan_data(boolean_options(3, {"2"})).sha256());
}
