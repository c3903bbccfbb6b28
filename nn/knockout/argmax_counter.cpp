#include "nn/knockout/argmax_counter.hpp"

#include <bit>
#include <cmath>

#include "core/parallel.hpp"
#include "nn/knockout/knockout_checks.hpp"

namespace inforelay {
namespace {

using argmax_kernels::lanes, argmax_kernels::Row;

constexpr int bound_exponent = 29;
// Lanes of a tile beyond its samples: output 0 is by far the largest with every set.
constexpr std::int32_t filler = 1 << bound_exponent;

double product(float weight, float value) { return static_cast<double>(weight) * static_cast<double>(value); }

}  // namespace

ArgmaxCounter::ArgmaxCounter(const KnockoutSubject& subject, const Replacement& replacement)
    : neurons_(static_cast<std::size_t>(subject.neurons())),
      classes_(static_cast<std::size_t>(subject.classes())),
      exact_(subject.network.layers.back(), subject.hidden, replacement),
      tiles_(tiles_by_label<lanes>(subject.labels, subject.classes())) {
  check_finite(subject, replacement);
  rows_.resize(tiles_.size() * (neurons_ + 1) * classes_);
  parallel_blocks(tiles_.size(), [&](std::size_t tile) { fill(subject, replacement, tile); });
}

void ArgmaxCounter::fill(const KnockoutSubject& subject, const Replacement& replacement, std::size_t tile) {
  const DenseLayer& layer = subject.network.layers.back();
  Row* const base = rows_.data() + tile * (neurons_ + 1) * classes_;
  Row* const term = base + classes_;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (lane >= tiles_[tile].count) {
      for (std::size_t c = 0; c < classes_; ++c) base[c].value[lane] = c == 0 ? filler : -filler;
      continue;  // terms are 0
    }
    const std::size_t sample = tiles_[tile].samples[lane];
    const auto kept = [&](int c, int k) {
      return product(layer.weight(c, k), subject.hidden(static_cast<Eigen::Index>(sample), k));
    };
    const auto replaced = [&](int c, int k) { return product(layer.weight(c, k), replacement(sample, k)); };
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
  std::vector<argmax_kernels::Close> close(sets);
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    progress.check();
    const Tile& tile = tiles_[t];
    const Row* rows = rows_.data() + t * (neurons_ + 1) * classes_;
    const argmax_kernels::Tile sums{.base = rows,
                                    .term = rows + classes_,
                                    .neurons = neurons_,
                                    .classes = classes_,
                                    .margin = static_cast<std::int32_t>(neurons_) + 1};
    std::uint32_t* const of_label = counts.row(tile.label).data();
    const std::size_t found = argmax_kernels::walk(sums, fixed.bits(), static_cast<std::size_t>(free), of_label,
                                                   scratch.data(), close.data());
    for (const argmax_kernels::Close& set : std::span(close).first(found)) {
      for (std::uint32_t left = set.samples; left != 0; left &= left - 1) {
        const std::size_t sample = tile.samples[static_cast<std::size_t>(std::countr_zero(left))];
        const int largest = exact_.argmax(sample, NeuronSet(fixed.bits() | set.column));
        ++of_label[set.column * classes_ + static_cast<std::size_t>(largest)];
      }
    }
    const auto fillers = static_cast<std::uint32_t>(lanes) - tile.count;
    for (std::size_t set = 0; set < sets && fillers > 0; ++set) of_label[set * classes_] -= fillers;
  }
  return counts;
}

}  // namespace inforelay
