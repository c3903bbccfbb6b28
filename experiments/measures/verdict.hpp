// How well measures of importance predict the function that is lost with a set of units knocked out.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "experiments/measures/importance_measures.hpp"
#include "experiments/results/result_arrays.hpp"

namespace inforelay {

/// The arrays below verdict/, for the table of a measure.
std::vector<ArrayInfo> verdict_arrays();

/// Compares all importance_measures() with the function lost, minus accuracy [C,S], over all sets and for each size.
/// of_units: for each measure its [C,K]; [0,0] if it has none. module_units: of networks of detectors the number of
/// units in the module of each class, else 0. Rows of measures that the results lack are NaN.
/// Cost for each class and measure some 25 ms with 2^20 sets; parallel over measures; throws Interrupted.
void put_verdict(const ImportanceSource& source, const std::vector<RowMatrix<double>>& of_units,
                 const RowMatrix<float>& accuracy, int module_units, ResultArrays& out);

/// Bytes while it works.
double verdict_memory(double units);

}  // namespace inforelay
