// How information about the input is spread over units: fragmentation and smearedness.
#pragma once

#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/sets/neuron_set.hpp"
#include "core/sets/subset_statistics.hpp"

namespace inforelay {

/// The smallest sets with enough information.
struct Fragmentation {
  static constexpr int none = -1;
  int size = none;     ///< least number of units; `none` if not even all units together reach the threshold
  NeuronSet set = {};  ///< of the sets of this size the one with the most information, of equals the lowest
};

/// Fragmentation of each contrast (Bohm, Kirkpatrick and Hintze, Neural Computation 2022): the least size of a set B
/// with I(a;B) >= threshold -> [C]. Their two kinds are thresholds of theta H(a) (feature) and theta I(a;all units)
/// (shared), theta in (0,1]. `input_information`: statistics of mutual_information_input of all sets
/// (set_measures.hpp), whose values are floats, so thresholds are rounded to float, too. UsageError unless there are as
/// many thresholds [C] as contrasts. Cost O(C K).
std::vector<Fragmentation> fragmentation(const SubsetStatistics& input_information,
                                         std::span<const double> threshold_bits);

/// Smearedness (Hintze, Kirkpatrick and Adami), bits, >= 0: how much of the information of single units about a concept
/// other units have, too.
struct Smearedness {
  double over_nodes = 0;     ///< sum over concepts j and pairs of units i > k of min(M_ji, M_jk)
  double over_concepts = 0;  ///< sum over units i and pairs of concepts j > k of min(M_ji, M_ki)
};

/// M [J,K]: the information of unit i about concept j, I(E_j; Y_i | S) in bits: `representation` of the sets of one
/// unit. Cost O(J K log(J K)).
Smearedness smearedness(const RowMatrix<double>& unit_information);

}  // namespace inforelay
