#include <algorithm>

#include "experiments/results/results.hpp"

namespace inforelay {

std::size_t ClaimResult::runs_all() const {
  return static_cast<std::size_t>(std::count(classes_holding.begin(), classes_holding.end(), classes));
}

std::size_t ClaimResult::runs_most() const {
  return static_cast<std::size_t>(std::count_if(classes_holding.begin(), classes_holding.end(),
                                                [this](std::int64_t holding) { return 2 * holding > classes; }));
}

}  // namespace inforelay
