// Computations over all S = 2^K sets of neurons, cut into parts that can be done in any order and by any process.
//
// A part is numbered, and what it covers depends on the problem only. Its result is complete in itself: it can be kept
// in a file or sent elsewhere, and put together with the others it gives the same table to the last bit, whoever
// computed it and when.
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

/// What one part has found: the values of some sets, for one class or several.
struct ScanChunk {
  int first_class = 0;      ///< of classes first_class, ..., first_class + values.rows() - 1
  NeuronSet fixed, free;    ///< its sets: `fixed` together with each subset of `free`; disjoint
  RowMatrix<float> values;  ///< [classes, 2^|free|], sets ascending by index
  std::vector<std::int64_t>
      exact{};  ///< what the whole needs beside the rounded values; meaning and size as the scan's
};

/// A scan in parts. What it computes from is given to its constructor and must outlive it.
class SubsetScan {
 public:
  /// Receives the result of part number `part`; called from several threads at once.
  using Take = std::function<void(std::size_t part, ScanChunk&& result)>;

  virtual ~SubsetScan() = default;

  /// Parts are [0,chunk_count()).
  virtual std::size_t chunk_count() const = 0;

  /// Names the way in which the sets are cut into parts and what a result holds: results of another layout are no
  /// results of this scan, even if they have its shapes.
  virtual std::string layout() const = 0;

  /// Computes `parts` (each at most once), in parallel, and hands each result to `take` as soon as it is there. Reports
  /// (parts done, parts.size()). Throws Interrupted, when the parts not yet taken are lost: at most some second of
  /// work; and what `take` throws.
  virtual void compute(std::span<const std::size_t> parts, const Take& take, Progress& progress) const = 0;

  /// Puts a result in its place in the whole. Different parts may be added from different threads. Throws DataError,
  /// naming the part, where `result` has not the shape of one of this scan's parts.
  virtual void add(std::size_t part, const ScanChunk& result) = 0;
};

/// All parts, added as they come: the scan without saving anything.
void run_whole(SubsetScan& scan, Progress& progress);

/// Whether a scan keeps the values of all sets, or only what core/sets/subset_statistics.hpp says of them.
enum class AllSetsTable { keep, discard };

/// The next greater subset of `free`, from 0 on; 0 after the last.
constexpr std::uint32_t next_subset(std::uint32_t subset, NeuronSet free) {
  return (subset - free.bits()) & free.bits();
}

/// Throws DataError where the classes or sets of `part` are not in a table [classes,sets], or its values are not as
/// many as it has sets.
void check_chunk(const ScanChunk& part, Eigen::Index classes, Eigen::Index sets);

/// Writes the values of `part` into `table` [C,S]. Throws as check_chunk().
void put_chunk(const ScanChunk& part, RowMatrix<float>& table);

}  // namespace inforelay
