// The inner loop of ArgmaxCounter: from a set to the next one neuron's terms are added or subtracted, then the largest
// sum of each sample is found.

// Arrays of vectors need vectors of a size known at compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// This file is compiled once for each instruction set: foreach_target.h includes it again and again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/knockout/argmax_kernels.cpp"
#include <hwy/foreach_target.h>
// must come after foreach_target.h
#include <hwy/highway.h>

#include <bit>
#include <utility>

#include "nn/knockout/argmax_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace inforelay::argmax_kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<std::int32_t, lanes>;
using Vector = hn::Vec<Tag>;
constexpr std::size_t width = hn::MaxLanes(Tag()), vectors = lanes / width;

// Sums of up to `Most` outputs, in registers.
template <std::size_t Classes>
struct FewSums {
  static constexpr std::size_t classes = Classes;
  Vector sums[Classes][vectors];

  HWY_INLINE FewSums(Row* first, std::size_t) {
    for (std::size_t c = 0; c < classes; ++c) {
      for (std::size_t v = 0; v < vectors; ++v) sums[c][v] = hn::Load(Tag(), first[c].value.data() + v * width);
    }
  }
  HWY_INLINE void Add(const Row* step) {
    for (std::size_t c = 0; c < classes; ++c) {
      for (std::size_t v = 0; v < vectors; ++v)
        sums[c][v] = hn::Add(sums[c][v], hn::Load(Tag(), step[c].value.data() + v * width));
    }
  }
  HWY_INLINE Vector Get(std::size_t c, std::size_t v) const { return sums[c][v]; }
};

// Sums of any number of outputs, in memory.
struct ManySums {
  Row* sums;
  std::size_t classes;

  HWY_INLINE ManySums(Row* first, std::size_t count) : sums(first), classes(count) {}
  HWY_INLINE void Add(const Row* step) {
    for (std::size_t c = 0; c < classes; ++c) {
      for (std::size_t v = 0; v < lanes; v += width) {
        const Vector sum = hn::Load(Tag(), sums[c].value.data() + v);
        hn::Store(hn::Add(sum, hn::Load(Tag(), step[c].value.data() + v)), Tag(), sums[c].value.data() + v);
      }
    }
  }
  HWY_INLINE Vector Get(std::size_t c, std::size_t v) const {
    return hn::Load(Tag(), sums[c].value.data() + v * width);
  }
};

// Calls found(c, v, mask): the samples of vector v for which the sum of output c is within the margin of the largest.
template <class Sums, class Found>
HWY_INLINE void FindLargest(const Sums& sums, Vector margin, Found found) {
  for (std::size_t v = 0; v < vectors; ++v) {
    Vector largest = sums.Get(0, v);
    for (std::size_t c = 1; c < sums.classes; ++c) largest = hn::Max(largest, sums.Get(c, v));
    const Vector below = hn::Sub(largest, margin);
    for (std::size_t c = 0; c < sums.classes; ++c) found(c, v, hn::Gt(sums.Get(c, v), below));
  }
}

HWY_INLINE std::uint32_t Bits(hn::Mask<Tag> mask) {
  std::uint8_t bytes[8] = {};  // StoreMaskBits may write this much
  hn::StoreMaskBits(Tag(), mask, bytes);
  return bytes[0] | std::uint32_t{bytes[1]} << 8;
}

// The samples with more than one largest sum; they are taken out of the counts again.
template <class Sums>
HWY_NOINLINE std::uint32_t TakeOutClose(const Sums& sums, Vector margin, std::uint32_t* counts) {
  std::uint32_t once = 0, twice = 0;
  FindLargest(sums, margin, [&](std::size_t, std::size_t v, hn::Mask<Tag> mask) HWY_ATTR {
    const std::uint32_t bits = Bits(mask) << (v * width);
    twice |= once & bits;
    once |= bits;
  });
  FindLargest(sums, margin, [&](std::size_t c, std::size_t v, hn::Mask<Tag> mask) HWY_ATTR {
    counts[c] -= static_cast<std::uint32_t>(std::popcount(twice & Bits(mask) << (v * width)));
  });
  return twice;
}

template <class Sums>
std::size_t WalkSets(const Tile& tile, std::size_t free, Row* first, const Row* steps, std::uint32_t* counts,
                     Close* close) {
  Sums sums(first, tile.classes);
  const Vector margin = hn::Set(Tag(), tile.margin + 1);
  std::size_t close_count = 0;
  std::uint32_t column = 0;
  for (std::uint32_t next = 1;; ++next) {
    std::uint32_t* of_set = counts + column * sums.classes;
    std::size_t found = 0;
    FindLargest(sums, margin, [&](std::size_t c, std::size_t, hn::Mask<Tag> mask) HWY_ATTR {
      const std::size_t number = hn::CountTrue(Tag(), mask);
      of_set[c] += static_cast<std::uint32_t>(number);
      found += number;
    });
    if (found != lanes) close[close_count++] = {column, TakeOutClose(sums, margin, of_set)};
    if (next >> free != 0) return close_count;
    // The neuron that changes: knocked out if its bit is set now.
    const auto neuron = static_cast<std::size_t>(std::countr_zero(next));
    column ^= 1u << neuron;
    sums.Add(steps + (2 * neuron + (column >> neuron & 1u)) * sums.classes);
  }
}

using Walk = std::size_t (*)(const Tile&, std::size_t, Row*, const Row*, std::uint32_t*, Close*);

// More outputs than this would not fit into the registers.
constexpr std::size_t most_few = 16;

template <std::size_t... Classes>
HWY_INLINE Walk ChooseWalk(std::size_t classes, std::index_sequence<Classes...>) {
  static constexpr Walk of_few[]{&WalkSets<FewSums<Classes + 1>>...};
  return classes <= most_few ? of_few[classes - 1] : &WalkSets<ManySums>;
}

std::size_t walk(const Tile& tile, std::uint32_t fixed, std::size_t free, std::uint32_t* counts, Row* scratch,
                 Close* close) {
  Row* const first = scratch;
  Row* const steps = scratch + tile.classes;  // of each free neuron: what is added to keep it, and to knock it out
  for (std::size_t c = 0; c < tile.classes; ++c) first[c] = tile.base[c];
  for (std::size_t k = 0; k < tile.neurons; ++k) {
    for (std::size_t c = 0; c < tile.classes; ++c) {
      for (std::size_t v = 0; v < lanes; v += width) {
        const Vector term = hn::Load(Tag(), tile.term[k * tile.classes + c].value.data() + v);
        if ((fixed >> k & 1u) == 0) {
          std::int32_t* sum = first[c].value.data() + v;
          hn::Store(hn::Add(hn::Load(Tag(), sum), term), Tag(), sum);
        }
        if (k >= free) continue;
        hn::Store(term, Tag(), steps[2 * k * tile.classes + c].value.data() + v);
        hn::Store(hn::Neg(term), Tag(), steps[(2 * k + 1) * tile.classes + c].value.data() + v);
      }
    }
  }
  return ChooseWalk(tile.classes, std::make_index_sequence<most_few>())(tile, free, first, steps, counts, close);
}

}  // namespace inforelay::argmax_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace inforelay::argmax_kernels {
HWY_EXPORT(walk);

std::size_t walk(const Tile& tile, std::uint32_t fixed, std::size_t free, std::uint32_t* counts, Row* scratch,
                 Close* close) {
  return HWY_DYNAMIC_DISPATCH(walk)(tile, fixed, free, counts, scratch, close);
}

}  // namespace inforelay::argmax_kernels
#endif
