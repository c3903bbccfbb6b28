// All sets of units in ascending order of the sum of their units' values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inforelay {

/// The ordered sets of the first k units, merged with the same sets with the next one, are those of k + 1 units: O(2^K)
/// in all, without sorting. A sum is formed in the order of the units; sets of equal sums are in no particular order.
/// Memory 10 bytes for each set.
class OrderedSums {
 public:
  /// UsageError unless there are 1 to NeuronSet::max_exhaustive_neurons values, ComputeError if one is not
  /// finite or the sum of their absolute values is not a finite float.
  explicit OrderedSums(std::span<const double> value_of_unit);
  OrderedSums(const OrderedSums&) = delete;
  OrderedSums& operator=(const OrderedSums&) = delete;

  /// The next sets and their sums, as many as there is room for or are left; returns their number, 0 at the end.
  std::size_t next(std::span<double> sums, std::span<std::uint32_t> sets);

 private:
  // Sets by ascending sums. An infinite sum at the end lets a merge read on when it has taken them all.
  struct Sorted {
    std::vector<double> sums;
    std::vector<std::uint32_t> sets;

    std::size_t size() const { return sums.size() - 1; }
    void resize(std::size_t n);
  };

  // The sets before the next unit, merged with the same sets with it, whose value is added to each.
  class Merge {
   public:
    Merge(const Sorted& before, double value);
    void next(std::span<double> sums, std::span<std::uint32_t> sets);

   private:
    struct Position {
      std::size_t without = 0, with = 0;  // sets taken of either list
    };

    void take(Position& at, double& sum, std::uint32_t& set) const;
    Position after(std::size_t count) const;

    const Sorted& before_;
    double value_;
    std::uint32_t unit_;  // its bit
    Position next_;
  };

  Sorted without_last_;  // the sets of all units but the last
  Merge last_;
  std::size_t left_;
};

}  // namespace inforelay
