// Tasks that need memory, as generators of labelled sequences. Trial i draws from random.child(i) alone, so it does not
// depend on the number of trials.
#pragma once

#include <cstddef>

#include "core/random.hpp"
#include "nn/data/sequence_data.hpp"

namespace inforelay {

/// n-back (Bohm, Kirkpatrick & Hintze, Neural Computation 2022): the input is a random bit each step, the label of a
/// step the bit `n` steps ago; that of the first n steps is 0. n = 0: the bit itself.
struct NBackOptions {
  std::size_t n = 5;
  std::size_t trials = 1, steps = 10'000;  ///< >= 1
};
/// Throws UsageError for a value out of range. So do the other two.
SequenceData n_back(const NBackOptions& options, const RandomStream& random);

/// Delayed match to sample: one of `symbols` as one-hot input at the first step, zeros for `delay` steps, then one
/// again: the same, or one of the others, each with probability 1/2. The label of the trial is 1 ("match") for the
/// same, else 0 ("other"). A trial has delay + 2 steps.
struct DelayedMatchOptions {
  std::size_t symbols = 2;  ///< in [2,65536]
  std::size_t delay = 5;
  std::size_t trials = 1000;  ///< >= 1
};
SequenceData delayed_match(const DelayedMatchOptions& options, const RandomStream& random);

/// Flip-flop memory (Sussillo & Barak, Neural Computation 2013): each of `bits` inputs is, at each step, with
/// probability `pulse` +1 or -1, equally likely, else 0. The memory of a bit is 1 after +1 and 0 after -1, and 0 at the
/// start of a trial; the label of a step is all of them as a number, bit b worth 2^b, and its class name their digits,
/// bit 0 first.
struct FlipFlopOptions {
  std::size_t bits = 3;                    ///< in [1,16]
  double pulse = 0.1;                      ///< in [0,1]
  std::size_t trials = 1000, steps = 100;  ///< >= 1
};
SequenceData flip_flop(const FlipFlopOptions& options, const RandomStream& random);

}  // namespace inforelay
