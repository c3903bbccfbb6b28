// The group of a results file that holds the summaries of all sets, by their size.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/files/hdf5_values.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {
namespace {

constexpr std::size_t levels = SubsetStatistics::quantile_levels.size(), ends = SubsetStatistics::extremes;

// The two ends, highest first.
struct EndNames {
  const char *values, *sets, *phrase;
  RowMatrix<float> SubsetStatistics::*value;
  RowMatrix<std::uint32_t> SubsetStatistics::*set;
};
constexpr std::array<EndNames, 2> both_ends{
    {{"highest", "highest_set", "highest", &SubsetStatistics::highest, &SubsetStatistics::highest_set},
     {"lowest", "lowest_set", "lowest", &SubsetStatistics::lowest, &SubsetStatistics::lowest_set}}};

// A dataset [class,size,last] as a matrix [class, size * last].
template <class T>
RowMatrix<T> read_by_size(const Hdf5Reader& file, const std::string& path, std::size_t classes, std::size_t sizes,
                          std::size_t last) {
  const std::vector<std::size_t> shape = file.shape(path), expected{classes, sizes, last};
  if (shape != expected) {
    throw DataError(
        fmt::format("{}: /{} has a shape other than the [{},{},{}] expected", file.name(), path, classes, sizes, last));
  }
  const std::vector<T> values = file.array<T>(path);
  return Eigen::Map<const RowMatrix<T>>(values.data(), static_cast<Eigen::Index>(classes),
                                        static_cast<Eigen::Index>(sizes * last));
}

}  // namespace

void write_summaries(Hdf5Writer& file, const std::string& group, const SubsetStatistics& summaries,
                     const std::string& units, const std::string& quantity) {
  const auto classes = static_cast<std::size_t>(summaries.classes());
  const auto sizes = static_cast<std::size_t>(summaries.neurons()) + 1;
  std::vector<std::int64_t> size(sizes), percent, rank(ends);
  std::iota(size.begin(), size.end(), 0);
  std::iota(rank.begin(), rank.end(), 0);
  for (const double level : SubsetStatistics::quantile_levels) percent.push_back(std::lround(100 * level));
  file.scale(group, "size", size, "neurons in the set");
  file.scale(group, "percent", percent, "percent of the sets of that size that have no more");
  file.scale(group, "rank", rank, "sets before this one");
  const auto path = [&](const char* name) { return join_path(group, name); };
  file.dataset(path("count"), summaries.count, {.units = "1", .long_name = "sets of that size", .dims = {"size"}});
  file.dataset(
      path("mean"), summaries.mean,
      {.units = units, .long_name = "mean " + quantity + " of the sets of each size", .dims = {"class", "size"}});
  file.array<double>(path("quantile"), {summaries.quantile.data(), static_cast<std::size_t>(summaries.quantile.size())},
                     {classes, sizes, levels},
                     {.units = units,
                      .long_name = "quantiles of " + quantity + " over the sets of each size",
                      .dims = {"class", "size", "percent"}});
  file.dataset(path("quantile_error"), summaries.error,
               {.units = units,
                .long_name = "quantiles but 0 and 100 percent, which are exact, are off by less than this",
                .dims = {"class"}});
  for (const EndNames& end : both_ends) {
    const RowMatrix<float>& values = summaries.*end.value;
    file.array<float>(
        path(end.values), {values.data(), static_cast<std::size_t>(values.size())}, {classes, sizes, ends},
        {.units = units,
         .long_name =
             fmt::format("{} {} of a set of each size, and the next ones; NaN: no more sets", end.phrase, quantity),
         .dims = {"class", "size", "rank"}});
    const RowMatrix<std::uint32_t>& sets = summaries.*end.set;
    file.array<std::uint32_t>(
        path(end.sets), {sets.data(), static_cast<std::size_t>(sets.size())}, {classes, sizes, ends},
        {.units = "1",
         .long_name = "these sets, bit k is neuron k; of equals the lowest first; all bits: no more sets",
         .dims = {"class", "size", "rank"}});
  }
}

SubsetStatistics read_summaries(const Hdf5Reader& file, const std::string& group, std::size_t classes,
                                std::size_t sizes) {
  SubsetStatistics summaries;
  const auto path = [&](const char* name) { return join_path(group, name); };
  summaries.mean = file.matrix<double>(path("mean"), classes, sizes);
  classes = static_cast<std::size_t>(summaries.mean.rows());
  sizes = static_cast<std::size_t>(summaries.mean.cols());
  summaries.count = file.vector<std::int64_t>(path("count"), sizes);
  summaries.error = file.vector<double>(path("quantile_error"), classes);
  summaries.quantile = read_by_size<double>(file, path("quantile"), classes, sizes, levels);
  for (const EndNames& end : both_ends) {
    summaries.*end.value = read_by_size<float>(file, path(end.values), classes, sizes, ends);
    summaries.*end.set = read_by_size<std::uint32_t>(file, path(end.sets), classes, sizes, ends);
  }
  return summaries;
}

}  // namespace inforelay
