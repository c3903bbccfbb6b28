// Writing of tables as CSV (RFC 4180): one header line, then rows; numbers in their shortest exact form.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace inforelay {

class CsvTable {
 public:
  /// `header`: names of the columns, separated by commas, units in the name.
  explicit CsvTable(std::string_view header) : text_(header) { text_ += '\n'; }

  explicit CsvTable(const std::vector<std::string>& header) {
    row_of(header);
    rows_ = 0;
  }

  template <class... Cells>
  void row(const Cells&... cells) {
    std::string_view separator;
    ((text_ += separator, cell(cells), separator = ","), ...);
    text_ += '\n';
    ++rows_;
  }

  /// A row of any number of cells.
  void row_of(const std::vector<std::string>& cells) {
    std::string_view separator;
    for (const std::string& each : cells) {
      text_ += separator;
      cell(std::string_view(each));
      separator = ",";
    }
    text_ += '\n';
    ++rows_;
  }

  /// Rows so far, and so the number of the next one, as gnuplot's "every ::first::last" counts.
  std::size_t rows() const { return rows_; }
  const std::string& text() const { return text_; }

 private:
  template <class Number>
  requires std::integral<Number> || std::floating_point<Number>
  // Not fmt::format_to: it would compile all of the formatting of numbers in every file with a table.
  void cell(Number value) { text_ += fmt::format("{}", value); }

  /// A line break inside a quoted cell is valid CSV, but gnuplot and grep read line by line, so it becomes a blank.
  void cell(std::string_view value) {
    if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
      text_ += value;
      return;
    }
    text_ += '"';
    for (const char c : value) {
      if (c == '"') text_ += '"';
      text_ += c == '\n' || c == '\r' ? ' ' : c;
    }
    text_ += '"';
  }

  std::string text_;
  std::size_t rows_ = 0;
};

}  // namespace inforelay
