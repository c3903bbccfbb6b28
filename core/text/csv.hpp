// Reading of small tables from files of comma-separated values (RFC 4180).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace inforelay {

struct CsvFile {
  std::vector<std::string> header;             ///< names of the columns, all different
  std::vector<std::vector<std::string>> rows;  ///< each as long as header; quotes removed, blanks around cells too
  std::vector<std::size_t> lines;              ///< [rows.size()] the line that each row begins on, from 1
};

/// A table with one header line; `name` is what messages call it. Empty lines are skipped. Throws DataError naming
/// file and line: a row of another length, an open quote, text after a quote, an empty or repeated column name, more
/// than 1000 columns, no rows.
CsvFile parse_csv(std::string_view text, const std::string& name);

}  // namespace inforelay
