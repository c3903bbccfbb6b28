#include "nn/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace inforelay {

std::size_t split_size(std::size_t samples, double fraction) {
  return static_cast<std::size_t>(std::floor(fraction * static_cast<double>(samples) + 0.5));
}

StratifiedSplit stratified_split(std::span<const Symbol> labels, const std::vector<std::string>& class_names,
                                 double fraction, const RandomStream& random) {
  std::vector<std::vector<std::uint32_t>> samples(class_names.size());
  for (std::size_t n = 0; n < labels.size(); ++n) samples[labels[n]].push_back(static_cast<std::uint32_t>(n));

  std::vector<std::size_t> drawn, by_remainder(samples.size());
  std::vector<double> remainders;
  for (const auto& of_class : samples) {
    const double share = fraction * static_cast<double>(of_class.size());
    drawn.push_back(static_cast<std::size_t>(std::floor(share)));
    remainders.push_back(share - std::floor(share));
  }
  std::iota(by_remainder.begin(), by_remainder.end(), std::size_t{0});
  std::stable_sort(by_remainder.begin(), by_remainder.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  const std::size_t wanted = split_size(labels.size(), fraction);
  for (std::size_t given = std::accumulate(drawn.begin(), drawn.end(), std::size_t{0}), next = 0; given < wanted;
       ++next) {
    const std::size_t c = by_remainder[next % by_remainder.size()];
    if (drawn[c] == samples[c].size()) continue;
    ++drawn[c];
    ++given;
  }

  StratifiedSplit split;
  for (std::size_t c = 0; c < samples.size(); ++c) {
    if (samples[c].empty()) continue;
    if (drawn[c] == 0 || drawn[c] == samples[c].size()) {
      throw DataError(
          "data.split: {}: of the {} samples of class {}, {} would be test samples, expected at least one "
          "for each of training and test",
          fraction, samples[c].size(), class_names[c], drawn[c]);
    }
    RandomStream own = random.child(c);
    std::vector<bool> is_test(samples[c].size());
    for (const std::uint32_t i : sample_without_replacement(samples[c].size(), drawn[c], own)) is_test[i] = true;
    for (std::size_t i = 0; i < samples[c].size(); ++i) {
      (is_test[i] ? split.test : split.train).push_back(samples[c][i]);
    }
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}

}  // namespace inforelay
