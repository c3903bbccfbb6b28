// The shape of the states of a layer: clusters, principal components, entropy as a function of the number of samples.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "core/statistics/kmeans.hpp"
#include "core/statistics/pca.hpp"
#include "experiments/measures/measure.hpp"
#include "infotheory/information/entropy_curve.hpp"

namespace inforelay {
namespace {

// As in the paper: clusters and components on the test samples, entropy on the training samples; of other subsets the
// last and the first one.
std::string shape_subset(const MeasurePlace& place) {
  const auto& subsets = place.config.analysis.relay.subsets;
  return holds(subsets, "test") ? "test" : subsets.back();
}
std::string entropy_subset(const MeasurePlace& place) {
  const auto& subsets = place.config.analysis.relay.subsets;
  return holds(subsets, "train") ? "train" : subsets.front();
}

void put_entropy(const std::vector<EntropyCurvePoint>& curve, ResultArrays& out) {
  std::vector<std::int64_t> samples, occupied;
  RowMatrix<double> entropy(static_cast<Eigen::Index>(curve.size()), 5);
  for (std::size_t i = 0; i < curve.size(); ++i) {
    samples.push_back(static_cast<std::int64_t>(curve[i].samples));
    occupied.push_back(static_cast<std::int64_t>(curve[i].occupied));
    entropy.row(static_cast<Eigen::Index>(i)) << curve[i].entropy_bits, curve[i].miller_madow_bits,
        curve[i].uniform_mean_bits, curve[i].uniform_sd_bits, curve[i].uniform_expected_bits;
  }
  out.put_scale("samples", samples, "samples drawn");
  out.put_scale(
      "estimate",
      std::vector<std::string>{"states, plug-in", "states, Miller-Madow", "uniform words, mean over replicates",
                               "uniform words, standard deviation", "uniform words, expected"},
      "estimate of the entropy");
  out.put("entropy_occupied", occupied);
  out.put("entropy", entropy);
}

// k-means takes by far the longest, and its cohesion is a mean over samples.
constexpr std::size_t most_clustered = 10'000;

// The rows of `values`, or as many of them as are clustered at most, drawn at random, in their order.
RowMatrix<float> clustered_rows(const RowMatrix<float>& values, RandomStream random) {
  const auto samples = static_cast<std::size_t>(values.rows());
  if (samples <= most_clustered) return values;
  std::vector<std::uint32_t> rows = sample_without_replacement(samples, most_clustered, random);
  std::sort(rows.begin(), rows.end());
  return values(rows, Eigen::all);
}

void compute_geometry(MeasureRun& run, ResultArrays& out) {
  const ResultView shape = run.layer.at("states/" + shape_subset(run.place));
  const ResultView entropy = run.layer.at("states/" + entropy_subset(run.place));
  const RandomStream random = run.system.random().child("appendix");  // its name when the numbers were published
  const RowMatrix<float>& values = shape.matrix<float>("value");
  const auto samples = static_cast<int>(values.rows()), units = static_cast<int>(values.cols());
  constexpr int fewest_clusters = 2, most_clusters = 20;  // the paper's range
  std::vector<double> cohesion;
  if (const int most = std::min(most_clusters, samples); most >= fewest_clusters) {
    const RowMatrix<float> rows = clustered_rows(values, random.child("clustered samples"));
    cohesion = kmeans_cohesion(rows, fewest_clusters, most, {.restarts = 3}, random.child("clusters"), run.progress);
  }
  out.put_scale("clusters", counting(fewest_clusters, cohesion.size()), "number of k-means clusters");
  out.put("cohesion", cohesion);
  if (static_cast<std::size_t>(samples) > most_clustered)
    out.put_attribute("cohesion", "samples_drawn", std::int64_t{most_clustered});
  run.progress.check();
  const PrincipalComponents components = principal_components(values, std::min(2, units));
  out.put("component_scores", RowMatrix<double>(components.scores));
  out.put_attribute("component_scores", "subset", shape_subset(run.place));
  out.put("component_ratio", std::vector<double>(components.variance_ratio.begin(), components.variance_ratio.end()));
  put_entropy(entropy_curve(entropy.vector<StateWord>("state"), units, {}, random.child("entropy"), run.progress), out);
}

}  // namespace

extern const Measure geometry_measure;
const Measure geometry_measure{
    .name = "geometry",
    .scope = Scope::layer,
    .about = "clusters, principal components and entropy of the states (the paper's appendix)",
    .arrays =
        {{"cohesion", "1", {"clusters"}, "within-cluster sum of squares of the values per sample"},
         {"component_scores", "1", {"sample", "component"}, "first principal components of the standardised values"},
         {"component_ratio", "1", {"component"}, "fraction of the variance"},
         {"entropy", "bit", {"samples", "estimate"}, "entropy as a function of the number of samples"},
         {"entropy_occupied", "1", {"samples"}, "distinct states among the samples drawn"}},
    .metrics = {},
    .missing = [](const MeasurePlace& place) -> std::string {
      if (!place.config.analysis.geometry) return "analysis.geometry is false";
      if (place.sizes.times > 0) return "each time is analysed on its own";
      if (level_count(place.config.analysis.discretize) > 2) return "units have more than two levels";
      return place.sizes.is_wide() ? "the layer has more than 32 units" : "";
    },
    .label = [](const MeasurePlace&) -> std::string { return "clusters, components and entropy of the states"; },
    .memory =
        [](const MeasurePlace& place, AllSetsTable) {
          const double samples = place.sizes.samples.at(shape_subset(place));
          const double clustered = std::min(samples, static_cast<double>(most_clustered));
          return samples_need(16 * samples, (samples * 8 + clustered * 4) * place.sizes.units);
        },
    .compute = compute_geometry,
};

}  // namespace inforelay
