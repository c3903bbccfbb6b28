#include "infotheory/information/entropy_curve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/checks.hpp"
#include "core/parallel.hpp"
#include "infotheory/information/entropy.hpp"
#include "infotheory/information/n_log_n.hpp"

namespace inforelay {
namespace {

// What is read off a sequence of words at one size.
struct Reading {
  std::uint64_t occupied = 0;
  double entropy_bits = 0;
};

void check_options(std::size_t samples, int units, const EntropyCurveOptions& options) {
  check_bounded(samples >= 1, "entropy curve: the number of states", samples, "at least 1");
  check_range("entropy curve: units", units, 1, 32);
  check_bounded(options.smallest >= 1, "entropy curve: smallest", options.smallest, "at least 1");
  check_bounded(options.points >= 2, "entropy curve: points", options.points, "at least 2");
  check_bounded(options.replicates >= 1, "entropy curve: replicates", options.replicates, "at least 1");
}

// Geometric from `smallest` to `largest`, rounded, without repeats.
std::vector<std::uint64_t> geometric_sizes(std::uint64_t smallest, std::uint64_t largest, int points) {
  smallest = std::min(smallest, largest);
  const double step = std::log(static_cast<double>(largest) / static_cast<double>(smallest)) / (points - 1);
  std::vector<std::uint64_t> sizes;
  for (int i = 0; i < points - 1; ++i) {
    sizes.push_back(static_cast<std::uint64_t>(std::llround(static_cast<double>(smallest) * std::exp(step * i))));
  }
  sizes.push_back(largest);
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

// Rank of each word among the distinct words, so that the counts fit in an array for any K.
std::vector<std::uint32_t> ranks(const std::vector<StateWord>& words) {
  std::vector<StateWord> distinct = words;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::uint32_t> result(words.size());
  std::transform(words.begin(), words.end(), result.begin(), [&](StateWord word) {
    return static_cast<std::uint32_t>(std::lower_bound(distinct.begin(), distinct.end(), word) - distinct.begin());
  });
  return result;
}

// Adds the words to the counts one by one, keeping the sum of n log2 n up to date.
std::vector<Reading> read_sequence(const std::vector<StateWord>& words, std::span<const std::uint64_t> sizes,
                                   const FloatNLogN& n_log2_n) {
  std::vector<Reading> readings;
  std::vector<std::uint32_t> counts(words.size(), 0);
  std::uint64_t samples = 0, occupied = 0;
  double sum = 0;
  for (const std::uint32_t rank : ranks(words)) {
    const std::uint32_t before = counts[rank]++;
    sum += n_log2_n[before + 1] - n_log2_n[before];
    occupied += before == 0;
    if (++samples == sizes[readings.size()]) {
      const double n = static_cast<double>(samples);
      readings.push_back({occupied, occupied == 1 ? 0 : std::log2(n) - sum / n});
    }
  }
  return readings;
}

std::vector<StateWord> random_order(std::span<const StateWord> states, RandomStream random) {
  std::vector<StateWord> words(states.begin(), states.end());
  shuffle(words, random);
  return words;
}

std::vector<StateWord> uniform_words(std::size_t samples, int units, RandomStream random) {
  std::vector<StateWord> words(samples);
  for (StateWord& word : words) word = static_cast<StateWord>(random() >> (64 - units));
  return words;
}

// Mean and standard deviation of the replicates at size i.
void summarize(const std::vector<std::vector<Reading>>& replicates, std::size_t i, EntropyCurvePoint& point) {
  const double n = static_cast<double>(replicates.size());
  double sum = 0, squares = 0;
  for (const auto& readings : replicates) sum += readings[i].entropy_bits;
  point.uniform_mean_bits = sum / n;
  for (const auto& readings : replicates) squares += std::pow(readings[i].entropy_bits - point.uniform_mean_bits, 2);
  point.uniform_sd_bits =
      replicates.size() > 1 ? std::sqrt(squares / (n - 1)) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::vector<EntropyCurvePoint> entropy_curve(std::span<const StateWord> states, int units,
                                             const EntropyCurveOptions& options, const RandomStream& random,
                                             Progress& progress) {
  check_options(states.size(), units, options);
  const std::vector<std::uint64_t> sizes = geometric_sizes(options.smallest, states.size(), options.points);
  const FloatNLogN n_log2_n(states.size());
  std::vector<Reading> observed;
  std::vector<std::vector<Reading>> replicates(static_cast<std::size_t>(options.replicates));
  parallel_blocks(
      replicates.size() + 1,
      [&](std::size_t block) {
        if (block == replicates.size()) {
          observed = read_sequence(random_order(states, random.child("order")), sizes, n_log2_n);
        } else {
          replicates[block] = read_sequence(uniform_words(states.size(), units, random.child(block)), sizes, n_log2_n);
        }
      },
      progress);

  std::vector<EntropyCurvePoint> curve(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    EntropyCurvePoint& point = curve[i];
    point.samples = sizes[i];
    point.occupied = observed[i].occupied;
    point.entropy_bits = observed[i].entropy_bits;
    point.miller_madow_bits = point.entropy_bits + miller_madow_correction_bits(point.occupied, point.samples);
    summarize(replicates, i, point);
    point.uniform_expected_bits = expected_uniform_entropy_bits(point.samples, units);
  }
  return curve;
}

double expected_uniform_entropy_bits(std::uint64_t samples, int units) {
  // Binomial weights relative to the mode's, by their recurrence in both directions: nothing under- or overflows.
  constexpr double negligible = 1e-25;
  const double draws = static_cast<double>(samples), odds = 1 / (std::ldexp(1.0, units) - 1);
  const double mode = std::floor((draws + 1) * std::ldexp(1.0, -units));
  const auto n_log2_n = [](double n) { return n > 0 ? n * std::log2(n) : 0.0; };
  double weights = 0, sum = 0;
  const auto add = [&](double n, double weight) {
    weights += weight;
    sum += weight * n_log2_n(n);
  };
  double weight = 1;
  for (double n = mode; n <= draws && weight > negligible; ++n) {
    add(n, weight);
    weight *= (draws - n) / (n + 1) * odds;
  }
  weight = 1;
  for (double n = mode; n > 0; --n) {
    weight *= n / ((draws - n + 1) * odds);
    if (weight <= negligible) break;
    add(n - 1, weight);
  }
  return std::log2(draws) - std::ldexp(1.0, units) / draws * (sum / weights);
}

}  // namespace inforelay
