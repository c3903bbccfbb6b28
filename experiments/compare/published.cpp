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
#include "core/named.hpp"
#include "core/text/csv.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"
#include "experiments/measures/metrics.hpp"

namespace inforelay {
namespace {

// "10 12" as a set.
std::optional<NeuronSet> parse_set(std::string_view text) {
  NeuronSet set;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    const auto unit = number_from<int>(word);
    if (!unit || *unit < 0 || *unit >= NeuronSet::max_neurons || set.contains(*unit)) return std::nullopt;
    set = set.with(*unit);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return set;
}

// The file of one entry of `compare`, which is called `entry` in messages.
class Table {
 public:
  Table(std::string entry, const CompareConfig& config)
      : entry_(std::move(entry)), config_(config), name_(with_data_folder(config.published).string()) {
    const std::string text = table_file_text(name_);
    csv_ = parse_csv(text, name_);
    sha256_ = sha256_hex(text);
    choose_rows();
  }

  const std::string& sha256() const { return sha256_; }

  PublishedColumn column(const std::string& name, const CompareColumnConfig& config) const {
    const std::string path = fmt::format("{}.columns.{}", entry_, name);
    const std::string& header = config.column.empty() ? name : config.column;
    const auto at = find(header);
    if (!at) throw DataError(fmt::format("{}: '{}' has no column '{}'; it has {}", path, name_, header, columns()));
    if (config.at_least > static_cast<std::int64_t>(rows_.size())) {
      throw DataError(
          fmt::format("{}.at_least: {}, but '{}' gives {} values", path, config.at_least, name_, rows_.size()));
    }
    if (!config.cls.empty() && by_) {
      throw DataError(fmt::format("{}: class {} is given, but the rows of '{}' have classes of their own", path,
                                  config.cls, name_));
    }
    PublishedColumn column{.name = name, .config = config, .values = {}, .classes = {}};
    const bool is_set = metric_kind(config.metric).is_set;
    for (const std::size_t row : rows_) {
      column.values.push_back(value(row, *at, is_set));
      column.classes.push_back(by_ ? csv_.rows[row][*by_] : config.cls);
    }
    return column;
  }

 private:
  std::optional<std::size_t> find(const std::string& column) const {
    const auto found = std::find(csv_.header.begin(), csv_.header.end(), column);
    if (found == csv_.header.end()) return std::nullopt;
    return static_cast<std::size_t>(found - csv_.header.begin());
  }

  std::string columns() const {
    std::vector<std::string> names;
    for (const std::string& name : csv_.header) names.push_back(quoted_name(name));
    return listed(names);
  }

  [[noreturn]] void fail(std::size_t row, std::size_t column, std::string_view expected) const {
    throw DataError(fmt::format("'{}', line {}, column {}: {}, expected {}", name_, csv_.lines[row],
                                quoted_name(csv_.header[column]), quoted_name(csv_.rows[row][column]), expected));
  }

  // One row for each class in the order of the file; without a column of classes the only row, or the last one.
  void choose_rows() {
    const bool last = config_.rows == PublishedRows::last;
    by_ = find(config_.by);
    if (!by_) {
      if (csv_.rows.size() > 1 && !last) {
        throw DataError(fmt::format("'{}' has {} rows and no column '{}' that gives the class of each; it has {}",
                                    name_, csv_.rows.size(), config_.by, columns()));
      }
      rows_ = {csv_.rows.size() - 1};
      return;
    }
    for (std::size_t row = 0; row < csv_.rows.size(); ++row) {
      const std::string& cls = csv_.rows[row][*by_];
      if (cls.empty()) fail(row, *by_, "the name of a class");
      const auto same =
          std::find_if(rows_.begin(), rows_.end(), [&](std::size_t other) { return csv_.rows[other][*by_] == cls; });
      if (same == rows_.end()) {
        rows_.push_back(row);
      } else if (last) {
        *same = row;
      } else {
        fail(row, *by_, "each class once (or rows: last)");
      }
    }
  }

  MetricValue value(std::size_t row, std::size_t column, bool is_set) const {
    const std::string& text = csv_.rows[row][column];
    if (is_set) {
      const auto set = parse_set(text);
      if (!set) fail(row, column, "a set of units as in '10 12'");
      return *set;
    }
    if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
    const auto number = number_from<double>(text);
    if (!number || !std::isfinite(*number)) fail(row, column, "a number");
    return *number;
  }

  std::string entry_;
  const CompareConfig& config_;
  std::string name_, sha256_;
  CsvFile csv_;
  std::optional<std::size_t> by_;  // the column of classes
  std::vector<std::size_t> rows_;  // rows to be compared
};

// Throws if the comparison cannot be made, before anything is computed.
void check_column(const std::string& path, const ExperimentConfig& config, const PublishedTable& table,
                  const PublishedColumn& column) {
  const NetworkConfig& network = *find_named(config.networks, table.network);
  const std::string& metric = column.config.metric;
  if (const std::string why = metric_missing(config, network, metric); !why.empty())
    throw UsageError(fmt::format("{}: {} will not be computed: {}", path, metric, why));
  const bool by_class = metric_by_class(network, metric);
  for (const std::string& cls : column.classes) {
    if (cls.empty() != by_class) continue;
    throw UsageError(fmt::format("{}: {} of {} is {}, but the table's row is about {}", path, metric, table.network,
                                 by_class ? "a number for each class" : "one number for the network",
                                 cls.empty() ? "the network as a whole" : "class " + cls));
  }
}

}  // namespace

std::string table_file_text(const std::filesystem::path& path) {
  constexpr std::uint64_t largest_table = std::uint64_t{16} << 20;
  const std::vector<std::uint8_t> bytes = read_file(path, largest_table);
  return {bytes.begin(), bytes.end()};
}

PublishedTables read_published_tables(const ExperimentConfig& config) {
  PublishedTables tables;
  for (const auto& [name, compare] : config.compare) {
    if (compare.published.empty()) continue;  // a statement
    const Table table("compare." + name, compare);
    PublishedTable published{.comparison = name, .network = compare.network, .columns = {}, .sha256 = table.sha256()};
    for (const auto& [column, column_config] : compare.columns) {
      published.columns.push_back(table.column(column, column_config));
      check_column(fmt::format("compare.{}.columns.{}", name, column), config, published, published.columns.back());
    }
    tables.push_back(std::move(published));
  }
  return tables;
}

std::string sha256_of(const PublishedTables& tables) {
  std::string digests;
  for (const PublishedTable& table : tables) digests += table.sha256;
  return sha256_hex(digests);
}

}  // namespace inforelay
