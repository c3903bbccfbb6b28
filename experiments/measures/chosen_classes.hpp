// The classes of analysis.relay.classes, and arrays that have a row for each of them.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "core/axes.hpp"
#include "experiments/config/config.hpp"

namespace inforelay {

/// The classes of analysis.relay.classes in ascending order, by default all: [0,C).
inline std::vector<int> chosen_classes(const RelayConfig& config, int classes) {
  if (!config.classes.empty()) {
    std::vector<int> chosen(config.classes.begin(), config.classes.end());
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }
  std::vector<int> all(static_cast<std::size_t>(classes));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

/// Stands for what is not computed, e.g. in rows of classes that were not chosen.
inline constexpr double not_computed = std::numeric_limits<double>::quiet_NaN();

/// Rows [R,...] of the chosen classes as [C,...], `absent` elsewhere.
template <class T>
RowMatrix<T> by_class(const RowMatrix<T>& rows, const std::vector<int>& chosen, int classes, T absent) {
  RowMatrix<T> all = RowMatrix<T>::Constant(classes, rows.cols(), absent);
  for (std::size_t row = 0; row < chosen.size(); ++row) all.row(chosen[row]) = rows.row(static_cast<Eigen::Index>(row));
  return all;
}

}  // namespace inforelay
