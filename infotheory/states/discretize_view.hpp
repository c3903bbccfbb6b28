// Discretisation of values that lie in the memory of another program, such as arrays of NumPy, without a copy.
#pragma once

#include <cstdint>
#include <span>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "infotheory/states/discretize.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {

/// Values [N,K], rows contiguous.
using ValueView = Eigen::Map<const RowMatrix<float>>;

// The functions of the same names of discretize.hpp: same results, errors and cost.
RowMatrix<double> cuts(const ValueView& values, const DiscretizeOptions& options = {},
                       const Progress& progress = Progress::none());
UnitStates discretize(const ValueView& values, std::span<const double> thresholds);
RowMatrix<std::uint8_t> levels_by_cuts(const ValueView& values, const RowMatrix<double>& cuts);
RowMatrix<std::uint8_t> levels_of_symbols(const ValueView& values);

}  // namespace inforelay
