// A table of the summary: printed in at most 80 columns, and unrounded in summary.csv and summary.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/sets/neuron_set.hpp"

namespace inforelay {

inline constexpr std::size_t summary_width = 80;  ///< characters in a line

/// A set of units, or none.
using UnitsCell = std::optional<NeuronSet>;
/// A number (NaN: undefined), a count, a text or a set of units.
using SummaryCell = std::variant<double, std::int64_t, std::string, UnitsCell>;

struct SummaryColumn {
  std::string key;                 ///< in summary.csv and summary.json: "relay_information"
  std::string units;               ///< "bit"; "1" for fractions and counts; "" for texts and sets
  std::string heading;             ///< as printed; "": not printed
  std::vector<SummaryCell> cells;  ///< one for each row
  int decimals = 4;                ///< of printed numbers
  bool percent = false;            ///< fractions are printed as "12.3 %"
  std::string group = {};          ///< printed above neighbouring columns that have it in common
};

struct SummaryTable {
  std::string name;                 ///< in summary.csv and summary.json: "relay"
  std::string title;                ///< a line above the table; "": none
  std::string row_heading;          ///< "class"
  std::vector<std::string> rows{};  ///< names of the rows
  std::vector<SummaryColumn> columns{};
  std::vector<std::string> notes{};  ///< sentences below the table
};

/// Columns of numbers: a value for each row.
SummaryColumn number_column(std::string key, std::string units, std::string heading, const std::vector<double>& values,
                            int decimals = 4);
/// The same of fractions, printed as percent.
SummaryColumn percent_column(std::string key, std::string heading, const std::vector<double>& fractions);

/// The table as text, indented by two; no line is longer than summary_width, if necessary in several parts below each
/// other, each with the names of the rows. Long names and sets are cut short. Its notes alone without rows or columns.
std::string table_text(const SummaryTable& table);

/// `text` in lines of at most summary_width, broken at blanks, each with `indent` blanks in front; ends with a line
/// break. Lines of the text stay lines.
std::string wrapped(const std::string& text, std::size_t indent = 0);

/// "0-3 7 12": runs of three or more as ranges; "-" for the empty set.
std::string units_text(NeuronSet units);

}  // namespace inforelay
