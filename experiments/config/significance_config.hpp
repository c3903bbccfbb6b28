// The settings of analysis.significance: how far relay information can be trusted.
#pragma once

#include <cstddef>
#include <vector>

#include "core/config/settings.hpp"
#include "core/named.hpp"
#include "infotheory/significance/relay_null.hpp"
#include "infotheory/significance/sampling.hpp"

namespace inforelay {

/// automatic: single for up to 32 units, total for more.
enum class StatisticsChoice { automatic, total, single, greedy };
inline constexpr WordTable<StatisticsChoice, 4> statistics_choice_names{{{StatisticsChoice::automatic, "auto"},
                                                                         {StatisticsChoice::total, "total"},
                                                                         {StatisticsChoice::single, "single"},
                                                                         {StatisticsChoice::greedy, "greedy"}}};

/// The default costs less than a second for the networks of the paper; see docs/method.md.
struct SignificanceConfig {
  std::size_t permutations = 99;  ///< for each null; 0: none
  std::vector<RelayNull> nulls{RelayNull::no_relay};
  ExchangeChoice exchange = ExchangeChoice::automatic;
  StatisticsChoice statistics = StatisticsChoice::automatic;
  std::size_t maximum = 0;  ///< permutations of all sets; 0: none
  std::size_t bootstrap = 100;
  double level = 0.95;
  bool subsample = true;
};

std::vector<Setting> settings_of(SignificanceConfig& config);

}  // namespace inforelay
