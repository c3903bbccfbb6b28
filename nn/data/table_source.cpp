// Data in one table: a CSV file with a header, one column of labels, all others inputs.
#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "nn/data/array_set.hpp"

namespace inforelay {
namespace {

constexpr std::string_view table_settings[]{"path", "label", "classes", "split"};

// A column that is not of numbers makes all of them words: which one is it?
void check_numbers(const FileArray& array, const std::vector<std::string>& columns) {
  const std::optional<FirstWord> word = first_word(array);
  if (!word) return;
  throw DataError("{}: column '{}' of row {} (from 1, without the header) holds {}, expected a number", array.place,
                  columns[word->index % columns.size()], word->index / columns.size() + 1, word->shown);
}

// Only the first column can be without a name, as in a table that pandas writes with the numbers of its rows.
void check_named(const std::vector<std::string>& columns, const std::string& file) {
  if (std::find(columns.begin(), columns.end(), "") == columns.end()) return;
  throw DataError(
      "{}: the first column has no name, as the row numbers that pandas writes: leave it out (to_csv(..., "
      "index=False)), name it in the first line if it is an input, or choose columns with dataset: arrays",
      file);
}

FileData read_table(const DataOptions& options, Progress& progress) {
  if (!options.path) throw UsageError("data.path is missing: a CSV file with a header");
  if (options.label.empty()) throw UsageError("data.label is missing: the column of the labels");
  const std::filesystem::path& file = *options.path;
  const std::string ending = file.extension().string();
  if (ending != ".csv" && ending != ".tsv") {
    throw UsageError("data.path {}: the name of a table ends in .csv or .tsv", file.string());
  }
  std::vector<std::string> columns = array_keys(file, progress);
  check_named(columns, file.string());
  const auto label = std::find(columns.begin(), columns.end(), options.label);
  if (label == columns.end()) {
    throw UsageError("data.label: {} is not a column of {}; these are {}", quoted_name(options.label), file.string(),
                     listed(columns));
  }
  columns.erase(label);
  if (columns.empty()) throw DataError("{} has no column beside '{}'", file.string(), options.label);
  FileArray inputs = read_array({.file = file, .keys = columns}, options.most_bytes, progress);
  inputs.place = file.string();  // not the names of all columns
  check_numbers(inputs, columns);
  FileArray labels = read_array({.file = file, .keys = {options.label}}, options.most_bytes, progress);
  std::vector<ArraySet> sets;
  sets.push_back(array_set(std::move(inputs), std::move(labels)));
  FileData data = data_from(std::move(sets), options.classes, file.string());
  data.files = {file};
  return data;
}

}  // namespace

extern const DataSource table_source;
const DataSource table_source{
    .name = "table",
    .title = "a table",
    .about = "a CSV file with a header: one column of labels, numbers or words, all others numbers as inputs",
    .note = "",
    .settings = table_settings,
    .input_scale = 1,
    .read = read_table,
};

}  // namespace inforelay
