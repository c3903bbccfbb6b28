#include "nn/knockout/argmax_counter.hpp"

#include <bit>
#include <cmath>

#include "core/parallel.hpp"
#include "nn/knockout/knockout_checks.hpp"

namespace inforelay {
namespace {

using argmax_kernels::lanes, argmax_kernels::part_lanes, argmax_kernels::parts, argmax_kernels::Row;

constexpr int bound_exponent = 29;
// Lanes of a tile beyond its samples: output 0 is by far the largest with every set.
constexpr std::int32_t filler = 1 << bound_exponent;

}  // namespace

ArgmaxCounter::ArgmaxCounter(const KnockoutSubject& subject, const Replacement& replacement)
    : neurons_(static_cast<std::size_t>(subject.neurons())),
      classes_(static_cast<std::size_t>(subject.classes())),
      exact_(subject.network.layers.back(), subject.hidden, replacement),
      tiles_(tiles_by_label<lanes>(subject.labels, subject.classes())) {
  check_finite(subject, replacement);
  rows_.resize(tiles_.size() * parts * (neurons_ + 1) * classes_);
  parallel_blocks(tiles_.size(), [&](std::size_t tile) { fill(subject, replacement, tile); });
}

void ArgmaxCounter::fill(const KnockoutSubject& subject, const Replacement& replacement, std::size_t tile) {
  const DenseLayer& layer = subject.network.layers.back();
  for (std::size_t sample_of_tile = 0; sample_of_tile < lanes; ++sample_of_tile) {
    const std::size_t part = sample_of_tile / part_lanes, lane = sample_of_tile % part_lanes;
    Row* const base = rows_.data() + (tile * parts + part) * (neurons_ + 1) * classes_;
    Row* const term = base + classes_;
    if (sample_of_tile >= tiles_[tile].count) {
      for (std::size_t c = 0; c < classes_; ++c) base[c].value[lane] = c == 0 ? filler : -filler;
      continue;  // terms are 0
    }
    const std::size_t sample = tiles_[tile].samples[sample_of_tile];
    const auto kept = [&](int c, int k) {
      return exact_product(layer.weight(c, k), subject.hidden(static_cast<Eigen::Index>(sample), k));
    };
    const auto replaced = [&](int c, int k) { return exact_product(layer.weight(c, k), replacement(sample, k)); };
    double bound = 0;
    for (int c = 0; c < layer.out(); ++c) {
      double sum = std::abs(static_cast<double>(layer.bias(c)));
      for (int k = 0; k < layer.in(); ++k) sum += std::abs(kept(c, k)) + std::abs(replaced(c, k));
      bound = std::max(bound, sum);
    }
    int magnitude = bound_exponent;
    if (bound > 0) std::frexp(bound, &magnitude);
    const double scale = std::ldexp(1.0, bound_exponent - magnitude);
    const auto integer = [&](double value) { return static_cast<std::int32_t>(std::nearbyint(value * scale)); };
    for (int c = 0; c < layer.out(); ++c) {
      std::int32_t sum = integer(static_cast<double>(layer.bias(c)));
      for (int k = 0; k < layer.in(); ++k) {
        const std::int32_t instead = integer(replaced(c, k));
        sum += instead;
        const std::size_t row = static_cast<std::size_t>(k) * classes_ + static_cast<std::size_t>(c);
        term[row].value[lane] = integer(kept(c, k)) - instead;
      }
      base[c].value[lane] = sum;
    }
  }
}

RowMatrix<std::uint32_t> ArgmaxCounter::count(NeuronSet fixed, int free, const Progress& progress) const {
  const std::size_t sets = std::size_t{1} << free;
  auto counts =
      RowMatrix<std::uint32_t>::Zero(static_cast<Eigen::Index>(classes_), static_cast<Eigen::Index>(sets * classes_))
          .eval();
  std::vector<Row> scratch(argmax_kernels::scratch_rows(static_cast<std::size_t>(free), classes_));
  std::vector<std::uint64_t> largest(sets * classes_);
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    progress.check();
    const argmax_kernels::Tile sums{.rows = rows_.data() + t * parts * (neurons_ + 1) * classes_,
                                    .neurons = neurons_,
                                    .classes = classes_,
                                    .margin = static_cast<std::int32_t>(neurons_) + 1};
    argmax_kernels::find_largest(sums, fixed.bits(), static_cast<std::size_t>(free), largest.data(), scratch.data());
    std::uint32_t* const of_label = counts.row(tiles_[t].label).data();
    const std::uint64_t found = argmax_kernels::count_bits(largest.data(), largest.size(), of_label);
    if (found != lanes * sets) decide_close(tiles_[t], fixed, largest, of_label);
    const auto fillers = static_cast<std::uint32_t>(lanes) - tiles_[t].count;
    for (std::size_t set = 0; set < sets && fillers > 0; ++set) of_label[set * classes_] -= fillers;
  }
  return counts;
}

// Samples with more than one largest output are counted once, for the one that is the largest exactly.
void ArgmaxCounter::decide_close(const Tile& tile, NeuronSet fixed, std::span<const std::uint64_t> largest,
                                 std::uint32_t* counts) const {
  for (std::size_t first = 0; first < largest.size(); first += classes_) {
    const auto of_set = largest.subspan(first, classes_);
    std::uint64_t once = 0, twice = 0;
    for (const std::uint64_t samples : of_set) {
      twice |= once & samples;
      once |= samples;
    }
    if (twice == 0) continue;
    for (std::size_t c = 0; c < classes_; ++c) {
      counts[first + c] -= static_cast<std::uint32_t>(std::popcount(of_set[c] & twice));
    }
    const NeuronSet set(fixed.bits() | static_cast<std::uint32_t>(first / classes_));
    for (; twice != 0; twice &= twice - 1) {
      const std::size_t sample = tile.samples[static_cast<std::size_t>(std::countr_zero(twice))];
      ++counts[first + static_cast<std::size_t>(exact_.argmax(sample, set))];
    }
  }
}

}  // namespace inforelay
