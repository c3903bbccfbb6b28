#include "infotheory/importance/shapley.hpp"

#include <bit>
#include <cmath>
#include <utility>

#include "infotheory/importance/membership_sums.hpp"

namespace inforelay {
namespace {

/// Weights of the marginal contributions to a set of each size s: s! (n-s)! / (n+1)! for s in [0,n], else 0.
struct SizeWeights {
  std::vector<double> weights;

  explicit SizeWeights(int n) {
    double weight = n < 0 ? 0 : 1 / (n + 1.);
    for (int s = 0; s <= n; ++s) {
      weights.push_back(weight);
      weight *= (s + 1.) / (n - s);  // of the last, not used
    }
  }
  double operator()(int s) const {
    return s >= 0 && s < static_cast<int>(weights.size()) ? weights[static_cast<std::size_t>(s)] : 0;
  }
};

/// weight(s) for s in [0,K].
template <class Weight>
std::vector<double> by_size(int units, const Weight& weight) {
  std::vector<double> weights;
  for (int s = 0; s <= units; ++s) weights.push_back(weight(s));
  return weights;
}

/// Sum of v(S) over the sets of each size -> [K+1]; in blocks, which keeps the rounding small.
template <class Value>
std::vector<double> sums_of_sizes(std::span<const Value> values, int units) {
  constexpr std::size_t block_size = 4096;
  std::vector<double> sums(static_cast<std::size_t>(units) + 1), part(sums.size());
  for (std::size_t set = 0; set < values.size(); ++set) {
    part[static_cast<std::size_t>(std::popcount(set))] += static_cast<double>(values[set]);
    if ((set + 1) % block_size != 0 && set + 1 != values.size()) continue;
    for (std::size_t s = 0; s < sums.size(); ++s) sums[s] += std::exchange(part[s], 0);
  }
  return sums;
}

// Written as sums over sets with a unit, with T all sets and A_i those with unit i: the sets without i are T - A_i,
// those with i and not j are A_i - A_ij, those with neither T - A_i - A_j + A_ij.
//
// If the index is the set knocked out, the table is v(complement). A complement turns s into K-1-s or K-2-s, for which
// the weights are the same, so phi has the opposite sign and I_ij is the same.
template <class Value>
ExactImportance importance(std::span<const Value> values, IndexMeaning meaning) {
  const int units = detail::units_of_table("importance", values.size());
  const SizeWeights w(units - 1), u(units - 2);
  const auto sums = [&](const auto& weight) { return detail::membership_sums(values, units, by_size(units, weight)); };
  const detail::MembershipSums shapley = sums([&](int s) { return w(s - 1) + w(s); }),
                               both = sums([&](int s) { return u(s - 2) + 2 * u(s - 1) + u(s); }),
                               one = sums([&](int s) { return u(s - 1) + u(s); });
  const std::vector<double> of_size = sums_of_sizes(values, units);
  double without = 0, without_both = 0;
  for (int s = 0; s <= units; ++s) {
    without += w(s) * of_size[static_cast<std::size_t>(s)];
    without_both += u(s) * of_size[static_cast<std::size_t>(s)];
  }
  if (!std::isfinite(without)) detail::check_finite_table("importance", values);

  ExactImportance result{.shapley = {},
                         .interaction = RowMatrix<double>::Zero(units, units),
                         .lesion = RowMatrix<double>::Zero(units, units)};
  const double sign = meaning == IndexMeaning::present ? 1 : -1;
  for (const double with : shapley.single) result.shapley.push_back(sign * (with - without));
  const std::size_t all = values.size() - 1;
  const auto value = [&](std::size_t missing) {
    return static_cast<double>(values[meaning == IndexMeaning::present ? all & ~missing : missing]);
  };
  for (int i = 0; i < units; ++i) {
    for (int j = 0; j < i; ++j) {
      const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
      const std::size_t first = std::size_t{1} << a, second = std::size_t{1} << b;
      result.interaction(i, j) = result.interaction(j, i) =
          both.pair(i, j) - (one.single[a] + one.single[b]) + without_both;
      result.lesion(i, j) = result.lesion(j, i) = value(0) - value(first) - value(second) + value(first | second);
    }
  }
  return result;
}

}  // namespace

ExactImportance exact_importance(std::span<const float> values, IndexMeaning meaning) {
  return importance(values, meaning);
}

ExactImportance exact_importance(std::span<const double> values, IndexMeaning meaning) {
  return importance(values, meaning);
}

}  // namespace inforelay
