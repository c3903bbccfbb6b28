// How near our numbers are to published ones.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "experiments/compare/published.hpp"
#include "experiments/results/results.hpp"

namespace inforelay {

/// Compares each published value with ours. Throws UsageError where the result lacks a quantity, or has it in another
/// form (one number where the table has classes).
ReproductionResult reproduce(const std::vector<std::pair<std::string, PublishedValues>>& published,
                             const std::vector<std::pair<std::string, NetworkResult>>& networks);

/// "10 12" or a number in six digits, for people.
std::string quantity_text(const QuantityValue& value);

/// The table for people, one line each value.
std::string reproduction_table(const ReproductionResult& result);
/// The same as CSV, numbers in full.
std::string reproduction_csv(const ReproductionResult& result);

}  // namespace inforelay
