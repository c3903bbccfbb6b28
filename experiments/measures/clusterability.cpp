#include "experiments/measures/clusterability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/statistics/normalized_cut.hpp"

namespace inforelay {
namespace {

constexpr std::size_t shuffles = 39;

/// |weights| into the units [K,D] and out of them [K,J].
struct LayerEdges {
  RowMatrix<double> into, out_of;
  int clusters;  // C
  bool last_hidden;

  RowMatrix<double> together() const {
    RowMatrix<double> all(into.rows(), into.cols() + out_of.cols());
    all << into, out_of;
    return all;
  }
};

std::optional<LayerEdges> edges_of(const ImportanceSource& source) {
  if (source.system.recording() || source.system.recurrent()) return std::nullopt;
  const Mlp& network = source.system.network(source.arrays);
  const auto l = static_cast<std::size_t>(source.layer);
  LayerEdges edges{.into = network.layers[l - 1].weight.cast<double>().cwiseAbs(),
                   .out_of = network.layers[l].weight.transpose().cast<double>().cwiseAbs(),
                   .clusters = network.output_width(),
                   .last_hidden = l + 1 == network.layers.size()};
  const RowMatrix<double> all = edges.together();
  const auto with_edges = [](const auto& degrees) { return (degrees.array() > 0).count(); };
  const Eigen::Index fewer = std::min(with_edges(all.rowwise().sum()), with_edges(all.colwise().sum()));
  if (edges.clusters < 2 || edges.clusters > fewer) return std::nullopt;
  return edges;
}

RandomStream cluster_stream(const ImportanceSource& source) {
  return source.system.random().child("clusters").child(static_cast<std::uint64_t>(source.layer));
}

GraphClusters found_clusters(const LayerEdges& edges, const RandomStream& random) {
  return spectral_clusters(edges.together(), edges.clusters, random.child("own"));
}

void permute(RowMatrix<double>& weight, RandomStream random) {
  std::vector<double> values(weight.data(), weight.data() + weight.size());
  shuffle(values, random);
  std::copy(values.begin(), values.end(), weight.data());
}

}  // namespace

std::vector<ArrayInfo> cluster_arrays() {
  return {
      {"clusters/n_cut",
       "1",
       {},
       "normalised cut of the graph of |weights| of the layer's units, in as many clusters as there are outputs, found "
       "by spectral clustering (Filan et al., arXiv:2103.03386): low if the units fall into modules; nan if the rank "
       "of the weights is below that number, so that there are no such clusters"},
      {"clusters/shuffled_n_cut", "1", {"shuffle"}, "the same with the weights of each layer permuted"},
      {"clusters/p", "1", {}, "(1 + shuffled ones that are not above n_cut) / (1 + shuffles); nan if one of them is"},
      {"clusters/cluster",
       "1",
       {"clustered_unit"},
       "cluster of each unit of the layer, -1 if it has no weights or n_cut is nan"}};
}

void put_clusters(const ImportanceSource& source, ResultArrays& out) {
  const std::optional<LayerEdges> edges = edges_of(source);
  if (!edges) return;
  const RandomStream random = cluster_stream(source);
  const GraphClusters own = found_clusters(*edges, random);
  std::vector<double> shuffled;
  for (std::size_t i = 0; i < shuffles; ++i) {
    source.progress.check();
    LayerEdges other = *edges;
    const RandomStream draw = random.child("shuffle").child(i);
    permute(other.into, draw.child("into"));
    permute(other.out_of, draw.child("out of"));
    shuffled.push_back(spectral_clusters(other.together(), other.clusters, draw.child("clusters")).normalized_cut);
  }
  const auto as_low =
      std::count_if(shuffled.begin(), shuffled.end(), [&](double n_cut) { return n_cut <= own.normalized_cut; });
  const bool defined =
      own.defined() && std::none_of(shuffled.begin(), shuffled.end(), [](double n_cut) { return std::isnan(n_cut); });
  out.put("clusters/n_cut", own.normalized_cut);
  out.put("clusters/p", defined ? static_cast<double>(1 + as_low) / static_cast<double>(1 + shuffles)
                                : std::numeric_limits<double>::quiet_NaN());
  out.put("clusters/shuffled_n_cut", std::move(shuffled));
  out.put("clusters/cluster", std::vector<std::int64_t>(own.row.begin(), own.row.end()));
}

std::optional<RowMatrix<double>> units_in_cluster_of_output(const ImportanceSource& source) {
  const std::optional<LayerEdges> edges = edges_of(source);
  if (!edges || !edges->last_hidden || source.contrasts.size() != static_cast<std::size_t>(edges->clusters))
    return std::nullopt;
  const GraphClusters found = found_clusters(*edges, cluster_stream(source));
  if (!found.defined()) return std::nullopt;
  RowMatrix<double> inside(edges->clusters, edges->into.rows());
  for (Eigen::Index c = 0; c < inside.rows(); ++c) {
    const int of_output = found.column[static_cast<std::size_t>(edges->into.cols() + c)];
    for (Eigen::Index k = 0; k < inside.cols(); ++k)
      inside(c, k) = of_output >= 0 && found.row[static_cast<std::size_t>(k)] == of_output ? 1 : 0;
  }
  return inside;
}

}  // namespace inforelay
