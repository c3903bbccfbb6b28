// The numbers of a result by name, "regression.r_squared" or "relay.train.last_2": what a comparison with published
// values refers to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/results.hpp"

namespace inforelay {

/// What is known of a quantity without any result.
struct QuantityKind {
  std::string name;     ///< with SPLIT for train or test, and N for a count in [1,K]: "relay.SPLIT.last_N"
  std::string units;    ///< "bit"; "1" for fractions, counts and sets
  std::string about;    ///< one phrase
  bool is_set = false;  ///< sets of neurons, not numbers
};

/// All quantities, in the order of the documentation.
std::vector<QuantityKind> quantity_kinds();

/// What is wrong with `name`: "'relay.test.al' is no quantity; did you mean 'relay.test.all'?"; empty where it is one.
std::string quantity_error(std::string_view name);

/// Are the values of the quantity `name` sets of neurons? false where it is none.
bool quantity_is_set(std::string_view name);

/// The values of the quantity `name` of one network: [C], or [1] where it belongs to the network as a whole. Throws
/// UsageError where the name is none, or where the result lacks what it needs (all sets on that split, a regression).
std::vector<QuantityValue> quantity(const NetworkResult& network, std::string_view name);

}  // namespace inforelay
