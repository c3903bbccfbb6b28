// Exact Shapley values and pairwise interactions of units, from tables of a function of all sets.
#pragma once

#include <span>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

/// Which set the index of a table stands for.
enum class IndexMeaning {
  present,      ///< v(S) is at the bits of S, such as relay information of the set
  knocked_out,  ///< v(S) is at the bits of its complement, such as accuracy with a set of units replaced
};

/// What each unit and each pair contributes to a function v of sets of K units.
struct ExactImportance {
  std::vector<double> shapley;    ///< [K]
  RowMatrix<double> interaction;  ///< [K,K] Shapley interaction index, symmetric; 0 on the diagonal
  RowMatrix<double> lesion;  ///< [K,K] v(all) - v(all but i) - v(all but j) + v(all but i and j); 0 on the diagonal
};

/// From the values of all sets of one function -> [2^K]:
///
///     phi_i = sum over S without i of |S|! (K-|S|-1)! / K! (v(S + i) - v(S))
///     I_ij = sum over S without i and j of |S|! (K-|S|-2)! / (K-1)! (v(S + i + j) - v(S + i) - v(S + j) + v(S))
///
/// (Shapley 1953; Grabisch and Roubens, Int. J. Game Theory 28, 547 (1999)). In the unit of v. The phi_i add up to the
/// difference v(all) - v(none); I_ij > 0: together they do more than each by itself, < 0: they replace each other.
/// Exact sums over all sets; rounding below 1e-13 of the largest |v|. UsageError unless the number of values is 2^K for
/// a K in [1,24]; DataError for a value that is not finite, naming the set.
///
/// Cost 3 passes of 2^(K+1) additions (detail::membership_sums): some 50 ms of one core for the 1,048,576 sets of 20
/// units. Parallel; the same bits for any number of threads.
ExactImportance exact_importance(std::span<const float> values, IndexMeaning meaning);
ExactImportance exact_importance(std::span<const double> values, IndexMeaning meaning);

}  // namespace inforelay
