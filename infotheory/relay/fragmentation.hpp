// How information about the input is spread over units: fragmentation and smearedness.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/sets/subset_statistics.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// The smallest sets with enough information, of T thresholds.
struct Fragmentation {
  static constexpr std::int64_t none = -1;
  RowMatrix<std::int64_t> size;  ///< [C,T] least number of units; `none` if not even all units together reach it
  /// [C,T] NeuronSet::bits() of the set of this size with the most information, of equals the lowest; `none` likewise.
  RowMatrix<std::int64_t> set;
};

/// Fragmentation of each contrast (Bohm, Kirkpatrick and Hintze, Neural Computation 2022): the least size of a set B
/// with I(a;B) >= theta reference. Their two kinds have as reference H(a) (feature: input_entropy_bits()) and I(a;all
/// units) (shared: information_of_all_units()). `input_information`: statistics of mutual_information_input of all sets
/// (set_measures.hpp), whose values are floats, so thresholds are rounded to float, too. 0 if the reference is 0.
/// UsageError unless `reference_bits` is [C] and each theta in (0,1]. Cost O(C K T).
Fragmentation fragmentation(const SubsetStatistics& input_information, std::span<const double> reference_bits,
                            std::span<const double> theta);

/// H(a) of each contrast -> [C], bits: mutual_information_input of a set that determines a, to the last bit. Cost
/// O(C M), of a LevelTable O(E log E) for its E pairs of all states.
std::vector<double> input_entropy_bits(const StateTable& table);
std::vector<double> input_entropy_bits(const LevelTable& table);
/// I(a;all units) of each contrast -> [C], bits.
std::vector<double> information_of_all_units(const SubsetStatistics& input_information);

/// Smearedness (Hintze, Kirkpatrick and Adami), bits, >= 0: how much of the information of single units about a concept
/// other units have, too.
struct Smearedness {
  double over_nodes = 0;     ///< sum over concepts j and pairs of units i > k of min(M_ji, M_jk)
  double over_concepts = 0;  ///< sum over units i and pairs of concepts j > k of min(M_ji, M_ki)
};

/// M [J,K]: the information of unit i about concept j, such as unit_representation_bits(). Cost O(J K log(J K)).
Smearedness smearedness(const RowMatrix<double>& unit_information);

/// I(a;unit|b) -> [C,K], bits: `representation` (set_measures.hpp) of the sets of one unit. UsageError for a StateTable
/// of more than 32 units. Cost O(C K M log M), parallel over contrasts and units; throws Interrupted.
RowMatrix<double> unit_representation_bits(const StateTable& table, Progress& progress = Progress::none());
RowMatrix<double> unit_representation_bits(const LevelTable& table, Progress& progress = Progress::none());

}  // namespace inforelay
