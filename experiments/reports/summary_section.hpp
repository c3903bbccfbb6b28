// A section of the summary is a row: which tables it makes of the results of a layer. A warning is a row, too.
//
// To add one: a file that defines a `const SummarySection`, and a line in summary_sections.cpp.
#pragma once

#include <string>
#include <vector>

#include "experiments/reports/summary_table.hpp"
#include "experiments/results/layer_results.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {

/// What a section is made of: a layer of a network or of a recording.
struct SectionSource {
  const ExperimentResult& result;
  std::string system;  ///< its name
  const LayerResults& layer;
  bool is_recording = false;
};

struct SummarySection {
  const char* name;
  /// Its tables; none if the results do not have them. Throws DataError if they are damaged.
  std::vector<SummaryTable> (*tables)(const SectionSource& source);
  bool over_time = false;  ///< of layers that were analysed at each time, otherwise of all others
};

/// All sections, in the order in which they are printed.
const std::vector<const SummarySection*>& summary_sections();

/// Sentences, each with the numbers that it is about, on what makes the numbers of a layer doubtful.
std::vector<std::string> layer_warnings(const SectionSource& source);

/// Sentences with the numbers that they are about: for each subset where what is found without any relay
/// is, of either sign, at least half as large as I_R of all units, and at least 0.01 bit.
std::vector<std::string> undersampling_warnings(const LayerResults& layer);

/// A value of an array [class,...] for each class: column `column`, as double.
template <class T>
std::vector<double> column_of(const RowMatrix<T>& values, Eigen::Index column) {
  std::vector<double> result;
  for (Eigen::Index row = 0; row < values.rows(); ++row) result.push_back(static_cast<double>(values(row, column)));
  return result;
}

}  // namespace inforelay
