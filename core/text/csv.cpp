#include "core/text/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

constexpr std::size_t most_columns = 1000;

class Parser {
 public:
  Parser(std::string_view text, const std::string& name) : text_(text), name_(name) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  }

  bool at_end() const { return at_ == text_.size(); }
  std::size_t line() const { return line_; }

  // The cells of the line that begins here; empty for an empty line.
  std::vector<std::string> row() {
    std::vector<std::string> cells;
    for (;;) {
      cells.push_back(cell());
      if (at_end() || text_[at_] != ',') break;
      ++at_;
    }
    end_line();
    if (cells.size() == 1 && cells.front().empty()) cells.clear();
    return cells;
  }

  [[noreturn]] void fail(std::size_t line, std::string_view what) const {
    throw DataError("'{}', line {}: {}", name_, line, what);
  }

 private:
  std::string cell() {
    const std::size_t begin = at_;
    while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    if (!at_end() && text_[at_] == '"') return quoted();
    at_ = std::min(text_.find_first_of(",\r\n", begin), text_.size());
    return std::string(trimmed(text_.substr(begin, at_ - begin)));
  }

  std::string quoted() {
    const std::size_t opened = line_;
    std::string value;
    for (++at_; !at_end(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        value += text_[at_];
      } else if (text_.substr(at_).starts_with("\"\"")) {
        value += text_[at_++];
      } else {
        ++at_;
        while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
        if (!at_end() && text_.substr(at_, 1).find_first_of(",\r\n") == std::string_view::npos) {
          fail(line_, "text after a closing quote");
        }
        return value;
      }
    }
    fail(opened, "a quote is opened and not closed");
  }

  void end_line() {
    if (text_.substr(at_).starts_with("\r\n")) ++at_;
    if (at_end()) return;
    ++at_;  // \n, or \r alone
    ++line_;
  }

  std::string_view text_;
  std::string name_;
  std::size_t at_ = 0, line_ = 1;
};

}  // namespace

CsvFile parse_csv(std::string_view text, const std::string& name) {
  Parser parser(text, name);
  CsvFile csv;
  while (!parser.at_end()) {
    const std::size_t line = parser.line();
    std::vector<std::string> cells = parser.row();
    if (cells.empty()) continue;
    if (csv.header.empty()) {
      if (cells.size() > most_columns) {
        parser.fail(line, fmt::format("{} columns, expected at most {}", cells.size(), most_columns));
      }
      std::set<std::string_view> names;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].empty()) parser.fail(line, fmt::format("column {} has no name", i + 1));
        if (!names.insert(cells[i]).second) {
          parser.fail(line, fmt::format("column {} appears twice", quoted_name(cells[i])));
        }
      }
      csv.header = std::move(cells);
    } else if (cells.size() != csv.header.size()) {
      parser.fail(line, fmt::format("{} cells, but {} columns", cells.size(), csv.header.size()));
    } else {
      csv.rows.push_back(std::move(cells));
      csv.lines.push_back(line);
    }
  }
  if (csv.rows.empty()) throw DataError("'{}': a header line and rows were expected", name);
  return csv;
}

}  // namespace inforelay
