// What of the samples is exchanged in permutations and drawn in the bootstrap.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/named.hpp"
#include "infotheory/significance/rearrangement.hpp"

namespace inforelay {

/// automatic: of samples with trials and times whole trials, or circular shifts if there are few trials; of all others
/// single samples.
enum class ExchangeChoice { automatic, samples, circular_shifts, trials };
inline constexpr WordTable<ExchangeChoice, 4> exchange_choice_names{
    {{ExchangeChoice::automatic, "auto"},
     {ExchangeChoice::samples, "samples"},
     {ExchangeChoice::circular_shifts, "circular_shifts"},
     {ExchangeChoice::trials, "trials"}}};
inline constexpr WordTable<Exchange, 3> exchange_names{
    {{Exchange::samples, "samples"}, {Exchange::circular_shifts, "circular_shifts"}, {Exchange::trials, "trials"}}};

struct Sampling {
  Exchange exchange = Exchange::samples;
  std::vector<std::uint32_t> trial;  ///< [N] what the bootstrap draws; empty: single samples, which are independent
  std::string no_bootstrap;          ///< why there is none; "" if there is one
};

/// For the trial of each sample [N], empty if there are none. Samples of a trial depend on each other in time:
/// exchanged one by one they make p too small. `automatic` takes whole trials if at least eight are of one length, else
/// circular shifts. With fewer than eight trials there are too few ways to draw them, and the bootstrap is left out.
/// Cost O(N log N).
Sampling sampling_of(std::vector<std::uint32_t> trial, ExchangeChoice choice);

}  // namespace inforelay
