// Measures of every set of units, from one scan.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/axes.hpp"
#include "core/named.hpp"
#include "core/progress.hpp"
#include "core/sets/subset_scan.hpp"
#include "core/sets/subset_statistics.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// Measures of a set B of units, for the X_in = a and X_out = b of a contrast; plug-in estimates in bits.
enum class SetMeasure {
  mutual_information_input,   ///< I(a;B) = H(a) - H(a|B), in [0, H(a)]
  mutual_information_output,  ///< I(b;B) = H(b) - H(b|B), in [0, H(b)]
  co_information,  ///< I(a;b) - I(a;b|B), in [I(a;b) - min(H(a), H(b)), I(a;b)]; negative: synergy (exclusive or: -1)
  representation,  ///< I(a;B|b) = H(a|b) - H(a|b,B), in [0, H(a|b)] (Marstaller, Hintze and Adami, Neural Computation
                   ///< 2013: a the environment, b the sensors)
  intersection_information,  ///< min{I(a;B), I(b;B), I(a;b)}, >= 0 (Pica et al., NIPS 2017, by the redundancy MMI)
  /// What Miller and Madow (1955) add to the relay information of the units that are *not* in B, so Y_0 = B:
  /// (-K_B + K_aB + K_bB - K_abB + K_all - K_a,all - K_b,all + K_ab,all) / (2 N ln 2), K: occupied cells.
  miller_madow_correction,
};

inline constexpr WordTable<SetMeasure, 6> set_measure_names{{
    {SetMeasure::mutual_information_input, "mutual_information_input"},
    {SetMeasure::mutual_information_output, "mutual_information_output"},
    {SetMeasure::co_information, "co_information"},
    {SetMeasure::representation, "representation"},
    {SetMeasure::intersection_information, "intersection_information"},
    {SetMeasure::miller_madow_correction, "miller_madow_correction"},
}};

/// One measure of all sets.
struct MeasuredSets {
  SetMeasure measure = SetMeasure::mutual_information_input;
  RowMatrix<float> values;      ///< [C,S] bits; column NeuronSet::index() of the set B itself; [0,0]: discarded
  SubsetStatistics statistics;  ///< of the same values, by size of B
};

/// `measures` of all S = 2^K sets for each contrast, from entropies in exact integers, so every value is the float
/// nearest to a double that is exact up to the rounding of logarithms (information/n_log_n.hpp). UsageError if K >
/// NeuronSet::max_exhaustive_neurons, for no measures or one that is listed twice.
///
/// Cost: for binary units and contrasts a scan like that of relay information (exhaustive.hpp) for each of H(a|B),
/// H(b|B), I(a;b|B) and the occupied cells that the measures need; see bench/README.md. A LevelTable is slower: up to
/// three scans of label_tree.hpp per contrast. Parallel, the same to the last bit for any number of threads; throws
/// Interrupted.
std::vector<MeasuredSets> measure_sets(const StateTable& table, const std::vector<SetMeasure>& measures,
                                       Progress& progress = Progress::none());
std::vector<MeasuredSets> measure_sets(const LevelTable& table, const std::vector<SetMeasure>& measures,
                                       Progress& progress = Progress::none());

/// One measure of given sets: `units` each once. Sets with equal sums have exactly equal values, so ties are exact.
/// UsageError for a contrast that is not in [0,C), a unit that is not in [0,K) or named twice, and a StateTable of more
/// than 32 units. The two sums without and with all units are computed once, O(M); a set costs O(M log M).
class SetMeasureOfSets {
 public:
  /// Refers to the table.
  SetMeasureOfSets(const StateTable& table, int contrast, SetMeasure measure);
  SetMeasureOfSets(const LevelTable& table, int contrast, SetMeasure measure);

  double bits(std::span<const int> units) const { return bits_(units); }

 private:
  std::function<double(std::span<const int> units)> bits_;
};

/// The same in chunks: the sets of one contrast that share the decisions on the first few units. A chunk has a row of
/// values for each measure; its first_class is its contrast times the number of measures.
class SetMeasureScan final : public SubsetScan {
 public:
  /// Errors as above. Refers to `table`.
  SetMeasureScan(const StateTable& table, const std::vector<SetMeasure>& measures,
                 AllSetsTable keep = AllSetsTable::keep);
  SetMeasureScan(const LevelTable& table, const std::vector<SetMeasure>& measures,
                 AllSetsTable keep = AllSetsTable::keep);
  ~SetMeasureScan() override;

  std::size_t chunk_count() const override;
  std::string format_id() const override;
  void compute(std::span<const std::size_t> chunks, const OnChunk& on_chunk, Progress& progress) const override;
  void add(std::size_t chunk, const ScanChunk& result) override;

  /// The results in the order of `measures`, after every chunk was added. To be called once.
  std::vector<MeasuredSets> result();

 private:
  class Search;

  std::unique_ptr<const Search> search_;
  std::vector<MeasuredSets> results_;
  std::vector<std::unique_ptr<SubsetStatisticsCollector>> collectors_;  // of each measure

  void prepare(AllSetsTable keep);
};

}  // namespace inforelay
