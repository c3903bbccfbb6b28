// The numbers of a result by name, "regression.r_squared" or "relay.train.last_2": what a comparison with published
// values refers to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/results/results.hpp"

namespace inforelay {

/// What is known of a quantity without any result.
struct QuantityKind {
  std::string name;     ///< with SPLIT for train or test, and N for a count in [1,K]: "relay.SPLIT.last_N"
  std::string units;    ///< "bit"; "1" for fractions, counts and sets
  std::string about;    ///< one phrase
  std::string title;    ///< for a figure: "R^2", "coefficient of information"
  bool is_set = false;  ///< sets of neurons, not numbers
};

/// All quantities, in the order of the documentation.
std::vector<QuantityKind> quantity_kinds();

/// What is wrong with `name`: "'relay.test.al' is no quantity; did you mean 'relay.test.all'?"; empty where it is one.
std::string quantity_error(std::string_view name);

/// The kind of the quantity `name`. Throws UsageError where it is none.
QuantityKind quantity_kind(std::string_view name);

/// Why a run of `config` will not have the quantity `name` of `network`, one of its networks: "analysis.relay.greedy is
/// false"; empty where it will. What only weight files can tell counts once they are read (read_external_files).
std::string quantity_missing(const ExperimentConfig& config, const NetworkConfig& network, std::string_view name);

/// Has the quantity of `network` a value for each class, not one for the network as a whole?
bool quantity_has_classes(const NetworkConfig& network, std::string_view name);

/// The values of the quantity `name` of one network: [C], or [1] where it belongs to the network as a whole. Throws
/// UsageError where the name is none, or where the result lacks what it needs (all sets on that split, a regression).
std::vector<QuantityValue> quantity(const NetworkResult& network, std::string_view name);

/// The value of class `cls`, or of the network as a whole where it is none. Throws UsageError where `values`, of a
/// quantity, has no such value.
const QuantityValue& value_of_class(const std::vector<QuantityValue>& values, std::optional<int> cls);

}  // namespace inforelay
