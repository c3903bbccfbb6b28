// Measures of importance that are compared with the function that is lost: of single units, whose sum is that of a set,
// and of whole sets. Each is a row.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "experiments/results/result_arrays.hpp"
#include "experiments/sources/system.hpp"
#include "infotheory/states/contrast.hpp"

namespace inforelay {

/// What the measures of one layer on one subset are computed from.
struct ImportanceSource {
  System& system;
  int layer;                                 ///< of a network, 1, 2, ...
  std::string subset;                        ///< "test"
  ResultView arrays;                         ///< those of the layer: states/, relay/, knockout/, measures/
  const std::vector<Contrast>& contrasts;    ///< [C]; empty: the whole symbols, one contrast
  const RowMatrix<double>&shapley_function,  ///< [C,K]; [0,0] if there is none
      &shapley_information;                  ///< likewise
  Progress& progress;
};

/// A row. Larger values stand for more important units or sets.
struct ImportanceMeasure {
  std::string_view name;   ///< "relay_single"
  std::string_view title;  ///< for people
  std::string_view units;
  std::string_view about;  ///< definition and source
  /// [C,K], those of a set are summed; none if the results lack what it needs. Null: it is a measure of sets.
  std::optional<RowMatrix<double>> (*of_units)(const ImportanceSource& source);
  /// [C,S] values of sets, indexed by the set; null if the results lack them.
  const RowMatrix<float>* (*of_sets)(const ImportanceSource& source) = nullptr;
  bool is_stored = true;  ///< in unit_measures/NAME; others have an array of their own
};

/// All measures, in the order of results.
const std::vector<ImportanceMeasure>& importance_measures();

}  // namespace inforelay
