// The inner loops of KnockoutTree, compiled for several instruction sets and chosen at run time (Google Highway).
// Their results are integers and the same on each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace inforelay::knockout_kernels {

/// A sample that is still undecided at a node of the tree, and the sum of its decided terms.
struct Candidate {
  std::int32_t sum;
  std::uint32_t sample;
};

/// Three neurons are decided at once, so a node has 8 children. Bit 2 of the child's number is the neuron decided
/// first; a set bit means knocked out.
inline constexpr std::size_t children = 8;

/// The effect of deciding three neurons on one sample: sum in child j = sum + add[j]; then the output is surely on if
/// sum > on_above, surely off if sum <= off_up_to, else undecided.
struct Step {
  std::array<std::int32_t, children> add;
  std::int32_t on_above, off_up_to;
};

/// Distributes n candidates to the children: child j's candidates are appended at out[j * stride ...], their number is
/// set in length[j] and the number of those that are now surely on in on[j]. stride > n; steps are indexed by sample.
void expand(const Candidate* in, std::size_t n, const Step* steps, Candidate* out, std::size_t stride,
            std::array<std::uint32_t, children>& length, std::array<std::uint32_t, children>& on);

/// The last 7 neurons are decided together: 128 sets, whose sums are in a table of 16-bit numbers for each sample.
inline constexpr std::size_t leaf_neurons = 7;
inline constexpr std::size_t leaf_sets = std::size_t{1} << leaf_neurons;
/// A vector across two cache lines takes two loads, so rows begin at one.
struct alignas(64) LeafRow {
  std::array<std::int16_t, leaf_sets> sum;
};

/// Sums are in units of 2^leaf_shift of the candidates' units; a row's entries are moved down by leaf_offset so as to
/// use the range of int16.
inline constexpr int leaf_shift = 8;
inline constexpr std::int32_t leaf_offset = 32700;

/// The output is certainly on for set B if row[B] > sure, off if row[B] < possible, else the exact terms decide.
struct LeafThreshold {
  std::int16_t sure, possible;
  /// The true sum is in [sum, sum + margin).
  LeafThreshold(std::int32_t sum, std::int32_t margin)
      : sure(static_cast<std::int16_t>((-sum >> leaf_shift) - leaf_offset)),
        possible(static_cast<std::int16_t>(((-sum - margin) >> leaf_shift) - leaf_offset)) {}
};

/// The sets of a leaf that need the exact terms for one sample; bit B % 64 of sets[B / 64] is set B.
struct CloseSets {
  std::uint32_t sample, child;
  std::array<std::uint64_t, leaf_sets / 64> sets;
};

/// Adds to counts[B] the number of candidates for which the output is surely on, and `on`. Sets that need the
/// exact terms are written to `close` (room for n); returns the number of samples there. n < 2^16.
std::size_t count_leaf(const Candidate* in, std::size_t n, std::int32_t margin, const LeafRow* rows, std::uint32_t on,
                       std::uint32_t* counts, CloseSets* close);

/// Number of samples for which the leaves under a node are counted together: their rows, and counts of all leaves, stay
/// in the first-level cache.
inline constexpr std::size_t leaf_tile = 48;

/// A node whose children are leaves: expand() and count_leaf() of child j into counts[128 j + B]. Room for 8 n in
/// `close`.
std::size_t count_leaves(const Candidate* in, std::size_t n, const Step* steps, std::int32_t margin,
                         const LeafRow* rows, std::uint32_t on, std::uint32_t* counts, CloseSets* close);

}  // namespace inforelay::knockout_kernels
