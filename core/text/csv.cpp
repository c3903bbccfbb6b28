#include "core/text/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

class Parser {
 public:
  Parser(std::string_view text, const std::string& name, char separator)
      : text_(text), name_(name), blanks_(separator == '\t' ? " " : " \t"), ends_{separator, '\r', '\n', '\0'} {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  }

  bool at_end() const { return at_ == text_.size(); }
  std::size_t line() const { return line_; }

  // The cells of the line that begins here; empty for an empty line.
  void row(std::vector<std::string>& cells) {
    std::size_t count = 0;
    for (;;) {
      if (count == cells.size()) cells.emplace_back();
      cell(cells[count++]);
      if (at_end() || text_[at_] != ends_[0]) break;
      ++at_;
    }
    cells.resize(count);
    end_line();
    if (cells.size() == 1 && cells.front().empty()) cells.clear();
  }

  [[noreturn]] void fail(std::size_t line, std::string_view what) const {
    throw DataError("'{}', line {}: {}", name_, line, what);
  }

 private:
  bool at_blank() const { return !at_end() && blanks_.find(text_[at_]) != std::string_view::npos; }

  void cell(std::string& value) {
    const std::size_t begin = at_;
    while (at_blank()) ++at_;
    if (!at_end() && text_[at_] == '"') return quoted(value);
    at_ = std::min(text_.find_first_of(ends_.data(), begin), text_.size());
    value = trimmed(text_.substr(begin, at_ - begin));
  }

  void quoted(std::string& value) {
    const std::size_t opened = line_;
    value.clear();
    for (++at_; !at_end(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        value += text_[at_];
      } else if (text_.substr(at_).starts_with("\"\"")) {
        value += text_[at_++];
      } else {
        ++at_;
        while (at_blank()) ++at_;
        if (!at_end() && text_.substr(at_, 1).find_first_of(ends_.data()) == std::string_view::npos) {
          fail(line_, "text after a closing quote");
        }
        return;
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
  std::string_view blanks_;
  std::array<char, 4> ends_;  // of a cell without quotes: the separator, then the ends of lines
  std::size_t at_ = 0, line_ = 1;
};

}  // namespace

void scan_csv(std::string_view text, const std::string& name, const CsvStyle& style,
              const std::function<bool(std::size_t line, std::vector<std::string>& cells)>& row) {
  Parser parser(text, name, style.separator);
  std::size_t columns = 0;
  std::vector<std::string> cells;
  while (!parser.at_end()) {
    const std::size_t line = parser.line();
    parser.row(cells);
    if (cells.empty()) continue;
    if (columns == 0) {
      if (cells.size() > style.most_columns) {
        parser.fail(line, fmt::format("{} columns, expected at most {}", cells.size(), style.most_columns));
      }
      std::set<std::string_view> names;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].empty() && i > 0) parser.fail(line, fmt::format("column {} has no name", i + 1));
        if (!names.insert(cells[i]).second) {
          parser.fail(line, fmt::format("column {} appears twice", quoted_name(cells[i])));
        }
      }
      columns = cells.size();
    } else if (cells.size() != columns) {
      parser.fail(line, fmt::format("{} cells, but {} columns", cells.size(), columns));
    }
    if (!row(line, cells)) return;
  }
}

CsvFile parse_csv(std::string_view text, const std::string& name) {
  CsvFile csv;
  scan_csv(text, name, {}, [&](std::size_t line, std::vector<std::string>& cells) {
    if (csv.header.empty()) {
      csv.header = std::move(cells);
    } else {
      csv.rows.push_back(std::move(cells));
      csv.lines.push_back(line);
    }
    return true;
  });
  if (csv.rows.empty()) throw DataError("'{}': a header line and rows were expected", name);
  return csv;
}

}  // namespace inforelay
