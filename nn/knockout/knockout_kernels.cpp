// Inner loops of KnockoutTree: distributing samples to the children of a node, and counting at the leaves.

// Arrays of vectors need vectors of a size known at compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// This file is compiled once for each instruction set: foreach_target.h includes it again and again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/knockout/knockout_kernels.cpp"
#include <hwy/foreach_target.h>
// must come after foreach_target.h
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "nn/knockout/knockout_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace inforelay::knockout_kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void expand(const Candidate* in, std::size_t n, const Step* steps, Candidate* out, std::size_t stride,
            std::array<std::uint32_t, children>& length, std::array<std::uint32_t, children>& on) {
  const hn::CappedTag<std::int32_t, children> d;
  constexpr std::size_t lanes = hn::MaxLanes(d), vectors = children / lanes;
  hn::Vec<decltype(d)> on_counts[vectors];
  for (auto& counts : on_counts) counts = hn::Zero(d);
  Candidate* end[children];
  for (std::size_t j = 0; j < children; ++j) end[j] = out + j * stride;

  for (std::size_t i = 0; i < n; ++i) {
    const Candidate candidate = in[i];
    const Step& step = steps[candidate.sample];
    const auto sum = hn::Set(d, candidate.sum);
    const auto on_above = hn::Set(d, step.on_above);
    const auto off_up_to = hn::Set(d, step.off_up_to);
    const auto sample = hn::Set(d, static_cast<std::int32_t>(candidate.sample));
    Candidate child[children];
    std::uint32_t undecided = 0;
    for (std::size_t v = 0; v < vectors; ++v) {
      const auto child_sum = hn::Add(sum, hn::LoadU(d, step.add.data() + v * lanes));
      const auto is_on = hn::Gt(child_sum, on_above);
      on_counts[v] = hn::Sub(on_counts[v], hn::VecFromMask(d, is_on));
      std::uint8_t bits[8] = {};  // StoreMaskBits may write this much
      hn::StoreMaskBits(d, hn::AndNot(is_on, hn::Gt(child_sum, off_up_to)), bits);
      undecided |= std::uint32_t{bits[0]} << (v * lanes);
      hn::StoreInterleaved2(child_sum, sample, d, &child[v * lanes].sum);
    }
    // Written to every child, kept where undecided: branches here would be taken at random.
    for (std::size_t j = 0; j < children; ++j) {
      *end[j] = child[j];
      end[j] += undecided >> j & 1u;
    }
  }
  for (std::size_t v = 0; v < vectors; ++v) {
    hn::StoreU(hn::BitCast(hn::RebindToUnsigned<decltype(d)>(), on_counts[v]), hn::RebindToUnsigned<decltype(d)>(),
               on.data() + v * lanes);
  }
  for (std::size_t j = 0; j < children; ++j) length[j] = static_cast<std::uint32_t>(end[j] - (out + j * stride));
}

using SetTag = hn::CappedTag<std::int16_t, 32>;
constexpr std::size_t set_lanes = hn::MaxLanes(SetTag()), set_vectors = leaf_sets / set_lanes;

// Adds 1 to the lanes of the mask.
template <class Vector, class Mask>
HWY_INLINE Vector CountWhere(Mask mask, Vector counts) {
#if HWY_TARGET <= HWY_AVX3  // has masks in registers of their own, and additions under them
  return hn::IfThenElse(mask, hn::Add(counts, hn::Set(SetTag(), std::int16_t{1})), counts);
#else
  return hn::Sub(counts, hn::VecFromMask(SetTag(), mask));
#endif
}

// Adds to sure_of_set[B] the number of candidates for which the output is surely on; writes those with a close set to
// `close` and returns their number.
HWY_INLINE std::size_t CountSure(const Candidate* in, std::size_t n, std::int32_t margin, const LeafRow* rows,
                                 std::uint16_t* sure_of_set, Candidate* close) {
  const SetTag d;
  const hn::RebindToUnsigned<SetTag> du;
  hn::Vec<SetTag> sure_counts[set_vectors];
  for (std::size_t v = 0; v < set_vectors; ++v) {
    sure_counts[v] = hn::BitCast(d, hn::Load(du, sure_of_set + v * set_lanes));
  }
  std::size_t close_count = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Candidate candidate = in[i];
    const LeafThreshold threshold(candidate.sum, margin);
    const auto sure = hn::Set(d, threshold.sure);
    const auto possible = hn::Set(d, threshold.possible);
    const std::int16_t* row = rows[candidate.sample].sum.data();
    // Row entries above `possible`, as unsigned numbers: small if the exact terms must decide.
    auto least = hn::Set(du, std::uint16_t{0xFFFF});
    for (std::size_t v = 0; v < set_vectors; ++v) {
      const auto sums = hn::Load(d, row + v * set_lanes);
      sure_counts[v] = CountWhere(hn::Gt(sums, sure), sure_counts[v]);
      least = hn::Min(least, hn::BitCast(du, hn::Sub(sums, possible)));
    }
    const auto band = hn::BitCast(du, hn::Sub(sure, possible));
    close[close_count] = candidate;
    close_count += hn::AllFalse(du, hn::Eq(hn::Min(least, band), least)) ? 0 : 1;
  }
  for (std::size_t v = 0; v < set_vectors; ++v) {
    hn::Store(hn::BitCast(du, sure_counts[v]), du, sure_of_set + v * set_lanes);
  }
  return close_count;
}

HWY_INLINE CloseSets FindClose(Candidate candidate, std::int32_t margin, const LeafRow& row, std::uint32_t child) {
  const SetTag d;
  const LeafThreshold threshold(candidate.sum, margin);
  const auto sure = hn::Set(d, threshold.sure);
  const auto possible = hn::Set(d, threshold.possible);
  CloseSets close{.sample = candidate.sample, .child = child, .sets = {}};
  for (std::size_t v = 0; v < set_vectors; ++v) {
    const auto sums = hn::Load(d, row.sum.data() + v * set_lanes);
    std::uint8_t bytes[8] = {};  // StoreMaskBits may write this much
    hn::StoreMaskBits(d, hn::Not(hn::Or(hn::Gt(sums, sure), hn::Lt(sums, possible))), bytes);
    std::uint64_t bits = 0;
    for (std::size_t byte = 0; byte < sizeof(bits); ++byte) bits |= std::uint64_t{bytes[byte]} << (8 * byte);
    close.sets[v * set_lanes / 64] |= bits << (v * set_lanes % 64);
  }
  return close;
}

// counts[B] += on + sure_of_set[B].
HWY_INLINE void AddCounts(const std::uint16_t* sure_of_set, std::uint32_t on, std::uint32_t* counts) {
  const hn::CappedTag<std::uint32_t, 16> d_count;
  const hn::Rebind<std::uint16_t, decltype(d_count)> d_narrow;
  const auto on_in_all = hn::Set(d_count, on);
  for (std::size_t set = 0; set < leaf_sets; set += hn::MaxLanes(d_count)) {
    const auto sure = hn::PromoteTo(d_count, hn::Load(d_narrow, sure_of_set + set));
    hn::StoreU(hn::Add(hn::Add(hn::LoadU(d_count, counts + set), on_in_all), sure), d_count, counts + set);
  }
}

std::size_t count_leaf(const Candidate* in, std::size_t n, std::int32_t margin, const LeafRow* rows, std::uint32_t on,
                       std::uint32_t* counts, CloseSets* close) {
  alignas(64) std::uint16_t sure_of_set[leaf_sets] = {};
  Candidate close_of_tile[leaf_tile];
  std::size_t close_count = 0;
  for (std::size_t begin = 0; begin < n; begin += leaf_tile) {
    const std::size_t size = HWY_MIN(n - begin, leaf_tile);
    const std::size_t found = CountSure(in + begin, size, margin, rows, sure_of_set, close_of_tile);
    for (std::size_t i = 0; i < found; ++i) {
      close[close_count++] = FindClose(close_of_tile[i], margin, rows[close_of_tile[i].sample], 0);
    }
  }
  AddCounts(sure_of_set, on, counts);
  return close_count;
}

std::size_t count_leaves(const Candidate* in, std::size_t n, const Step* steps, std::int32_t margin,
                         const LeafRow* rows, std::uint32_t on, std::uint32_t* counts, CloseSets* close) {
  constexpr std::size_t stride = leaf_tile + 1;
  alignas(64) std::uint16_t sure_of_set[children * leaf_sets] = {};
  Candidate of_child[children * stride], close_of_tile[leaf_tile];
  std::uint32_t on_of[children] = {};
  std::size_t close_count = 0;
  for (std::size_t begin = 0; begin < n; begin += leaf_tile) {
    const std::size_t size = HWY_MIN(n - begin, leaf_tile);
    for (std::size_t i = begin; i < begin + size; ++i) {
      const std::int16_t* row = rows[in[i].sample].sum.data();
      for (std::size_t set = 0; set < leaf_sets; set += 32) hwy::Prefetch(row + set);  // one for each cache line
    }
    std::array<std::uint32_t, children> length, on_now;
    HWY_NAMESPACE::expand(in + begin, size, steps, of_child, stride, length, on_now);
    for (std::size_t j = 0; j < children; ++j) {
      on_of[j] += on_now[j];
      const std::size_t found =
          CountSure(of_child + j * stride, length[j], margin, rows, sure_of_set + j * leaf_sets, close_of_tile);
      for (std::size_t i = 0; i < found; ++i) {
        const Candidate candidate = close_of_tile[i];
        close[close_count++] = FindClose(candidate, margin, rows[candidate.sample], static_cast<std::uint32_t>(j));
      }
    }
  }
  for (std::size_t j = 0; j < children; ++j) {
    AddCounts(sure_of_set + j * leaf_sets, on + on_of[j], counts + j * leaf_sets);
  }
  return close_count;
}

}  // namespace inforelay::knockout_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace inforelay::knockout_kernels {
HWY_EXPORT(expand);
HWY_EXPORT(count_leaf);
HWY_EXPORT(count_leaves);

void expand(const Candidate* in, std::size_t n, const Step* steps, Candidate* out, std::size_t stride,
            std::array<std::uint32_t, children>& length, std::array<std::uint32_t, children>& on) {
  HWY_DYNAMIC_DISPATCH(expand)(in, n, steps, out, stride, length, on);
}

std::size_t count_leaf(const Candidate* in, std::size_t n, std::int32_t margin, const LeafRow* rows, std::uint32_t on,
                       std::uint32_t* counts, CloseSets* close) {
  return HWY_DYNAMIC_DISPATCH(count_leaf)(in, n, margin, rows, on, counts, close);
}

std::size_t count_leaves(const Candidate* in, std::size_t n, const Step* steps, std::int32_t margin,
                         const LeafRow* rows, std::uint32_t on, std::uint32_t* counts, CloseSets* close) {
  return HWY_DYNAMIC_DISPATCH(count_leaves)(in, n, steps, margin, rows, on, counts, close);
}

}  // namespace inforelay::knockout_kernels
#endif
