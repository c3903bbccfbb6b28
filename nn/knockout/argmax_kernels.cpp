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
#include <cstring>
#include <utility>

#include "nn/knockout/argmax_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace inforelay::argmax_kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<std::int32_t, part_lanes>;
using Vector = hn::Vec<Tag>;
constexpr std::size_t width = hn::MaxLanes(Tag()), vectors = part_lanes / width;

// Sums of a few outputs, in registers.
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
      for (std::size_t v = 0; v < part_lanes; v += width) {
        const Vector sum = hn::Load(Tag(), sums[c].value.data() + v);
        hn::Store(hn::Add(sum, hn::Load(Tag(), step[c].value.data() + v)), Tag(), sums[c].value.data() + v);
      }
    }
  }
  HWY_INLINE Vector Get(std::size_t c, std::size_t v) const {
    return hn::Load(Tag(), sums[c].value.data() + v * width);
  }
};

HWY_INLINE std::uint16_t Bits(hn::Mask<Tag> mask) {
  std::uint8_t bytes[8] = {};  // StoreMaskBits may write this much
  hn::StoreMaskBits(Tag(), mask, bytes);
  std::uint16_t bits;
  std::memcpy(&bits, bytes, sizeof bits);
  return bits;
}

// `largest` begins at the part's bytes of the tile's first word.
template <class Sums>
void WalkSets(const Tile& tile, std::size_t free, Row* first, const Row* terms, const Row* negative,
              unsigned char* largest) {
  Sums sums(first, tile.classes);
  const Vector margin = hn::Set(Tag(), tile.margin + 1);
  std::uint32_t column = 0;
  for (std::uint32_t next = 1;; ++next) {
    Vector below[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      below[v] = sums.Get(0, v);
      for (std::size_t c = 1; c < sums.classes; ++c) below[v] = hn::Max(below[v], sums.Get(c, v));
      below[v] = hn::Sub(below[v], margin);
    }
    unsigned char* const of_set = largest + column * sums.classes * sizeof(std::uint64_t);
    for (std::size_t c = 0; c < sums.classes; ++c) {
      std::uint16_t bits = Bits(hn::Gt(sums.Get(c, 0), below[0]));
      for (std::size_t v = 1; v < vectors; ++v)
        bits = static_cast<std::uint16_t>(bits | Bits(hn::Gt(sums.Get(c, v), below[v])) << (v * width));
      std::memcpy(of_set + c * sizeof(std::uint64_t), &bits, sizeof bits);
    }
    if (next >> free != 0) return;
    // The neuron that changes: knocked out if its bit is set now.
    const auto neuron = static_cast<std::size_t>(std::countr_zero(next));
    column ^= 1u << neuron;
    sums.Add(((column >> neuron & 1u) != 0 ? negative : terms) + neuron * sums.classes);
  }
}

using Walk = void (*)(const Tile&, std::size_t, Row*, const Row*, const Row*, unsigned char*);

// More outputs than this would not fit into the registers.
constexpr std::size_t most_few = 16;

template <std::size_t... Classes>
HWY_INLINE Walk ChooseWalk(std::size_t classes, std::index_sequence<Classes...>) {
  static constexpr Walk of_few[]{&WalkSets<FewSums<Classes + 1>>...};
  return classes <= most_few ? of_few[classes - 1] : &WalkSets<ManySums>;
}

void find_largest(const Tile& tile, std::uint32_t fixed, std::size_t free, std::uint64_t* largest, Row* scratch) {
  const Tag d;
  const Walk walk = ChooseWalk(tile.classes, std::make_index_sequence<most_few>());
  Row* const sums = scratch;
  Row* const negative = scratch + tile.classes;  // terms of the free neurons
  for (std::size_t part = 0; part < parts; ++part) {
    const Row* const base = tile.rows + part * (tile.neurons + 1) * tile.classes;
    const Row* const terms = base + tile.classes;
    for (std::size_t c = 0; c < tile.classes; ++c) sums[c] = base[c];
    for (std::size_t k = 0; k < tile.neurons; ++k) {
      if ((fixed >> k & 1u) != 0) continue;
      for (std::size_t c = 0; c < tile.classes; ++c) {
        for (std::size_t v = 0; v < part_lanes; v += width) {
          const Vector term = hn::Load(d, terms[k * tile.classes + c].value.data() + v);
          hn::Store(hn::Add(hn::Load(d, sums[c].value.data() + v), term), d, sums[c].value.data() + v);
          if (k < free) hn::Store(hn::Neg(term), d, negative[k * tile.classes + c].value.data() + v);
        }
      }
    }
    walk(tile, free, sums, terms, negative, reinterpret_cast<unsigned char*>(largest) + part * sizeof(std::uint16_t));
  }
}

std::uint64_t count_bits(const std::uint64_t* words, std::size_t n, std::uint32_t* counts) {
  const hn::CappedTag<std::uint64_t, 8> d;
  const hn::Rebind<std::uint32_t, decltype(d)> narrow;
  constexpr std::size_t words_at_once = hn::MaxLanes(d);
  auto all = hn::Zero(d);
  std::size_t i = 0;
  for (; i + words_at_once <= n; i += words_at_once) {
    const auto bits = hn::PopulationCount(hn::LoadU(d, words + i));
    all = hn::Add(all, bits);
    const auto count = hn::TruncateTo(narrow, bits);
    hn::StoreU(hn::Add(hn::LoadU(narrow, counts + i), count), narrow, counts + i);
  }
  std::uint64_t total = hn::GetLane(hn::SumOfLanes(d, all));
  for (; i < n; ++i) {
    const auto bits = static_cast<std::uint32_t>(std::popcount(words[i]));
    counts[i] += bits;
    total += bits;
  }
  return total;
}

}  // namespace inforelay::argmax_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace inforelay::argmax_kernels {
HWY_EXPORT(find_largest);
HWY_EXPORT(count_bits);

void find_largest(const Tile& tile, std::uint32_t fixed, std::size_t free, std::uint64_t* largest, Row* scratch) {
  HWY_DYNAMIC_DISPATCH(find_largest)(tile, fixed, free, largest, scratch);
}

std::uint64_t count_bits(const std::uint64_t* words, std::size_t n, std::uint32_t* counts) {
  return HWY_DYNAMIC_DISPATCH(count_bits)(words, n, counts);
}

}  // namespace inforelay::argmax_kernels
#endif
