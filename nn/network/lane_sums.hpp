// internal: sums over the lanes of vectors whose order does not depend on the length of a vector. Included by files
// that Google Highway compiles once for each instruction set, after highway.h.
#if defined(INFORELAY_LANE_SUMS) == defined(HWY_TARGET_TOGGLE)  // once for each instruction set
#ifdef INFORELAY_LANE_SUMS
#undef INFORELAY_LANE_SUMS
#else
#define INFORELAY_LANE_SUMS
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace inforelay::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;
constexpr std::size_t lanes = hn::MaxLanes(FloatTag());  // all of them: vectors of unknown size are left out

// Adds up the lanes: one half to the other, until one is left. Not SumOfLanes, whose order is another on ARM.
template <class D>
HWY_INLINE float SumOfHalves(D /*d*/, hn::Vec<D> v) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (hn::MaxLanes(D()) > 1) {
    const hn::Half<D> half;
    return SumOfHalves(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
#endif
  return hn::GetLane(v);
}

// The same for `parts` vectors in a row, a power of two.
template <std::size_t parts>
HWY_INLINE float SumOfParts(FloatVector (&v)[parts]) {
  HWY_UNROLL(4) for (std::size_t half = parts / 2; half > 0; half /= 2) {
    for (std::size_t p = 0; p < half; ++p) v[p] = hn::Add(v[p], v[p + half]);
  }
  return SumOfHalves(FloatTag(), v[0]);
}

}  // namespace inforelay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
