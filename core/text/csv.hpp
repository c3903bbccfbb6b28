// Reading of small tables from files of comma-separated values (RFC 4180).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace inforelay {

struct CsvFile {
  std::vector<std::string> header;             ///< names of the columns, all different
  std::vector<std::vector<std::string>> rows;  ///< each as long as header; quotes removed, blanks around cells too
  std::vector<std::size_t> lines;              ///< [rows.size()] the line that each row begins on, from 1
};

struct CsvStyle {
  char separator = ',';
  std::size_t most_columns = 1000;
};

/// Calls `row` with each line that is not empty, the header first, and the number of the line; `row` may take the cells
/// away, and ends the scan by returning false. Throws DataError as parse_csv(), but accepts a table without rows.
void scan_csv(std::string_view text, const std::string& name, const CsvStyle& style,
              const std::function<bool(std::size_t line, std::vector<std::string>& cells)>& row);

/// A table with one header line; `name` is what messages call it. Empty lines are skipped. Throws DataError naming
/// file and line: a row of another length, an open quote, text after a quote, a repeated or empty column name (only
/// the first may be empty, as in tables of pandas), more than 1000 columns, no rows.
CsvFile parse_csv(std::string_view text, const std::string& name);

}  // namespace inforelay
