#include "experiments/compare/published.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"
#include "core/files/files.hpp"
#include "core/files/sha256.hpp"
#include "core/text/csv.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"
#include "experiments/config/config_checks.hpp"

namespace inforelay {
namespace {

// "10 12" as a set.
std::optional<NeuronSet> parse_set(std::string_view text) {
  NeuronSet set;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    const auto neuron = number_from<int>(word);
    if (!neuron || *neuron < 0 || *neuron >= NeuronSet::max_neurons || set.contains(*neuron)) return std::nullopt;
    set = set.with(*neuron);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return set;
}

class Table {
 public:
  explicit Table(const std::filesystem::path& path)
      : name_(path.string()), csv_(parse_csv(text_of(path), name_)), sha256_(sha256_hex(text_)) {}

  const std::string& name() const { return name_; }
  const std::string& sha256() const { return sha256_; }
  std::size_t rows() const { return csv_.rows.size(); }

  std::optional<std::size_t> find(const std::string& column) const {
    const auto found = std::find(csv_.header.begin(), csv_.header.end(), column);
    if (found == csv_.header.end()) return std::nullopt;
    return static_cast<std::size_t>(found - csv_.header.begin());
  }

  std::size_t column(const std::string& column, const std::string& path) const {
    if (const auto found = find(column)) return *found;
    throw DataError(fmt::format("{}: '{}' has no column '{}'; it has {}", path, name_, column, columns()));
  }

  const std::string& cell(std::size_t row, std::size_t column) const { return csv_.rows[row][column]; }

  [[noreturn]] void fail(std::size_t row, std::size_t column, std::string_view expected) const {
    throw DataError(fmt::format("'{}', line {}, column {}: {}, expected {}", name_, csv_.lines[row],
                                quoted_name(csv_.header[column]), quoted_name(cell(row, column)), expected));
  }

  // The rows to compare, each with its class; one without where the table has no column `by`.
  std::vector<std::pair<std::size_t, std::optional<int>>> chosen(const std::string& by, PublishedRows which) const {
    const auto column = find(by);
    if (!column) {
      if (rows() == 1 || which == PublishedRows::last) return {{rows() - 1, std::nullopt}};
      throw DataError(fmt::format("'{}' has {} rows and no column '{}' that says which class each is about; it has {}",
                                  name_, rows(), by, columns()));
    }
    std::vector<std::pair<std::size_t, std::optional<int>>> chosen;
    for (std::size_t row = 0; row < rows(); ++row) {
      const auto cls = number_from<int>(cell(row, *column));
      if (!cls || *cls < 0 || *cls >= numerals) fail(row, *column, fmt::format("a class in [0, {}]", numerals - 1));
      const auto same =
          std::find_if(chosen.begin(), chosen.end(), [&](const auto& each) { return each.second == cls; });
      if (same == chosen.end()) {
        chosen.emplace_back(row, cls);
      } else if (which == PublishedRows::last) {
        same->first = row;
      } else {
        fail(row, *column, "each class once (or rows: last)");
      }
    }
    return chosen;
  }

  QuantityValue value(std::size_t row, std::size_t column, bool is_set) const {
    const std::string& text = cell(row, column);
    if (is_set) {
      const auto set = parse_set(text);
      if (!set) fail(row, column, "a set of neurons as in '10 12'");
      return *set;
    }
    if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
    const auto number = number_from<double>(text);
    if (!number || !std::isfinite(*number)) fail(row, column, "a number");
    return *number;
  }

 private:
  std::string columns() const {
    std::vector<std::string> names;
    for (const std::string& name : csv_.header) names.push_back(quoted_name(name));
    return listed(names);
  }

  std::string_view text_of(const std::filesystem::path& path) {
    constexpr std::uint64_t largest_table = std::uint64_t{16} << 20;
    const std::vector<std::uint8_t> bytes = read_file(path, largest_table);
    text_.assign(bytes.begin(), bytes.end());
    return text_;
  }

  std::string name_, text_;
  CsvFile csv_;
  std::string sha256_;
};

}  // namespace

PublishedValues read_published(const ReproduceConfig& config, const std::string& path) {
  const Table table(with_data_folder(config.published));
  PublishedValues published{.network = config.network, .columns = {}, .sha256 = table.sha256()};
  const auto rows = table.chosen(config.by, config.rows);
  for (const auto& [name, column] : config.columns) {
    const std::size_t at = table.column(column.column.empty() ? name : column.column, path);
    PublishedColumn values{.name = name, .config = column, .values = {}, .classes = {}};
    const bool is_set = quantity_kind(column.quantity).is_set;
    if (column.at_least > static_cast<std::int64_t>(rows.size())) {
      throw DataError(fmt::format("{}.columns.{}.at_least: {}, but '{}' gives {} values", path, name, column.at_least,
                                  table.name(), rows.size()));
    }
    for (const auto& [row, cls] : rows) {
      if (column.cls >= 0 && cls) {
        throw DataError(fmt::format("{}.columns.{}: class {} is given, but the rows of '{}' have classes of their own",
                                    path, name, column.cls, table.name()));
      }
      values.values.push_back(table.value(row, at, is_set));
      values.classes.push_back(column.cls >= 0 ? std::optional<int>(static_cast<int>(column.cls)) : cls);
    }
    published.columns.push_back(std::move(values));
  }
  return published;
}

}  // namespace inforelay
