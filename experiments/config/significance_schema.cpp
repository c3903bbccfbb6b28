// The settings of analysis.significance: key, meaning, bounds.
#include "experiments/config/significance_config.hpp"

namespace inforelay {

using namespace setting;

std::vector<Setting> settings_of(SignificanceConfig& config) {
  constexpr Bounds<std::int64_t> repeats{0, million};
  return {
      {"permutations",
       "Number of permutations for each null; the smallest p is 1 / (1 + permutations). 0: no permutation test.",
       Integer{&config.permutations, repeats}},
      {"nulls",
       "no_relay: states are permuted over the samples, so that they say nothing about input and output; it contains "
       "the effect of undersampling. nothing_to_relay: outputs are permuted, so that they say nothing about the input.",
       choices(config.nulls, relay_null_names)},
      {"exchange",
       "What is permuted, and drawn by the bootstrap. samples: single samples; circular_shifts: time within each trial "
       "(bootstrap: trials); trials: whole trials; auto: of recurrent networks and recordings with an axis time "
       "trials, or circular shifts if there are fewer than 8 trials; of all others samples.",
       choice(config.exchange, exchange_choice_names)},
      {"statistics",
       "What is computed again each time. total: relay information of all units; single: also of single units; greedy: "
       "also the greedy search, with aggregated relay information and the stability of the sets; auto: single for up "
       "to 32 units, total for more.",
       choice(config.statistics, statistics_choice_names)},
      {"maximum",
       "Of the subsets of analysis.relay.exhaustive: number of permutations for which all 2^K sets are computed again, "
       "for the p of the best set of each size. 0: none.",
       Integer{&config.maximum, repeats}},
      {"bootstrap", "Number of bootstrap resamples for intervals, at least 2. 0: none.",
       Integer{&config.bootstrap, repeats}},
      {"level", "Level of the intervals.", Number{&config.level, {0.01, 0.9999}}},
      {"subsample",
       "Relay information of random halves, quarters and eighths of the samples, and its extrapolation to infinitely "
       "many.",
       Boolean{&config.subsample}}};
}

}  // namespace inforelay
