#include "core/error.hpp"
#include "core/text/csv.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

TEST_CASE("A table is read with any line ends and quotes", "[csv]") {
  const CsvFile csv =
      parse_csv("\xef\xbb\xbfnumeral, last two ,\"a \"\"b\"\", c\"\r\n0,10 12,0.5\r\n\r\n1,,\"x\ny\"\n2,3,4", "t.csv");
  CHECK(csv.header == std::vector<std::string>{"numeral", "last two", "a \"b\", c"});
  REQUIRE(csv.rows.size() == 3);
  CHECK(csv.rows[0] == std::vector<std::string>{"0", "10 12", "0.5"});
  CHECK(csv.rows[1] == std::vector<std::string>{"1", "", "x\ny"});
  CHECK(csv.rows[2] == std::vector<std::string>{"2", "3", "4"});
  CHECK(csv.lines == std::vector<std::size_t>{2, 4, 6});
}

TEST_CASE("A broken table is named with its line", "[csv]") {
  const auto message = [](const char* text) -> std::string {
    try {
      parse_csv(text, "t.csv");
    } catch (const DataError& error) {
      return error.what();
    }
    return "read";
  };
  CHECK(message("a,b\n1,2\n3\n") == "'t.csv', line 3: 1 cells, but 2 columns");
  CHECK(message("a,b\n1,2,3\n") == "'t.csv', line 2: 3 cells, but 2 columns");
  CHECK(message("a,b\n1,\"2\n3\n") == "'t.csv', line 2: a quote is opened and not closed");
  CHECK(message("a,b\n1,\"2\"3\n") == "'t.csv', line 2: text after a closing quote");
  CHECK(message("a,\n1,2\n") == "'t.csv', line 1: column 2 has no name");
  CHECK(message("a,b,a\n1,2,3\n") == "'t.csv', line 1: column 'a' appears twice");
  CHECK(message("\"a\nb\",c,\"a\nb\"\n1,2,3\n") == "'t.csv', line 1: column 'a\\x0ab' appears twice");
  std::string wide = "c0";
  for (int i = 1; i <= 1000; ++i) wide += ",c" + std::to_string(i);
  CHECK(message(wide.c_str()) == "'t.csv', line 1: 1001 columns, expected at most 1000");
  CHECK(message("a,b\n") == "'t.csv': a header line and rows were expected");
  CHECK(message("") == "'t.csv': a header line and rows were expected");
}
