// The methods by which a KnockoutScan computes its chunks.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "core/progress.hpp"
#include "core/random.hpp"
#include "core/sets/subset_scan.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/knockout/knockout_accuracy.hpp"
#include "nn/knockout/replacement.hpp"
#include "nn/knockout/set_counter.hpp"

namespace inforelay {

/// One method: the chunks of a scan, as SubsetScan defines them.
class KnockoutSearch {
 public:
  virtual ~KnockoutSearch() = default;

  virtual std::size_t chunk_count() const = 0;
  virtual std::string format_id() const = 0;
  virtual void compute(std::span<const std::size_t> parts, const SubsetScan::OnChunk& take,
                       Progress& progress) const = 0;
  /// Whether a result has the classes and the number of sets of this part.
  virtual bool fits(std::size_t part, const ScanChunk& result) const = 0;

 protected:
  KnockoutSearch(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random)
      : subject_(subject),
        options_(options),
        accuracy_(subject, options, random),
        replacement_(subject.hidden, options, random) {}

  const KnockoutSubject subject_;
  const KnockoutOptions options_;
  const KnockoutAccuracy accuracy_;
  const Replacement replacement_;
};

/// Of the last hidden layer by threshold: each class by a KnockoutTree; a chunk is one block of one class's tree.
std::unique_ptr<const KnockoutSearch> make_tree_search(const KnockoutSubject& subject, const KnockoutOptions& options,
                                                       const RandomStream& random);

/// All others: all classes together, by a SetCounter; a chunk is 2^n sets that differ in the first n neurons. By argmax
/// a chunk has another row after those of the classes: the fraction of samples whose label is the largest output.
std::unique_ptr<const KnockoutSearch> make_set_search(const KnockoutSubject& subject, const KnockoutOptions& options,
                                                      const RandomStream& random);

/// The counter for any function and layer, except a threshold in the last hidden layer. Holds references to subject and
/// replacement.
std::unique_ptr<const SetCounter> make_set_counter(const KnockoutSubject& subject, KnockoutFunction function,
                                                   const Replacement& replacement);

/// Puts the accuracies of one set into column `column` of values [C,...], or [C + 1,...] with the overall accuracy,
/// from its counts: column first + c of `counts` [C,...] is of class c.
void put_accuracies(const KnockoutAccuracy& accuracy, NeuronSet set, const RowMatrix<std::uint32_t>& counts,
                    Eigen::Index first, Eigen::Index column, RowMatrix<float>& values);

}  // namespace inforelay
