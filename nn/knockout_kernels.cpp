// This file is compiled once for each instruction set: foreach_target.h includes it again and again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/knockout_kernels.cpp"
#include <hwy/foreach_target.h>
// must come after foreach_target.h
#include <hwy/highway.h>

#include "nn/knockout_kernels.hpp"

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

std::size_t count_leaf(const Candidate* in, std::size_t n, std::int32_t margin, const LeafRow* rows, std::uint32_t on,
                       std::uint32_t* counts, Candidate* close) {
  const hn::CappedTag<std::int16_t, 16> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  constexpr std::size_t lanes = hn::MaxLanes(d), vectors = leaf_sets / lanes;
  hn::Vec<decltype(d)> sure_counts[vectors];
  for (auto& count : sure_counts) count = hn::Zero(d);
  std::size_t close_count = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Candidate candidate = in[i];
    const LeafThreshold threshold(candidate.sum, margin);
    const auto sure = hn::Set(d, threshold.sure);
    const auto possible = hn::Set(d, threshold.possible);
    const std::int16_t* row = rows[candidate.sample].data();
    // Row entries above `possible`, as unsigned numbers: small where they must be looked at closely.
    auto least = hn::Set(du, std::uint16_t{0xFFFF});
    for (std::size_t v = 0; v < vectors; ++v) {
      const auto sums = hn::LoadU(d, row + v * lanes);
      sure_counts[v] = hn::Sub(sure_counts[v], hn::VecFromMask(d, hn::Gt(sums, sure)));
      least = hn::Min(least, hn::BitCast(du, hn::Sub(sums, possible)));
    }
    const auto band = hn::BitCast(du, hn::Sub(sure, possible));
    close[close_count] = in[i];
    close_count += hn::AllFalse(du, hn::Eq(hn::Min(least, band), least)) ? 0 : 1;
  }
  alignas(64) std::uint16_t sure_of_set[leaf_sets];
  for (std::size_t v = 0; v < vectors; ++v) hn::Store(hn::BitCast(du, sure_counts[v]), du, sure_of_set + v * lanes);
  const hn::CappedTag<std::uint32_t, 16> d_count;
  const hn::Rebind<std::uint16_t, decltype(d_count)> d_narrow;
  const auto on_in_all = hn::Set(d_count, on);
  for (std::size_t set = 0; set < leaf_sets; set += hn::MaxLanes(d_count)) {
    const auto sure = hn::PromoteTo(d_count, hn::Load(d_narrow, sure_of_set + set));
    hn::StoreU(hn::Add(hn::Add(hn::LoadU(d_count, counts + set), on_in_all), sure), d_count, counts + set);
  }
  return close_count;
}

}  // namespace inforelay::knockout_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace inforelay::knockout_kernels {
HWY_EXPORT(expand);
HWY_EXPORT(count_leaf);

void expand(const Candidate* in, std::size_t n, const Step* steps, Candidate* out, std::size_t stride,
            std::array<std::uint32_t, children>& length, std::array<std::uint32_t, children>& on) {
  HWY_DYNAMIC_DISPATCH(expand)(in, n, steps, out, stride, length, on);
}

std::size_t count_leaf(const Candidate* in, std::size_t n, std::int32_t margin, const LeafRow* rows, std::uint32_t on,
                       std::uint32_t* counts, Candidate* close) {
  return HWY_DYNAMIC_DISPATCH(count_leaf)(in, n, margin, rows, on, counts, close);
}

}  // namespace inforelay::knockout_kernels
#endif
