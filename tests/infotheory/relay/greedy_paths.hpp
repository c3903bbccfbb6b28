// Greedy paths checked step by step against information computed in another way.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "infotheory/relay/greedy.hpp"
#include "tests/catch2.hpp"

namespace inforelay::test {

inline std::vector<int> counting(int count) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

/// Every step of the path in `row`: its information is that of the reference within `tolerance`, no other unit would
/// leave more (beyond rounding), and no lower one as much. information_given(units): I(X_in; X_out | units) in bits.
template <class InformationGiven>
void check_greedy_path(const GreedyRelay& path, Eigen::Index row, double tolerance,
                       const InformationGiven& information_given) {
  constexpr double rounding = 1e-11;
  const auto units = static_cast<int>(path.removal_order.cols());
  std::vector<int> left = counting(units), given;
  const double given_all = information_given(left);
  for (Eigen::Index step = 0; step < units; ++step) {
    const int removed = path.removal_order(row, step);
    const double information = path.information(row, step);
    REQUIRE(std::count(left.begin(), left.end(), removed) == 1);
    for (const int k : left) {
      std::vector<int> with = given;
      with.push_back(k);
      const double would_leave = information_given(with) - given_all;
      if (k == removed) {
        REQUIRE(information == Approx(would_leave).margin(tolerance).epsilon(0));
      } else if (k < removed) {
        REQUIRE(would_leave < information - rounding);
      } else {
        REQUIRE(would_leave <= information + rounding);
      }
    }
    given.push_back(removed);
    left.erase(std::find(left.begin(), left.end(), removed));
  }
  REQUIRE(path.information(row, units - 1) == 0);
}

}  // namespace inforelay::test
