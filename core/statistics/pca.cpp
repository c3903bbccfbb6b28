#include "core/statistics/pca.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>

#include "core/checks.hpp"
#include "core/parallel.hpp"
#include "core/statistics/statistics.hpp"

namespace inforelay {
namespace {

constexpr std::size_t rows_per_product = 4096;

// Correlations, with a column and row of zeros for a column that never varies.
Eigen::MatrixXd correlations_or_zero(const Moments& m) {
  const Eigen::MatrixXd r = pearson_correlations(m);
  return r.array().isNaN().select(0.0, r);
}

void fix_sign(RowMatrix<double>::RowXpr loading) {
  Eigen::Index largest = 0;
  loading.cwiseAbs().maxCoeff(&largest);
  if (loading[largest] < 0) loading = -loading;
}

}  // namespace

PrincipalComponents principal_components(const RowMatrix<float>& columns, int components) {
  check_bounded(columns.rows() >= 1, "pca: the number of samples", columns.rows(), "at least 1");
  check_range("pca: components", Eigen::Index{components}, 1, columns.cols());
  const Moments m = moments(columns);
  PrincipalComponents result;
  result.mean = m.mean;
  result.deviation = (m.comoment.diagonal() / static_cast<double>(m.rows)).cwiseSqrt();

  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(correlations_or_zero(m));  // eigenvalues ascend
  result.variance = solver.eigenvalues().tail(components).reverse();
  const double varying = static_cast<double>((m.minimum.array() != m.maximum.array()).count());
  result.variance_ratio = varying > 0 ? Eigen::VectorXd(result.variance / varying)
                                      : Eigen::VectorXd::Constant(components, std::numeric_limits<double>::quiet_NaN());
  result.loadings = solver.eigenvectors().rightCols(components).rowwise().reverse().transpose();
  for (Eigen::Index row = 0; row < components; ++row) fix_sign(result.loadings.row(row));

  const Eigen::VectorXd inverse_deviation =
      (m.minimum.array() == m.maximum.array()).select(0.0, result.deviation.array().inverse()).matrix();
  const Eigen::MatrixXd projection = inverse_deviation.asDiagonal() * result.loadings.transpose();
  result.scores.resize(columns.rows(), components);
  parallel_blocks(BlockRange::count(rows_per_product, m.rows), [&](std::size_t block) {
    const BlockRange range(block, rows_per_product, m.rows);
    const auto begin = static_cast<Eigen::Index>(range.begin), rows = static_cast<Eigen::Index>(range.size());
    result.scores.middleRows(begin, rows) =
        (columns.middleRows(begin, rows).cast<double>().rowwise() - m.mean.transpose()) * projection;
  });
  return result;
}

}  // namespace inforelay
