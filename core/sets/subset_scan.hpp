// Computations over all S = 2^K sets of units, cut into chunks that can be done in any order and by any process.
//
// Chunks are numbered, and what each one covers depends on the problem only. The result of a chunk is complete in
// itself: it can be saved to a file or sent to another process. Together the results of all chunks give the same table
// to the last bit, no matter which process computed them and when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/sets/neuron_set.hpp"

namespace inforelay {

/// The result of one chunk: the values of some sets, for one class or several.
struct ScanChunk {
  int first_class = 0;      ///< of classes first_class, ..., first_class + values.rows() - 1
  NeuronSet fixed, free;    ///< its sets: `fixed` together with each subset of `free`; disjoint
  RowMatrix<float> values;  ///< [classes, 2^|free|], sets ascending by index
  /// Integers from which the totals over all chunks are computed exactly; meaning and size are defined by each scan.
  std::vector<std::int64_t> exact_totals{};
};

/// A scan over all sets in chunks. The data that it computes from are given to its constructor and must outlive it.
class SubsetScan {
 public:
  /// Receives the result of one chunk; called concurrently from several threads.
  using OnChunk = std::function<void(std::size_t chunk, ScanChunk&& result)>;

  virtual ~SubsetScan() = default;

  /// Chunks are numbered [0,chunk_count()).
  virtual std::size_t chunk_count() const = 0;

  /// Version string of the division into chunks and of the contents of a ScanChunk. Saved chunks with another string
  /// must not be used, even if their shapes agree.
  virtual std::string format_id() const = 0;

  /// Computes `chunks` (each at most once), in parallel, and passes each result to `on_chunk` as soon as it is
  /// computed. Reports (chunks done, chunks.size()). Throws Interrupted: the chunks in progress are then lost, at most
  /// about a second of work. Exceptions of `on_chunk` are passed on.
  virtual void compute(std::span<const std::size_t> chunks, const OnChunk& on_chunk, Progress& progress) const = 0;

  /// Adds the result of a chunk to the whole. Different chunks may be added from different threads. Throws DataError,
  /// naming the chunk, if `result` does not have the shape of that chunk.
  virtual void add(std::size_t chunk, const ScanChunk& result) = 0;
};

/// Computes all chunks and adds them as they come, without saving anything.
void run_whole(SubsetScan& scan, Progress& progress);

/// Whether a scan keeps the values of all sets or only their statistics (core/sets/subset_statistics.hpp).
enum class AllSetsTable { keep, discard };

/// The next greater subset of `free`, from 0 on; 0 after the last.
constexpr std::uint32_t next_subset(std::uint32_t subset, NeuronSet free) {
  return (subset - free.bits()) & free.bits();
}

/// Throws DataError if the classes or sets of `chunk` are not in a table [classes,sets], or if the number of its values
/// is not that of its sets.
void check_chunk(const ScanChunk& chunk, Eigen::Index classes, Eigen::Index sets);

/// Writes the values of `chunk` into `table` [C,S]. Throws as check_chunk().
void put_chunk(const ScanChunk& chunk, RowMatrix<float>& table);

}  // namespace inforelay
