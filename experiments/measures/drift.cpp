// Drift of relays: do the units that greedy removal keeps longest stay the same from a step to the next?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "experiments/measures/measure.hpp"
#include "infotheory/temporal/temporal.hpp"

namespace inforelay {
namespace {

/// The greedy paths of each time from the cube [time,class,step].
template <class T>
std::vector<GreedyRelay> paths_from(const RowMatrix<T>& cube, Eigen::Index classes) {
  std::vector<GreedyRelay> paths;
  const Eigen::Index units = cube.cols() / classes;
  for (Eigen::Index time = 0; time < cube.rows(); ++time) {
    const Eigen::Map<const RowMatrix<T>> order(cube.row(time).data(), classes, units);
    paths.push_back({.removal_order = order.template cast<std::uint16_t>(), .information = {}});
  }
  return paths;
}

std::vector<GreedyRelay> paths_of(const ResultView& relay) {
  constexpr const char* path = "greedy/removal_order";
  const auto classes = static_cast<Eigen::Index>(relay.array(path).shape.at(1));
  if (std::holds_alternative<RowMatrix<std::uint8_t>>(relay.array(path).values))
    return paths_from(relay.matrix<std::uint8_t>(path), classes);
  return paths_from(relay.matrix<std::uint16_t>(path), classes);
}

/// The mean of 1 - Jaccard index of two sets of `count` of `units` units, drawn independently.
double drift_by_chance(int units, int count) {
  const auto log_choose = [](int n, int k) { return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1); };
  double mean = 0;
  for (int both = std::max(0, 2 * count - units); both <= count; ++both) {
    const double probability =
        std::exp(log_choose(count, both) + log_choose(units - count, count - both) - log_choose(units, count));
    mean += probability * (1 - static_cast<double>(both) / (2 * count - both));
  }
  return mean;
}

void compute_drift(MeasureRun& run, ResultArrays& out) {
  const ResultView relay = run.layer.at("relay/" + run.place.subset);
  const auto units = static_cast<int>(run.place.sizes.units);
  const auto count = static_cast<int>(run.place.config.analysis.drift);
  RowMatrix<double> drift = relay_drift(paths_of(relay), static_cast<std::size_t>(count));
  const RowMatrix<double>& total = relay.matrix<double>("total");  // [time,class]
  std::vector<double> mean;
  std::vector<std::int64_t> defined;
  for (Eigen::Index c = 0; c < drift.rows(); ++c) {
    double sum = 0;
    std::int64_t pairs = 0;
    for (Eigen::Index t = 0; t < drift.cols(); ++t) {
      // The order of units that relay nothing means nothing.
      if (!(total(t, c) > 0 && total(t + 1, c) > 0)) {
        drift(c, t) = std::numeric_limits<double>::quiet_NaN();
        continue;
      }
      sum += drift(c, t);
      ++pairs;
    }
    mean.push_back(pairs > 0 ? sum / static_cast<double>(pairs) : std::numeric_limits<double>::quiet_NaN());
    defined.push_back(pairs);
  }
  out.put("drift", drift);
  out.put("mean", mean);
  out.put("pairs", defined);
  out.put("by_chance", drift_by_chance(units, count));
  out.put_attribute("", "units", static_cast<std::int64_t>(count));
}

}  // namespace

extern const Measure drift_measure;
const Measure drift_measure{
    .name = "drift",
    .scope = Scope::subset,
    .over_time = true,
    .about = "drift of the relays over time",
    .arrays = {{"drift",
                "1",
                {"class", "transition"},
                "1 - Jaccard index of the units that greedy removal keeps longest at a time and at the next; NaN where "
                "all units together relay nothing at one of them"},
               {"mean", "1", {"class"}, "mean drift of the relays from a time to the next"},
               {"pairs", "1", {"class"}, "number of pairs of times in this mean"},
               {"by_chance", "1", {}, "drift expected if the units were drawn at random at each time"}},
    .metrics = {{"mean", "mean drift of the relays", "mean"}},
    .missing = [](const MeasurePlace& place) -> std::string {
      if (place.config.analysis.drift == 0) return "analysis.drift is 0";
      const bool timed = place.recording ? place.recording->is_timed()
                                         : place.network.recurrent && place.network.recurrent->is_timed();
      if (!timed) return "it is not analysed at each time";
      if (!place.config.analysis.relay.greedy) return "analysis.relay.greedy is false";
      return missing_subset(place);
    },
    .label = [](const MeasurePlace&) -> std::string { return "drift of the relays"; },
    .memory = [](const MeasurePlace&, AllSetsTable) { return MemoryNeed{}; },
    .compute = compute_drift,
};

}  // namespace inforelay
