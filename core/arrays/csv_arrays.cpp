// The formats .csv and .tsv: columns by name, ranges of columns, and the lists in the cells of MABE's files.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <type_traits>

#include "core/arrays/array_format.hpp"
#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/text/csv.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {
namespace {

constexpr std::uint64_t most_text_bytes = std::uint64_t{8} << 30;
constexpr std::string_view range_word = "..";

/// The text of a file, and how it is to be read.
class Table {
 public:
  explicit Table(const std::filesystem::path& path) : path_(path), bytes_(read_file(path, most_text_bytes)) {
    style_.most_columns = 65536;
    if (path.extension() == ".tsv") style_.separator = '\t';
  }

  template <class Row>
  void scan(Row row) const {
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
    scan_csv(text, path_.string(), style_, row);
  }

  std::vector<std::string> header() const {
    std::vector<std::string> names;
    scan([&](std::size_t, std::vector<std::string>& cells) {
      names = std::move(cells);
      return false;
    });
    if (names.empty()) throw DataError("{}: is empty, expected a header line and rows", path_.string());
    return names;
  }

  [[noreturn]] void fail(std::size_t line, std::string_view what) const {
    throw DataError("{}, line {}: {}", path_.string(), line, what);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::vector<std::uint8_t> bytes_;
  CsvStyle style_;
};

/// Columns, or of MABE's lists one element or all.
struct Choice {
  struct Column {
    std::size_t index;
    std::string name{};
    std::optional<std::uint64_t> element{};
  };
  std::vector<Column> columns;
  bool is_vector = false;  ///< [row], not [row,column]
};

std::optional<std::size_t> find_column(const std::vector<std::string>& header, std::string_view name) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

/// "n12" -> ("n", 12)
std::pair<std::string_view, std::optional<std::uint64_t>> split_number(std::string_view name) {
  std::size_t digits = name.size();
  while (digits > 0 && std::isdigit(static_cast<unsigned char>(name[digits - 1]))) --digits;
  return {name.substr(0, digits), number_from<std::uint64_t>(name.substr(digits))};
}

/// The columns from one to another in the order of the file. Where both end in numbers, these must be counted up one by
/// one, so that a file with n1, n10, n11, n2 does not give other units than those that were meant.
void add_range(const Table& table, const std::vector<std::string>& header, const std::string& key, std::size_t dots,
               Choice& choice) {
  const std::string from = key.substr(0, dots), to = key.substr(dots + range_word.size());
  const auto first = find_column(header, from), last = find_column(header, to);
  if (!first || !last) no_such_array(table.path(), first ? to : from, header);
  if (*first > *last) {
    throw DataError("{}: column {} comes after column {}, expected before it in a range", table.path().string(),
                    quoted_name(from), quoted_name(to));
  }
  const auto [stem, begin] = split_number(from);
  const auto [other, end] = split_number(to);
  const bool counted = begin && end && stem == other;
  for (std::size_t i = *first; i <= *last; ++i) {
    if (counted && header[i] != fmt::format("{}{}", stem, *begin + (i - *first))) {
      throw DataError("{}: column {} is in the range {}, expected {}: list the columns", table.path().string(),
                      quoted_name(header[i]), quoted_name(key),
                      quoted_name(fmt::format("{}{}", stem, *begin + (i - *first))));
    }
    choice.columns.push_back({i, header[i]});
  }
}

Choice choose(const Table& table, const ArrayPlace& place) {
  const std::vector<std::string> header = table.header();
  Choice choice;
  for (const std::string& key : place.keys) {
    const std::size_t dots = key.find(range_word), bracket = key.find('[');
    if (const auto index = find_column(header, key)) {
      choice.columns.push_back({*index, key});
    } else if (place.mabe && bracket != std::string::npos && key.back() == ']') {
      const auto column = find_column(header, key.substr(0, bracket));
      const auto element =
          number_from<std::uint64_t>(std::string_view(key).substr(bracket + 1, key.size() - bracket - 2));
      if (!column || !element) no_such_array(table.path(), key, header);
      choice.columns.push_back({*column, key, element});
    } else if (dots != std::string::npos) {
      add_range(table, header, key, dots, choice);
    } else {
      no_such_array(table.path(), key, header);
    }
  }
  const auto& only = choice.columns.front();
  choice.is_vector = choice.columns.size() == 1 && only.name == place.keys.front() && (!place.mabe || only.element);
  return choice;
}

/// The elements of a cell "1,0,1".
std::vector<std::string_view> list_in(std::string_view cell) {
  std::vector<std::string_view> items;
  while (!trimmed(cell).empty() || !items.empty()) {
    const std::size_t comma = cell.find(',');
    items.push_back(trimmed(cell.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    cell.remove_prefix(comma + 1);
  }
  return items;
}

/// Calls item(text) for the chosen texts of each row, in order, until it returns false. All rows have as many. Returns
/// the number of rows.
template <class Item>
std::uint64_t each_item(const Table& table, const Choice& choice, bool mabe, const Progress& progress, Item item) {
  bool is_header = true;
  std::uint64_t rows = 0;
  std::vector<std::size_t> lengths(choice.columns.size(), 0);
  table.scan([&](std::size_t line, const std::vector<std::string>& cells) {
    if (std::exchange(is_header, false)) return true;
    if (line % 1024 == 0) progress.check();
    for (std::size_t c = 0; c < choice.columns.size(); ++c) {
      const auto& column = choice.columns[c];
      if (!mabe) {
        if (!item(std::string_view(cells[column.index]))) return false;
        continue;
      }
      const auto list = list_in(cells[column.index]);
      if (rows == 0) lengths[c] = list.size();
      if (list.size() != lengths[c] || list.empty() || (column.element && *column.element >= list.size())) {
        table.fail(line, fmt::format("column {} holds a list of {} numbers, expected {}", quoted_name(column.name),
                                     list.size(),
                                     column.element ? fmt::format("{}, and more than {}", lengths[c], *column.element)
                                                    : fmt::format("{} as in the first row", lengths[c])));
      }
      for (std::size_t i = 0; i < list.size(); ++i) {
        if ((!column.element || *column.element == i) && !item(list[i])) return false;
      }
    }
    ++rows;
    return true;
  });
  return rows;
}

/// Puts the chosen texts as T into the array; false if one of them is no T. Codes such as "007" are words: as numbers,
/// some that differ would be equal.
template <class T>
bool fill(FileArray& array, const Table& table, const Choice& choice, const ArrayPlace& place, std::uint64_t max_bytes,
          const Progress& progress) {
  std::vector<T> values;
  bool all = true;
  std::uint64_t bytes = 0;
  const std::uint64_t rows = each_item(table, choice, place.mabe, progress, [&](std::string_view text) {
    if constexpr (std::is_same_v<T, std::string>) {
      values.emplace_back(text);
      bytes += sizeof(T) + text.size();
    } else {
      const auto value = number_from<T>(text);
      if (!value || has_leading_zero(text)) return all = false;
      values.push_back(*value);
      bytes += sizeof(T);
    }
    if (bytes > max_bytes) {
      throw DataError("{} takes more than the {} bytes allowed", place_text(place), max_bytes);
    }
    return true;
  });
  if (!all) return false;
  if (rows == 0) throw DataError("{}: has a header line only, expected rows", place.file.string());
  array.shape = {rows};
  if (!choice.is_vector) array.shape.push_back(values.size() / rows);
  array.values = std::move(values);
  return true;
}

FileArray read(const ArrayPlace& place, std::uint64_t max_bytes, const Progress& progress) {
  const Table table(place.file);
  const Choice choice = choose(table, place);
  FileArray array{{}, {}, place_text(place)};
  const auto is = [&]<class T>(T) { return fill<T>(array, table, choice, place, max_bytes, progress); };
  if (!is(std::int64_t{}) && !is(double{})) is(std::string{});
  return array;
}

std::vector<std::string> names(const std::filesystem::path& file, const Progress&) { return Table(file).header(); }

FileArrayInfo info(const ArrayPlace& place, const Progress& progress) {
  const FileArray array = read(place, ~std::uint64_t{0}, progress);
  FileArrayInfo info{.shape = array.shape, .type = {}, .place = array.place};
  std::visit(
      [&](const auto& list) {
        using T = typename std::decay_t<decltype(list)>::value_type;
        info.type = std::is_same_v<T, std::string> ? "text" : std::is_same_v<T, double> ? "float64" : "int64";
        info.bytes = list.size() * sizeof(T);
        if constexpr (std::is_same_v<T, std::string>) {
          for (const std::string& text : list) info.bytes += text.size();
        }
      },
      array.values);
  return info;
}

}  // namespace

const ArrayFormat csv_format{
    .endings = {".csv", ".tsv"}, .keys = ArrayFormat::Keys::columns, .names = names, .info = info, .read = read};

}  // namespace inforelay
