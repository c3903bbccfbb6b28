// Tables of the summary: never wider than a screen, and unrounded in the files.
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/text/csv.hpp"
#include "experiments/reports/summary_files.hpp"
#include "experiments/reports/summary_table.hpp"
#include "tests/catch2.hpp"

namespace inforelay {
namespace {

SummaryTable wide_table() {
  SummaryTable table{
      .name = "wide", .title = std::string(100, 'x') + " " + std::string(50, 'y'), .row_heading = "class"};
  table.rows = {"a class with a name of more than twenty-four letters", "b"};
  for (int i = 0; i < 12; ++i) {
    table.columns.push_back(
        number_column("value_" + std::to_string(i), "bit", "v" + std::to_string(i), {i / 3.0, std::nan("")}));
    table.columns.back().group = "a group of columns " + std::to_string(i / 2);
  }
  table.columns.push_back({.key = "set", .units = "", .heading = "units", .cells = {}});
  NeuronSet odd;
  for (int unit = 1; unit < 32; unit += 2) odd = odd.with(unit);
  table.columns.back().cells = {UnitsCell(odd), UnitsCell()};
  table.notes = {std::string(300, 'n') + " and more"};
  return table;
}

}  // namespace

TEST_CASE("No line of a table is wider than 80 columns unless a word is", "[reports]") {
  SummaryTable table = wide_table();
  table.title = "A title of many words that goes on and on, and on, until it does not fit into one line of the screen";
  table.notes = {"A note of many words that goes on and on, and on, until it does not fit into one line of the screen"};
  std::istringstream lines(table_text(table));
  int count = 0, values = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    INFO(line);
    CHECK(line.size() <= summary_width);
    values += line.find("0.3333") != std::string::npos;
  }
  CHECK(count > 8);
  CHECK(values == 1);
}

TEST_CASE("Sets are printed as units and ranges", "[reports]") {
  CHECK(units_text(NeuronSet{}) == "-");
  CHECK(units_text(NeuronSet{3}) == "3");
  CHECK(units_text(NeuronSet{0, 1}) == "0 1");
  CHECK(units_text(NeuronSet{0, 1, 2, 5, 6, 9, 10, 11}) == "0-2 5 6 9-11");
  CHECK(units_text(NeuronSet::all(32)) == "0-31");
}

TEST_CASE("Wrapped text keeps all words and its own lines", "[reports]") {
  const std::string text = "one two three\nfour " + std::string(78, 'x') + " five";
  CHECK(wrapped(text, 2) == "  one two three\n  four\n  " + std::string(78, 'x') + "\n  five\n");
  CHECK(wrapped("") == "");
}

TEST_CASE("Files of the summary have every value, unrounded", "[reports]") {
  const std::vector<LayerTables> layers{{"full", "1", {wide_table()}}};
  const CsvFile csv = parse_csv(summary_csv(layers), "summary.csv");
  REQUIRE(csv.rows.size() == 2 * 13);
  CHECK(csv.rows[1] ==
        std::vector<std::string>{"full", "1", "wide", wide_table().rows[0], "value_1", "bit", "0.3333333333333333"});
  CHECK(csv.rows[13].back().empty());  // NaN
  CHECK(csv.rows[12].back() == "1 3 5 7 9 11 13 15 17 19 21 23 25 27 29 31");
  const auto json = nlohmann::json::parse(summary_json("x", 3, layers, {"careful"}));
  CHECK(json["seed"] == 3);
  CHECK(json["warnings"][0] == "careful");
  CHECK(json["systems"]["full"]["1"]["wide"]["b"]["value_1"].is_null());
  CHECK(json["systems"]["full"]["1"]["wide"][wide_table().rows[0]]["value_1"] == 1 / 3.0);
  CHECK(json["systems"]["full"]["1"]["wide"][wide_table().rows[0]]["set"].size() == 16);
}

}  // namespace inforelay
