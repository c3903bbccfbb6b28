#include "experiments/reports/summary_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

constexpr std::size_t longest_name = 24, longest_cell = 46;

// Counts characters of UTF-8, not bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

std::string cut(const std::string& text, std::size_t longest) {
  if (width_of(text) <= longest) return text;
  std::size_t end = 0, characters = 0;
  while (characters < longest - 3 || (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u)
    characters += (static_cast<unsigned char>(text[end++]) & 0xC0u) != 0x80u;
  return text.substr(0, end) + "...";
}

std::string padded(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ') + text;
}

struct CellText {
  const SummaryColumn& column;

  std::string operator()(double value) const {
    if (std::isnan(value)) return "-";
    return column.percent ? fmt::format("{:.1f} %", 100 * value) : fmt::format("{:.{}f}", value, column.decimals);
  }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return one_line(value); }
  std::string operator()(const UnitsCell& units) const { return units ? units_text(*units) : "-"; }
};

// A printed column: cells of equal width, right-aligned.
struct Printed {
  std::string heading, group;
  std::vector<std::string> cells;
  std::size_t width = 0;
};

Printed printed(std::string heading, std::string group, std::vector<std::string> cells, std::size_t longest) {
  Printed column{std::move(heading), std::move(group), std::move(cells), 0};
  column.width = width_of(column.heading);
  for (std::string& cell : column.cells) {
    cell = cut(cell, longest);
    column.width = std::max(column.width, width_of(cell));
  }
  return column;
}

std::string lines_of(const Printed& names, const std::vector<Printed>& columns, std::size_t first, std::size_t last) {
  std::string groups(2 + names.width, ' '), headings = "  " + padded(names.heading, names.width);
  for (std::size_t i = first; i < last; ++i) {
    const bool begins = !columns[i].group.empty() && (i == first || columns[i - 1].group != columns[i].group);
    if (begins) {
      groups.resize(std::max(groups.size(), width_of(headings)), ' ');
      groups += "  " + columns[i].group;
    }
    headings += "  " + padded(columns[i].heading, columns[i].width);
  }
  groups.erase(groups.find_last_not_of(' ') + 1);
  std::string text = groups.empty() ? "" : groups + "\n";
  text += headings + "\n";
  for (std::size_t row = 0; row < names.cells.size(); ++row) {
    text += "  " + padded(names.cells[row], names.width);
    for (std::size_t i = first; i < last; ++i) text += "  " + padded(columns[i].cells[row], columns[i].width);
    text += "\n";
  }
  return text;
}

// The width of the columns [first,last) of one group, at least that of the group's heading.
std::size_t group_width(std::vector<Printed>& columns, std::size_t first, std::size_t last) {
  std::size_t width = 0;
  for (std::size_t i = first; i < last; ++i) width += 2 + columns[i].width;
  const std::size_t needed = 2 + width_of(columns[first].group);
  if (needed <= width) return width;
  columns[first].width += needed - width;
  return needed;
}

}  // namespace

SummaryColumn number_column(std::string key, std::string units, std::string heading, const std::vector<double>& values,
                            int decimals) {
  return {.key = std::move(key),
          .units = std::move(units),
          .heading = std::move(heading),
          .cells = {values.begin(), values.end()},
          .decimals = decimals};
}

SummaryColumn percent_column(std::string key, std::string heading, const std::vector<double>& fractions) {
  SummaryColumn column = number_column(std::move(key), "1", std::move(heading), fractions);
  column.percent = true;
  return column;
}

std::string table_text(const SummaryTable& table) {
  std::vector<Printed> columns;
  for (const SummaryColumn& column : table.columns) {
    if (column.heading.empty()) continue;
    std::vector<std::string> cells;
    for (const SummaryCell& cell : column.cells) cells.push_back(std::visit(CellText{column}, cell));
    columns.push_back(printed(column.heading, column.group, std::move(cells), longest_cell));
  }
  std::string notes;
  for (const std::string& note : table.notes) notes += wrapped(note, 2);
  if (columns.empty() || table.rows.empty()) return notes;
  std::vector<std::string> row_names;
  for (const std::string& row : table.rows) row_names.push_back(one_line(row));
  const Printed names = printed(table.row_heading, "", std::move(row_names), longest_name);

  std::string text = table.title.empty() ? "\n" : "\n" + wrapped(table.title, 2);
  std::size_t first = 0, width = 2 + names.width;
  for (std::size_t i = 0; i < columns.size();) {
    std::size_t next = i + 1;
    while (next < columns.size() && !columns[i].group.empty() && columns[next].group == columns[i].group) ++next;
    const std::size_t added = group_width(columns, i, next);
    if (i > first && width + added > summary_width) {
      text += lines_of(names, columns, first, i) + "\n";
      first = i;
      width = 2 + names.width;
    }
    width += added;
    i = next;
  }
  text += lines_of(names, columns, first, columns.size());
  return text + notes;
}

std::string wrapped(const std::string& text, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string result, line = margin;
  bool empty = true;
  const auto end_line = [&] {
    result += (empty ? "" : line) + "\n";
    line = margin;
    empty = true;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!empty && width_of(line) + 1 + width_of(word) > summary_width) end_line();
    line += (empty ? "" : " ") + word;
    empty = false;
    if (end < text.size() && text[end] == '\n') end_line();
    at = end + 1;
  }
  if (!empty) end_line();
  return result;
}

std::string units_text(NeuronSet units) {
  std::vector<std::string> parts;
  for (int unit = 0; unit < NeuronSet::max_neurons; ++unit) {
    if (!units.contains(unit)) continue;
    int last = unit;
    while (last + 1 < NeuronSet::max_neurons && units.contains(last + 1)) ++last;
    if (last - unit >= 2) {
      parts.push_back(fmt::format("{}-{}", unit, last));
    } else {
      for (int each = unit; each <= last; ++each) parts.push_back(std::to_string(each));
    }
    unit = last;
  }
  return parts.empty() ? "-" : fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace inforelay
