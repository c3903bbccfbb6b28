#include "core/statistics/normalized_cut.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/statistics/kmeans.hpp"

namespace inforelay {
namespace {

// Singular values, of which the largest is 1, below this are rounding errors: they are square roots of eigenvalues that
// have errors of 1e-16.
constexpr double rank_tolerance = 1e-7;

void check_edges(const RowMatrix<double>& weight) {
  for (Eigen::Index r = 0; r < weight.rows(); ++r) {
    for (Eigen::Index q = 0; q < weight.cols(); ++q) {
      const double value = weight(r, q);
      if (!std::isfinite(value) || value < 0)
        throw ComputeError("the edge of row {} and column {} has the weight {}, expected a finite one >= 0", r, q,
                           value);
    }
  }
}

// The vertices of one side that have edges.
std::vector<Eigen::Index> with_edges(const Eigen::VectorXd& degree) {
  std::vector<Eigen::Index> vertices;
  for (Eigen::Index v = 0; v < degree.size(); ++v) {
    if (degree(v) > 0) vertices.push_back(v);
  }
  return vertices;
}

/// Singular vectors of the normalised weights of vertices with edges.
struct GraphSpectrum {
  std::vector<Eigen::Index> rows, columns;      // with edges
  std::vector<double> values;                   // [k] falling
  RowMatrix<double> row_points, column_points;  // [rows,k], [columns,k] the vectors u of the generalised problem
};

GraphSpectrum spectrum_of(const RowMatrix<double>& weight, int k) {
  check_edges(weight);
  const Eigen::VectorXd row_degree = weight.rowwise().sum(), column_degree = weight.colwise().sum().transpose();
  GraphSpectrum result{.rows = with_edges(row_degree),
                       .columns = with_edges(column_degree),
                       .values = {},
                       .row_points = {},
                       .column_points = {}};
  const auto fewer = static_cast<int>(std::min(result.rows.size(), result.columns.size()));
  if (k < 1 || k > fewer)
    throw UsageError("spectral clustering: {} clusters, expected 1 to {}, the fewer of rows and columns with edges", k,
                     fewer);
  const Eigen::VectorXd row_scale = row_degree(result.rows).array().rsqrt(),
                        column_scale = column_degree(result.columns).array().rsqrt();
  RowMatrix<double> normalised =
      row_scale.asDiagonal() * weight(result.rows, result.columns) * column_scale.asDiagonal();
  const bool by_rows = normalised.rows() <= normalised.cols();
  const Eigen::MatrixXd gram = by_rows ? Eigen::MatrixXd(normalised * normalised.transpose())
                                       : Eigen::MatrixXd(normalised.transpose() * normalised);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
  if (solver.info() != Eigen::Success) throw ComputeError("spectral clustering: no eigenvectors were found");
  RowMatrix<double> near(gram.rows(), k);
  for (int i = 0; i < k; ++i) {
    const Eigen::Index column = gram.rows() - 1 - i;
    result.values.push_back(std::sqrt(std::max(0.0, solver.eigenvalues()(column))));
    near.col(i) = solver.eigenvectors().col(column);
  }
  RowMatrix<double> far =
      by_rows ? RowMatrix<double>(normalised.transpose() * near) : RowMatrix<double>(normalised * near);
  for (int i = 0; i < k; ++i) {
    const double norm = far.col(i).norm();
    if (norm > 0) far.col(i) /= norm;
  }
  result.row_points = row_scale.asDiagonal() * (by_rows ? near : far);
  result.column_points = column_scale.asDiagonal() * (by_rows ? far : near);
  return result;
}

}  // namespace

double normalized_cut(const RowMatrix<double>& weight, const std::vector<int>& row, const std::vector<int>& column) {
  check_edges(weight);
  if (std::ssize(row) != weight.rows() || std::ssize(column) != weight.cols())
    throw UsageError("n-cut: clusters of {} rows and {} columns, expected {} and {}", row.size(), column.size(),
                     weight.rows(), weight.cols());
  int most = -1;
  for (const auto* side : {&row, &column}) {
    for (const int cluster : *side) most = std::max(most, cluster);
  }
  std::vector<double> cut(static_cast<std::size_t>(most + 1)), volume(cut.size());
  for (Eigen::Index r = 0; r < weight.rows(); ++r) {
    for (Eigen::Index q = 0; q < weight.cols(); ++q) {
      const double value = weight(r, q);
      const int a = row[static_cast<std::size_t>(r)], b = column[static_cast<std::size_t>(q)];
      if (value == 0) continue;
      if (a < 0 || b < 0) throw UsageError("n-cut: the edge of row {} and column {} has an end in no cluster", r, q);
      volume[static_cast<std::size_t>(a)] += value;
      volume[static_cast<std::size_t>(b)] += value;
      if (a == b) continue;
      cut[static_cast<std::size_t>(a)] += value;
      cut[static_cast<std::size_t>(b)] += value;
    }
  }
  double sum = 0;
  for (std::size_t cluster = 0; cluster < cut.size(); ++cluster)
    sum += volume[cluster] > 0 ? cut[cluster] / volume[cluster] : 0;
  return sum;
}

GraphClusters spectral_clusters(const RowMatrix<double>& weight, int k, const RandomStream& random) {
  const GraphSpectrum spectrum = spectrum_of(weight, k);
  if (spectrum.values.back() < rank_tolerance) {
    return {std::vector<int>(static_cast<std::size_t>(weight.rows()), -1),
            std::vector<int>(static_cast<std::size_t>(weight.cols()), -1), std::numeric_limits<double>::quiet_NaN()};
  }
  const Eigen::Index rows = spectrum.row_points.rows();
  RowMatrix<double> points(rows + spectrum.column_points.rows(), k);
  points << spectrum.row_points, spectrum.column_points;
  // Only the geometry counts: floats need a scale near 1.
  points /= points.cwiseAbs().maxCoeff();
  const Clustering found = kmeans(points.cast<float>(), k, {.restarts = 10}, random);
  GraphClusters result{std::vector<int>(static_cast<std::size_t>(weight.rows()), -1),
                       std::vector<int>(static_cast<std::size_t>(weight.cols()), -1), 0};
  for (std::size_t i = 0; i < spectrum.rows.size(); ++i)
    result.row[static_cast<std::size_t>(spectrum.rows[i])] = static_cast<int>(found.assignment[i]);
  for (std::size_t i = 0; i < spectrum.columns.size(); ++i)
    result.column[static_cast<std::size_t>(spectrum.columns[i])] =
        static_cast<int>(found.assignment[spectrum.rows.size() + i]);
  result.normalized_cut = normalized_cut(weight, result.row, result.column);
  return result;
}

std::vector<double> leading_graph_singular_values(const RowMatrix<double>& weight, int k) {
  return spectrum_of(weight, k).values;
}

}  // namespace inforelay
