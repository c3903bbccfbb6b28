// Relay information of every set of units.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/sets/subset_scan.hpp"
#include "core/sets/subset_statistics.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

struct ExhaustiveRelay {
  RowMatrix<float> information;  ///< [C,S] I_R in bits; column NeuronSet::index() of the relay set; [0,0]: discarded
  SubsetStatistics statistics;   ///< of the same values
  RowMatrix<double> best_information;  ///< [C,K+1] the largest I_R of a set of each size, bits
  RowMatrix<std::uint32_t> best_set;   ///< [C,K+1] that set's bits; of equals the lowest
  std::vector<double> above_greedy;    ///< [C] fraction of all S sets with I_R > that of the greedy set of their size
  std::vector<double> above_greedy_as_published;  ///< [C] the same against the greedy set one smaller
};

/// I_R of all S = 2^K sets for each contrast, compared with `greedy`, the greedy search of all contrasts of the table.
///
/// Best sets and comparisons are computed from exact values, before they are rounded to float, so ties are ties. No
/// removal precedes the one set of size K; its greedy value is I_R(all). UsageError if K >
/// NeuronSet::max_exhaustive_neurons or `greedy` has other shapes. Parallel, the same to the last bit for any number of
/// threads; throws Interrupted.
ExhaustiveRelay exhaustive_relay(const StateTable& table, const GreedyRelay& greedy,
                                 Progress& progress = Progress::none());

/// The same for units of several levels and contrasts of any number of symbols; for binary units and contrasts the same
/// to the last bit, but slower.
ExhaustiveRelay exhaustive_relay(const LevelTable& table, const GreedyRelay& greedy,
                                 Progress& progress = Progress::none());

/// The same in chunks. A chunk is the sets of one contrast that share the decisions on the first few units: 2^14 sets
/// and about ten milliseconds, or all sets of a contrast if K < 14.
///
/// exact_totals of a chunk, 2 + 2 (K+1) numbers: its sets above greedy, and above greedy as published; for each size
/// the largest N I_R in units of ExactNLogN, and the lowest set that has it, -1 if the chunk has no set of that size.
class ExhaustiveRelayScan final : public SubsetScan {
 public:
  /// Errors as exhaustive_relay(). Cost O(C M K). The table [C,S], if kept, is written by add() only.
  ExhaustiveRelayScan(const StateTable& table, const GreedyRelay& greedy, AllSetsTable keep = AllSetsTable::keep);
  ExhaustiveRelayScan(const LevelTable& table, const GreedyRelay& greedy, AllSetsTable keep = AllSetsTable::keep);
  ~ExhaustiveRelayScan() override;

  std::size_t chunk_count() const override;
  std::string format_id() const override;
  void compute(std::span<const std::size_t> chunks, const OnChunk& on_chunk, Progress& progress) const override;
  /// To be called once for each chunk.
  void add(std::size_t chunk, const ScanChunk& result) override;

  /// The result, after every chunk was added. To be called once.
  ExhaustiveRelay result();

 private:
  class Search;

  void allocate(AllSetsTable keep);

  std::unique_ptr<const Search> search_;
  ExhaustiveRelay result_;
  SubsetStatisticsCollector collector_;
  std::mutex mutex_;  // of totals_
  /// [C] exact totals of the chunks added so far, together; empty before the first.
  std::vector<std::vector<std::int64_t>> totals_;
};

}  // namespace inforelay
