#include "nn/network/unit_weights.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/knockout/knockout_networks.hpp"

using namespace inforelay;
using test::random_hidden, test::random_layer;

namespace {

/// Sums of the outputs before their activation, from values of hidden layer `layer`, in double.
Eigen::VectorXd output_sums(const Mlp& network, int layer, Eigen::VectorXd values) {
  for (auto l = static_cast<std::size_t>(layer); l < network.layers.size(); ++l) {
    const DenseLayer& its = network.layers[l];
    values = its.weight.cast<double>() * values + its.bias.cast<double>();
    if (l + 1 < network.layers.size()) values = values.array().tanh().matrix().eval();
  }
  return values;
}

}  // namespace

TEST_CASE("Activation times gradient is that of finite differences", "[network]") {
  const int layer = GENERATE(1, 2, 3), units = 5;
  RandomStream random(1, "gradient");
  Mlp network{{random_layer(4, units, random), random_layer(units, units, random), random_layer(units, units, random),
               random_layer(units, 3, random)}};
  const RowMatrix<float> hidden = random_hidden(300, units, random);  // more than a block
  RowMatrix<double> expected = RowMatrix<double>::Zero(3, units);
  constexpr double step = 1e-5;
  for (Eigen::Index i = 0; i < hidden.rows(); ++i) {
    const Eigen::VectorXd values = hidden.row(i).transpose().cast<double>();
    for (int k = 0; k < units; ++k) {
      Eigen::VectorXd above = values, below = values;
      above(k) += step;
      below(k) -= step;
      const Eigen::VectorXd slope =
          (output_sums(network, layer, above) - output_sums(network, layer, below)) / (2 * step);
      expected.col(k) += (slope * values(k)).cwiseAbs() / static_cast<double>(hidden.rows());
    }
  }
  const RowMatrix<double> found = mean_activation_gradient(network, layer, hidden);
  CHECK((found - expected).cwiseAbs().maxCoeff() < 1e-4 * expected.maxCoeff());
  set_thread_count(5);
  CHECK(mean_activation_gradient(network, layer, hidden) == found);
}

TEST_CASE("Outgoing weights are those to each output, or norms before other layers", "[network]") {
  RandomStream random(2, "weights");
  const Mlp network{{random_layer(2, 3, random), random_layer(3, 4, random), random_layer(4, 2, random)}};
  CHECK(outgoing_weights(network, 2)(1, 3) == std::abs(static_cast<double>(network.layers[2].weight(1, 3))));
  const RowMatrix<double> norms = outgoing_weights(network, 1);
  REQUIRE(norms.rows() == 2);
  double squares = 0;
  for (int j = 0; j < 4; ++j) squares += std::pow(static_cast<double>(network.layers[1].weight(j, 2)), 2);
  CHECK(norms(0, 2) == Approx(std::sqrt(squares)));
  CHECK(norms.row(0) == norms.row(1));
  CHECK_THROWS_AS(outgoing_weights(network, 3), UsageError);
  CHECK_THROWS_AS(outgoing_weights(network, 0), UsageError);
  CHECK_THROWS_AS(mean_activation_gradient(network, 1, RowMatrix<float>(5, 4)), UsageError);
  CHECK_THROWS_AS(mean_activation_gradient(network, 1, RowMatrix<float>(0, 3)), UsageError);
}
