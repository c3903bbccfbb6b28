#include "nn/knockout/deep_counter.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/error.hpp"
#include "nn/knockout/knockout_checks.hpp"

namespace inforelay {
namespace {

using deep_kernels::lanes;

}  // namespace

DeepCounter::DeepCounter(const KnockoutSubject& subject, KnockoutFunction function, const Replacement& replacement)
    : subject_(subject),
      function_(function),
      replacement_(replacement),
      layers_(std::span(subject.network.layers).subspan(static_cast<std::size_t>(subject.layer))),
      tiles_(tiles_by_label<lanes>(subject.labels, subject.possible_labels())) {
  check_finite(subject, replacement);
}

// Working memory for one tile.
struct DeepCounter::Walk {
  std::size_t free;             // neurons that are decided on the way; the others are `fixed`
  NeuronSet fixed;              // knocked out
  std::vector<Row> products;    // [2,free,J] of each free neuron: kept, knocked out
  std::vector<Row> sums;        // [free+1,J] once the neurons from this number on are decided
  std::vector<Row> from, into;  // [widest layer] through the layers
};

// Products of the free neurons, and sums once all others are decided.
void DeepCounter::enter(Walk& walk, const Tile& tile) const {
  const DenseLayer& next = layers_.front();
  const std::size_t width = next_width();
  Row* const sums = walk.sums.data() + walk.free * width;
  for (std::size_t j = 0; j < width; ++j) sums[j].value.fill(next.bias(static_cast<Eigen::Index>(j)));
  for (int k = next.in() - 1; k >= 0; --k) {
    Row kept, replaced;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      kept.value[lane] = subject_.hidden(static_cast<Eigen::Index>(tile.samples[lane]), k);
      replaced.value[lane] = replacement_(tile.samples[lane], k);
    }
    const auto neuron = static_cast<std::size_t>(k);
    for (std::size_t j = 0; j < width; ++j) {
      const float weight = next.weight(static_cast<Eigen::Index>(j), k);
      const auto multiply = [&](const Row& values, Row& products) {
        for (std::size_t lane = 0; lane < lanes; ++lane) products.value[lane] = weight * values.value[lane];
      };
      if (neuron < walk.free) {
        multiply(kept, walk.products[(2 * neuron) * width + j]);
        multiply(replaced, walk.products[(2 * neuron + 1) * width + j]);
        continue;
      }
      Row product;
      multiply(walk.fixed.contains(k) ? replaced : kept, product);
      deep_kernels::add(&sums[j], &product, 1, &sums[j]);
    }
  }
}

// The sums of the output layer, from those of the layer after the analysed one.
const DeepCounter::Row* DeepCounter::outputs(Walk& walk) const {
  const std::size_t width = next_width();
  std::copy_n(walk.sums.begin(), width, walk.into.begin());
  for (std::size_t l = 0; l + 1 < layers_.size(); ++l) {
    const DenseLayer &layer = layers_[l], &next = layers_[l + 1];
    std::swap(walk.from, walk.into);
    const auto inputs = static_cast<std::size_t>(layer.out());
    activate(layer.activation, walk.from.front().value.data(), inputs * lanes);
    deep_kernels::dense(walk.from.data(), inputs, next.weight.data(), next.bias.data(),
                        static_cast<std::size_t>(next.out()), walk.into.data());
  }
  return walk.into.data();
}

RowMatrix<std::uint32_t> DeepCounter::count(NeuronSet fixed, int free, const Progress& progress) const {
  const auto classes = static_cast<std::size_t>(subject_.classes()), width = next_width();
  const auto levels = static_cast<std::size_t>(free), sets = std::size_t{1} << levels;
  auto counts =
      RowMatrix<std::uint32_t>::Zero(subject_.possible_labels(), static_cast<Eigen::Index>(sets * classes)).eval();
  int widest = 0;
  for (const DenseLayer& layer : layers_) widest = std::max(widest, layer.out());
  const auto widest_rows = static_cast<std::size_t>(widest);
  Walk walk{.free = levels,
            .fixed = fixed,
            .products = std::vector<Row>(2 * levels * width),
            .sums = std::vector<Row>((levels + 1) * width),
            .from = std::vector<Row>(widest_rows),
            .into = std::vector<Row>(widest_rows)};
  for (const Tile& tile : tiles_) {
    progress.check();
    enter(walk, tile);
    std::uint32_t* const of_label = counts.row(tile.label).data();
    for (std::size_t set = 0; set < sets; ++set) {
      // The neurons up to the lowest that is knocked out are decided anew.
      std::size_t level = set == 0 ? levels : static_cast<std::size_t>(std::countr_zero(set)) + 1;
      while (level-- > 0) {
        const Row* products = walk.products.data() + (2 * level + (set >> level & 1u)) * width;
        Row* const sums = walk.sums.data() + level * width;
        deep_kernels::add(sums + width, products, width, sums);
      }
      const Row* const output = outputs(walk);
      std::uint32_t* const of_set = of_label + set * classes;
      const auto count =
          function_ == KnockoutFunction::threshold ? deep_kernels::count_above_zero : deep_kernels::count_largest;
      if (count(output, classes, tile.count, of_set) != tile.count) {
        throw ComputeError("knockouts: the sums of an output overflow with {{{}}} knocked out",
                           NeuronSet(fixed.bits() | static_cast<std::uint32_t>(set)).to_string());
      }
    }
  }
  return counts;
}

}  // namespace inforelay
