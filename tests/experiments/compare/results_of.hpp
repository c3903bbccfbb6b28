// Small results with a regression and a greedy search, for tests of comparisons.
#pragma once

#include <string>
#include <vector>

#include "experiments/results/results_file.hpp"

namespace inforelay::test {

/// Adds a network whose classes "a", "b", ... have these R^2 and whose greedy search removes units 2, 1, 0.
inline void add_network(ExperimentResult& result, const std::string& name, const std::vector<double>& r_squared) {
  const auto count = static_cast<Eigen::Index>(r_squared.size());
  const std::string group = "networks/" + name;
  std::vector<std::string> classes;
  for (std::size_t c = 0; c < r_squared.size(); ++c) classes.emplace_back(1, static_cast<char>('a' + c));
  RowMatrix<std::uint8_t> order(count, 3);
  for (Eigen::Index c = 0; c < count; ++c) order.row(c) << 2, 1, 0;
  const RowMatrix<double> row = Eigen::Map<const Eigen::RowVectorXd>(r_squared.data(), count);
  const RowMatrix<double> accuracy = RowMatrix<double>::Constant(1, 1, 0.75);
  result.networks.push_back(name);
  result.arrays.put_scale(group + "/class", classes, "class");
  result.arrays.put_array(group + "/layers/1/regression/r_squared", {"1", "", {"class"}, {r_squared.size()}, row});
  result.arrays.put_array(group + "/layers/1/states/test/argmax_accuracy", {"1", "", {}, {}, accuracy});
  result.arrays.put_array(group + "/layers/1/relay/train/greedy/removal_order",
                          {"1", "", {"class", "step"}, {r_squared.size(), 3}, order});
}

/// One network called "full".
inline ExperimentResult result_of(const std::vector<double>& r_squared) {
  ExperimentResult result;
  add_network(result, "full", r_squared);
  return result;
}

}  // namespace inforelay::test
