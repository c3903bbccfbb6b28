// Whether the weights of a network fall into modules, and which units those of an output are.
#pragma once

#include <optional>
#include <vector>

#include "experiments/measures/importance_measures.hpp"
#include "experiments/results/result_arrays.hpp"

namespace inforelay {

/// The arrays below clusters/, for the table of a measure.
std::vector<ArrayInfo> cluster_arrays();

/// Of a network's layer: clusters/n_cut and others, of the graph whose vertices are the layer's K units and all neurons
/// of the layers before and after it, and whose edges are |weights|, in C clusters, C the number of outputs; nothing
/// for a recording or a recurrent network, fewer than two outputs, or fewer units (with edges) than outputs. With one
/// hidden layer it is the graph of the whole network (Filan et al., arXiv:2103.03386).
void put_clusters(const ImportanceSource& source, ResultArrays& out);

/// [C,K]: 1 for a unit in the cluster of output c, else 0. None where there are no clusters, or the layer is not the
/// last hidden one, so that outputs are no vertices.
std::optional<RowMatrix<double>> units_in_cluster_of_output(const ImportanceSource& source);

}  // namespace inforelay
