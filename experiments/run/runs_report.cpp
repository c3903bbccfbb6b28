#include "experiments/run/runs_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>
#include <tuple>
#include <vector>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/text/csv.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/config/config_difference.hpp"
#include "experiments/reports/run_status.hpp"
#include "experiments/reports/summary_table.hpp"
#include "experiments/run/run_directory.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t largest_text = 64u << 20;

std::string text_of(const fs::path& file) {
  const auto bytes = read_file(file, largest_text);
  return {bytes.begin(), bytes.end()};
}

struct RunRow {
  std::string folder{}, seed{}, overrides{}, state{}, updated{};
  double bytes = 0;
};

// "layers=[784, 12, 10] seed=2": the words of a command that set something.
std::string overrides_in(const std::string& command) {
  std::string overrides, word;
  std::istringstream words(command);
  while (words >> word) {
    if (word.find('=') == std::string::npos || word.starts_with("-")) continue;
    overrides += (overrides.empty() ? "" : " ") + word;
  }
  return overrides;
}

double bytes_in(const fs::path& folder) {
  double bytes = 0;
  std::error_code error;  // what cannot be read does not count
  for (fs::recursive_directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    std::error_code unknown;
    if (file->is_regular_file(unknown)) bytes += static_cast<double>(file->file_size(unknown));
  }
  return bytes;
}

RunRow row_of(const fs::path& folder) {
  RunRow row{.folder = folder.filename().string()};
  constexpr std::size_t longest = 1u << 20;
  const auto bytes = read_file_start(folder / "config.yaml", longest);
  row.seed = setting_in(std::string(bytes.begin(), bytes.end()), "seed");
  std::error_code error;
  const bool complete = fs::exists(folder / "summary.txt", error) && fs::exists(folder / "results.h5", error);
  row.state = complete ? "complete" : "unfinished";
  if (const auto status = read_status(folder)) {
    row.updated = status->updated.substr(0, 16);
    row.overrides = overrides_in(status->command);
    if (status->state == RunStatus::State::failed) row.state = "failed";
  }
  row.bytes = bytes_in(folder);
  return row;
}

// {system, layer, table, quantity, units} -> values by row.
using Key = std::vector<std::string>;
std::map<Key, std::map<std::string, std::string>> values_of(const fs::path& folder) {
  const CsvFile csv = parse_csv(export_run(folder, "csv"), (folder / "summary.csv").string());
  const std::vector<std::string> header{"system", "layer", "table", "row", "quantity", "units", "value"};
  if (csv.header != header)
    throw DataError(fmt::format("'{}': the columns are {}, expected {}", (folder / "summary.csv").string(),
                                fmt::join(csv.header, ","), fmt::join(header, ",")));
  std::map<Key, std::map<std::string, std::string>> values;
  for (const auto& row : csv.rows) values[{row[0], row[1], row[2], row[4], row[5]}][row[3]] = row[6];
  return values;
}

// One quantity of both runs: means of numbers that both have, and where they differ most; of sets, how many differ.
std::string quantity_line(const Key& key, const std::map<std::string, std::string>& first,
                          const std::map<std::string, std::string>& second) {
  double sum_first = 0, sum_second = 0, largest = 0;
  std::size_t numbers = 0, differing = 0;
  std::string where;
  for (const auto& [row, value] : first) {
    const auto other = second.find(row);
    if (other == second.end()) continue;
    differing += value != other->second;
    if (key[4].empty())
      continue;  // texts and sets of units have no unit, numbers have: sets of one unit are no numbers
    const auto a = number_from<double>(value), b = number_from<double>(other->second);
    if (!a || !b) continue;
    ++numbers;
    sum_first += *a;
    sum_second += *b;
    if (std::abs(*b - *a) > std::abs(largest)) largest = *b - *a, where = row;
  }
  if (differing == 0) return "";
  const std::string name = fmt::format("{}{}{} {} {}", key[0], key[1].empty() ? "" : " ", key[1], key[2], key[3]);
  const auto count = static_cast<double>(numbers);
  if (numbers == 0) return fmt::format("  {:<36.36}  {} of {} differ\n", one_line(name), differing, first.size());
  return fmt::format("  {:<36.36} {:>9.4f} {:>9.4f} {:>+9.4f}  {:.10}\n", one_line(name), sum_first / count,
                     sum_second / count, largest, one_line(where));
}

}  // namespace

std::string describe_runs(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw UsageError(fmt::format("--runs: there is no folder '{}'", one_line(folder.string())));
  std::vector<RunRow> rows;
  const fs::directory_iterator entries(folder, error);
  if (error) throw UsageError(fmt::format("--runs: '{}': {}", one_line(folder.string()), error.message()));
  for (const auto& entry : entries) {
    if (!entry.is_symlink(error) && entry.is_directory(error) && is_run_folder(entry.path()))
      rows.push_back(row_of(entry.path()));
  }
  std::sort(rows.begin(), rows.end(), [](const RunRow& a, const RunRow& b) {
    return std::tie(b.updated, a.folder) < std::tie(a.updated, b.folder);
  });
  if (rows.empty()) return fmt::format("no runs in '{}'\n", one_line(folder.string()));
  SummaryTable table{.name = "runs", .title = "", .row_heading = "folder"};
  SummaryColumn seed{"seed", "", "seed", {}}, state{"state", "", "state", {}},
      updated{"updated", "", "updated (UTC)", {}}, size{"size", "", "size", {}},
      overrides{"overrides", "", "settings of the command", {}};
  for (const RunRow& row : rows) {
    table.rows.push_back(row.folder);
    seed.cells.emplace_back(row.seed);
    state.cells.emplace_back(row.state);
    updated.cells.emplace_back(row.updated.empty() ? std::string("-") : row.updated);
    size.cells.emplace_back(bytes_text(row.bytes));
    overrides.cells.emplace_back(row.overrides);
  }
  table.columns = {seed, state, updated, size};
  if (std::any_of(rows.begin(), rows.end(), [](const RunRow& row) { return !row.overrides.empty(); }))
    table.columns.push_back(overrides);
  return table_text(table).substr(1);
}

std::string compare_runs(const fs::path& first, const fs::path& second) {
  const auto values = values_of(first), others = values_of(second);
  std::string text = fmt::format("first   {}\nsecond  {}\n\nsettings that differ\n", one_line(first.string()),
                                 one_line(second.string()));
  const auto differences = config_differences(text_of(first / "config.yaml"), text_of(second / "config.yaml"));
  for (const SettingDifference& each : differences) {
    const auto value = [](const std::string& yaml) { return yaml.empty() ? std::string("not given") : one_line(yaml); };
    text += wrapped(fmt::format("{}: {} | {}", each.path, value(each.first), value(each.second)), 2);
  }
  if (differences.empty()) text += "  none\n";
  text += fmt::format("\n  {:<36} {:>9} {:>9} {:>9}  {}\n", "numbers that differ", "first", "second", "largest", "at");
  std::size_t same = 0, missing = 0;
  for (const auto& [key, rows] : values) {
    const auto other = others.find(key);
    if (other == others.end()) {
      ++missing;
      continue;
    }
    const std::string line = quantity_line(key, rows, other->second);
    text += line;
    same += line.empty();
  }
  for (const auto& [key, rows] : others) missing += !values.contains(key);
  text += fmt::format("\n{} quantities are equal; {} are in one of the summaries only\n", same, missing);
  return text + wrapped(
                    "first, second: means over the rows; largest: the largest difference, second minus first, and "
                    "the row that has it.");
}

std::string export_run(const fs::path& folder, std::string_view format) {
  const fs::path file = folder / fmt::format("summary.{}", format);
  std::error_code error;
  if (!is_run_folder(folder)) {
    throw UsageError(
        fmt::format("'{}' is not the folder of a run: it holds no config.yaml of one", one_line(folder.string())));
  }
  if (!fs::exists(file, error)) {
    throw UsageError(
        fmt::format("'{}' has no {}: it is a sweep (see its sweep.csv), is not complete, or was made by an "
                    "earlier version",
                    one_line(folder.string()), file.filename().string()));
  }
  return text_of(file);
}

}  // namespace inforelay
