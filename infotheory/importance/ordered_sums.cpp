#include "infotheory/importance/ordered_sums.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.hpp"
#include "core/sets/neuron_set.hpp"

namespace inforelay {
namespace {

void check_values(std::span<const double> value_of_unit) {
  const std::size_t units = value_of_unit.size();
  if (units < 1 || units > static_cast<std::size_t>(NeuronSet::max_exhaustive_neurons))
    throw UsageError("sums of all sets: {} units, expected 1 to {}", units, NeuronSet::max_exhaustive_neurons);
  double sum = 0;
  for (const double value : value_of_unit) {
    if (!std::isfinite(value))
      throw ComputeError("sums of all sets: a unit has the value {}, expected a number", value);
    sum += std::abs(value);
  }
  if (sum > std::numeric_limits<float>::max())
    throw ComputeError("sums of all sets: the absolute values of the units add up to {}, expected at most {}", sum,
                       std::numeric_limits<float>::max());
}

}  // namespace

void OrderedSums::Sorted::resize(std::size_t n) {
  sums.resize(n + 1);
  sums.back() = std::numeric_limits<double>::infinity();
  sets.resize(n + 1);
}

OrderedSums::Merge::Merge(const Sorted& before, double value)
    : before_(before), value_(value), unit_(static_cast<std::uint32_t>(before.size())) {}

// Both halves at once: each is a chain of loads that wait for one another, and two take the time of one.
void OrderedSums::Merge::next(std::span<double> sums, std::span<std::uint32_t> sets) {
  assert(sums.size() == sets.size() && next_.without + next_.with + sums.size() <= 2 * before_.size());
  const std::size_t half = sums.size() / 2;
  Position first = next_, second = after(half);
  for (std::size_t i = 0; i < half; ++i) {
    take(first, sums[i], sets[i]);
    take(second, sums[half + i], sets[half + i]);
  }
  if (sums.size() % 2 == 1) take(second, sums.back(), sets.back());
  next_ = second;
}

// Of equal sums the one without the unit comes first. Without branches that depend on the values.
void OrderedSums::Merge::take(Position& at, double& sum, std::uint32_t& set) const {
  const double a = before_.sums[at.without], b = before_.sums[at.with] + value_;
  const std::uint32_t s = before_.sets[at.without], t = before_.sets[at.with] | unit_;
  const bool second = b < a;
  sum = second ? b : a;
  set = s ^ ((s ^ t) & -std::uint32_t{second});
  at.with += second;
  at.without += !second;
}

// The position when `count` more sets are taken: a binary search for how many of them are without the unit.
OrderedSums::Merge::Position OrderedSums::Merge::after(std::size_t count) const {
  const std::size_t left_without = before_.size() - next_.without, left_with = before_.size() - next_.with;
  std::size_t fewest = count - std::min(count, left_with), most = std::min(count, left_without);
  while (fewest < most) {
    const std::size_t without = (fewest + most) / 2;
    const double last_with = before_.sums[next_.with + count - without - 1] + value_;
    if (before_.sums[next_.without + without] <= last_with)
      fewest = without + 1;
    else
      most = without;
  }
  return {next_.without + fewest, next_.with + count - fewest};
}

OrderedSums::OrderedSums(std::span<const double> value_of_unit)
    : without_last_([&] {
        check_values(value_of_unit);
        Sorted ordered, merged;
        ordered.resize(1);
        for (const double value : value_of_unit.first(value_of_unit.size() - 1)) {
          const std::size_t n = 2 * ordered.size();
          merged.resize(n);
          Merge(ordered, value).next(std::span(merged.sums).first(n), std::span(merged.sets).first(n));
          std::swap(ordered, merged);
        }
        return ordered;
      }()),
      last_(without_last_, value_of_unit.back()),
      left_(2 * without_last_.size()) {}

std::size_t OrderedSums::next(std::span<double> sums, std::span<std::uint32_t> sets) {
  const std::size_t count = std::min({left_, sums.size(), sets.size()});
  last_.next(sums.first(count), sets.first(count));
  left_ -= count;
  return count;
}

}  // namespace inforelay
