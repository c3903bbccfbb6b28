#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "core/statistics/pca.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

RowMatrix<float> mixed_columns(Eigen::Index n, Eigen::Index k, std::uint64_t seed) {
  RandomStream random(seed, "columns");
  RowMatrix<float> columns(n, k);
  for (Eigen::Index row = 0; row < n; ++row) {
    const double common = random.normal();
    for (Eigen::Index c = 0; c < k; ++c) {
      const double weight = static_cast<double>(c) - 1.5;
      columns(row, c) = static_cast<float>(5 + static_cast<double>(c + 1) * (random.normal() + weight * common));
    }
  }
  return columns;
}

}  // namespace

TEST_CASE("Two columns that go together make one component", "[pca]") {
  RowMatrix<float> columns(4, 3);
  columns << 1, -10, 7,  //
      2, -20, 7,         //
      3, -30, 7,         //
      4, -40, 7;
  const PrincipalComponents pca = principal_components(columns, 3);
  CHECK(pca.mean[0] == 2.5);
  CHECK(pca.deviation[0] == Approx(std::sqrt(1.25)).epsilon(1e-14));
  CHECK(pca.deviation[2] == 0);
  CHECK(pca.variance[0] == Approx(2).epsilon(1e-14));
  CHECK(pca.variance[1] == Approx(0).margin(1e-14));
  CHECK(pca.variance_ratio[0] == Approx(1).epsilon(1e-14));
  const double r = std::sqrt(0.5);
  CHECK(std::abs(pca.loadings(0, 0)) == Approx(r).epsilon(1e-14));
  CHECK(pca.loadings(0, 1) == Approx(-pca.loadings(0, 0)).epsilon(1e-14));
  CHECK(pca.loadings(0, 2) == Approx(0).margin(1e-14));
  for (Eigen::Index n = 0; n < 4; ++n) {
    const double expected = 2 * (static_cast<double>(n) - 1.5) / std::sqrt(1.25) * pca.loadings(0, 0);
    CHECK(pca.scores(n, 0) == Approx(expected).epsilon(1e-13));
  }
}

TEST_CASE("Scores are uncorrelated and have the components' variances", "[pca]") {
  const Eigen::Index n = 5000, k = 6;
  const RowMatrix<float> columns = mixed_columns(n, k, 1);
  const PrincipalComponents pca = principal_components(columns, static_cast<int>(k));
  const Eigen::MatrixXd covariance = pca.scores.transpose() * pca.scores / static_cast<double>(n);
  CHECK((covariance - Eigen::MatrixXd(pca.variance.asDiagonal())).cwiseAbs().maxCoeff() < 1e-11);
  CHECK((pca.loadings * pca.loadings.transpose() - Eigen::MatrixXd::Identity(k, k)).cwiseAbs().maxCoeff() < 1e-13);
  CHECK(pca.variance.sum() == Approx(static_cast<double>(k)).epsilon(1e-12));
  CHECK(pca.variance_ratio.sum() == Approx(1).epsilon(1e-12));
  for (Eigen::Index i = 1; i < k; ++i) CHECK(pca.variance[i] <= pca.variance[i - 1]);
  // All components together give the columns back.
  const RowMatrix<double> back =
      ((pca.scores * pca.loadings) * pca.deviation.asDiagonal()).rowwise() + pca.mean.transpose();
  CHECK((back - columns.cast<double>()).cwiseAbs().maxCoeff() < 1e-10);
}

TEST_CASE("The sign of a component is fixed", "[pca]") {
  const RowMatrix<float> columns = mixed_columns(900, 5, 2);
  const PrincipalComponents pca = principal_components(columns, 3), negated = principal_components(-columns, 3);
  for (Eigen::Index i = 0; i < 3; ++i) {
    Eigen::Index largest = 0;
    pca.loadings.row(i).cwiseAbs().maxCoeff(&largest);
    CHECK(pca.loadings(i, largest) > 0);
  }
  CHECK((pca.loadings - negated.loadings).cwiseAbs().maxCoeff() < 1e-12);
  CHECK((pca.scores + negated.scores).cwiseAbs().maxCoeff() < 1e-10);
}

TEST_CASE("The first component is the direction of most variance", "[pca]") {
  const RowMatrix<float> columns = mixed_columns(2000, 4, 3);
  const PrincipalComponents pca = principal_components(columns, 1);
  const RowMatrix<double> standardised =
      (columns.cast<double>().rowwise() - pca.mean.transpose()) * pca.deviation.cwiseInverse().asDiagonal();
  CHECK((standardised * pca.loadings.transpose() - pca.scores).cwiseAbs().maxCoeff() < 1e-11);
  RandomStream random(3, "directions");
  for (int trial = 0; trial < 200; ++trial) {
    Eigen::VectorXd direction(4);
    for (double& value : direction) value = random.normal();
    const double variance = (standardised * direction.normalized()).squaredNorm() / 2000;
    CHECK(variance <= pca.variance[0] + 1e-12);
  }
}

TEST_CASE("Components do not depend on the number of threads", "[pca]") {
  const RowMatrix<float> columns = mixed_columns(30000, 5, 4);
  set_thread_count(1);
  const PrincipalComponents one = principal_components(columns, 2);
  set_thread_count(4);
  const PrincipalComponents four = principal_components(columns, 2);
  CHECK(one.loadings == four.loadings);
  CHECK(one.scores == four.scores);
  CHECK(one.variance == four.variance);
}

TEST_CASE("Degenerate inputs have components, and bad ones are refused", "[pca]") {
  RowMatrix<float> constant = RowMatrix<float>::Constant(10, 2, 0.1f);
  const PrincipalComponents pca = principal_components(constant, 2);
  CHECK(pca.variance.isZero());
  CHECK(pca.scores.isZero());
  CHECK(std::isnan(pca.variance_ratio[0]));
  CHECK_THROWS_WITH(principal_components(constant, 3), Catch::Contains("components is 3, expected [1,2]"));
  CHECK_THROWS_AS(principal_components(constant, 0), UsageError);
  CHECK_THROWS_AS(principal_components(RowMatrix<float>(0, 2), 1), UsageError);
  constant(3, 1) = NAN;
  CHECK_THROWS_AS(principal_components(constant, 1), ComputeError);
}
