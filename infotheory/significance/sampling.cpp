#include "infotheory/significance/sampling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

namespace inforelay {
namespace {

constexpr std::size_t fewest_trials = 8;

}  // namespace

Sampling sampling_of(std::vector<std::uint32_t> trial, ExchangeChoice choice) {
  if (choice == ExchangeChoice::samples || (choice == ExchangeChoice::automatic && trial.empty())) return {};
  std::map<std::uint32_t, std::size_t> length_of;
  for (const std::uint32_t each : trial) ++length_of[each];
  std::map<std::size_t, std::size_t> trials_of_length;
  std::size_t longest = 0, most_alike = 0;
  for (const auto& [_, length] : length_of) {
    longest = std::max(longest, length);
    most_alike = std::max(most_alike, ++trials_of_length[length]);
  }
  if (choice == ExchangeChoice::automatic && longest == 1) return {};  // one time of each trial
  const bool trials =
      choice == ExchangeChoice::automatic ? most_alike >= fewest_trials : choice == ExchangeChoice::trials;
  Sampling sampling{trials ? Exchange::trials : Exchange::circular_shifts, std::move(trial), ""};
  const std::size_t count = std::max<std::size_t>(length_of.size(), 1);  // without trials all samples are one
  if (count < fewest_trials)
    sampling.no_bootstrap = fmt::format("the bootstrap is over trials: {} trial{}, expected at least {}", count,
                                        count == 1 ? "" : "s", fewest_trials);
  return sampling;
}

}  // namespace inforelay
