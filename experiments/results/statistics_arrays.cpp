#include "experiments/results/statistics_arrays.hpp"

#include <fmt/format.h>

#include <cmath>

namespace inforelay {
namespace {

constexpr std::size_t levels = SubsetStatistics::quantile_levels.size(), ends = SubsetStatistics::extremes;

}  // namespace

std::vector<ArrayInfo> with_statistics(std::vector<ArrayInfo> arrays, const std::string& units,
                                       const std::string& quantity) {
  const std::vector<std::string> extremes{"class", "size", "rank"};
  const std::string sets = "these sets: bit k is unit k, ties in ascending order; all bits set: there are fewer sets";
  const auto of_size = [&](const char* which) {
    return fmt::format("{} {} among the sets of each size, in order of rank; NaN: there are fewer sets", which,
                       quantity);
  };
  for (ArrayInfo& info : std::vector<ArrayInfo>{
           {"sizes/count", "1", {"size"}, "sets of that size"},
           {"sizes/mean", units, {"class", "size"}, fmt::format("mean {} over the sets of each size", quantity)},
           {"sizes/quantile",
            units,
            {"class", "size", "percent"},
            fmt::format("quantiles of {} over the sets of each size", quantity)},
           {"sizes/quantile_error",
            units,
            {"class"},
            "bound of the error of the quantiles other than 0 and 100 percent, which are exact"},
           {"sizes/highest", units, extremes, of_size("highest")},
           {"sizes/highest_set", "1", extremes, sets},
           {"sizes/lowest", units, extremes, of_size("lowest")},
           {"sizes/lowest_set", "1", extremes, sets}}) {
    arrays.push_back(std::move(info));
  }
  return arrays;
}

void put_statistics(const SubsetStatistics& statistics, ResultArrays& out, const std::string& group) {
  std::vector<std::int64_t> percent;
  for (const double level : SubsetStatistics::quantile_levels) percent.push_back(std::lround(100 * level));
  out.put_scale(group + "/percent", percent, "quantile level, percent");
  out.put_scale(group + "/rank", counting(0, ends), "rank, from 0: the most extreme set");
  out.put(group + "/count", statistics.count);
  out.put(group + "/mean", statistics.mean);
  out.put_cube(group + "/quantile", statistics.quantile, levels);
  out.put(group + "/quantile_error", statistics.error);
  out.put_cube(group + "/highest", statistics.highest, ends);
  out.put_cube(group + "/highest_set", statistics.highest_set, ends);
  out.put_cube(group + "/lowest", statistics.lowest, ends);
  out.put_cube(group + "/lowest_set", statistics.lowest_set, ends);
}

SubsetStatistics statistics_from(const ResultView& sizes) {
  SubsetStatistics statistics;
  const auto count = sizes.vector<std::int64_t>("count");
  const auto error = sizes.vector<double>("quantile_error");
  statistics.count = {count.begin(), count.end()};
  statistics.mean = sizes.matrix<double>("mean");
  statistics.quantile = sizes.matrix<double>("quantile");
  statistics.error = {error.begin(), error.end()};
  statistics.highest = sizes.matrix<float>("highest");
  statistics.highest_set = sizes.matrix<std::uint32_t>("highest_set");
  statistics.lowest = sizes.matrix<float>("lowest");
  statistics.lowest_set = sizes.matrix<std::uint32_t>("lowest_set");
  return statistics;
}

}  // namespace inforelay
