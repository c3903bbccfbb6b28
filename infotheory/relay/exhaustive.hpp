// Relay information of every set of neurons.
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
#include "infotheory/states/state_table.hpp"

namespace inforelay {

struct ExhaustiveRelay {
  RowMatrix<float> information;  ///< [C,S] I_R in bits; column NeuronSet::index() of the relay set; [0,0]: dropped
  SubsetStatistics summaries;    ///< of the same values
  RowMatrix<double> best_information;  ///< [C,K+1] the largest I_R of a set of each size, bits
  RowMatrix<std::uint32_t> best_set;   ///< [C,K+1] that set's bits; of equals the lowest
  std::vector<double> above_greedy;    ///< [C] fraction of all S sets with I_R > that of the greedy set of their size
  std::vector<double> above_greedy_as_published;  ///< [C] the same against the greedy set one smaller
};

/// I_R of all S = 2^K sets for each class, and what they say about `greedy`, the greedy search of the same table.
///
/// Best sets and comparisons are made on exact values, before they are rounded to float, so ties are ties. The one set
/// of size K has no removal before it: its greedy value is I_R(all). UsageError where K >
/// NeuronSet::max_exhaustive_neurons or `greedy` has other shapes. Parallel, the same to the last bit for any number of
/// threads; throws Interrupted.
ExhaustiveRelay exhaustive_relay(const StateTable& table, const GreedyRelay& greedy,
                                 Progress& progress = Progress::none());

/// The same in parts. A part is the sets of one class that share the decisions on the first few neurons: 2^14 sets and
/// some ten milliseconds, or all sets of a class where K < 14.
///
/// `exact` of a part, 2 + 2 (K+1) numbers: its sets above greedy, and above greedy as published; for each size the
/// largest N I_R in units of NLogN, and the lowest set that has it, -1 where the part has no set of that size.
class ExhaustiveRelayScan final : public SubsetScan {
 public:
  /// Errors as exhaustive_relay(). Cost O(C M K); memory of the table [C,S], where it is kept, is touched by add()
  /// only.
  ExhaustiveRelayScan(const StateTable& table, const GreedyRelay& greedy, AllSetsTable keep = AllSetsTable::keep);
  ~ExhaustiveRelayScan() override;

  std::size_t chunk_count() const override;
  std::string layout() const override;
  void compute(std::span<const std::size_t> parts, const Take& take, Progress& progress) const override;
  /// Each part once.
  void add(std::size_t part, const ScanChunk& result) override;

  /// The whole, once every part was added (a broken invariant otherwise). To be called once.
  ExhaustiveRelay result();

 private:
  class Search;
  template <class Cell>
  class CellSearch;

  const StateTable& table_;
  std::unique_ptr<const Search> search_;
  ExhaustiveRelay result_;
  SubsetStatisticsCollector collector_;
  std::mutex mutex_;                              // of what follows
  std::vector<std::vector<std::int64_t>> exact_;  // [C] of the parts that were added, together; empty before the first
};

}  // namespace inforelay
