// Data in one table: a CSV file with a header, one column of labels, all others inputs.
#include <algorithm>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"
#include "nn/data/array_set.hpp"

namespace inforelay {
namespace {

constexpr std::string_view table_settings[]{"path", "label", "classes", "split"};

// A column that is not of numbers makes all of them words: which one is it?
void check_numbers(const FileArray& array, const std::vector<std::string>& columns) {
  const auto* words = std::get_if<std::vector<std::string>>(&array.values);
  if (words == nullptr) return;
  for (std::size_t i = 0; i < words->size(); ++i) {
    if (number_from<double>((*words)[i])) continue;
    throw DataError("{}: column '{}' of row {} (from 1, without the header) holds '{}', expected a number", array.place,
                    columns[i % columns.size()], i / columns.size() + 1, (*words)[i]);
  }
  throw DataError("{}: columns of numbers were expected", array.place);
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
