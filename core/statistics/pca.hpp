// Principal components of standardised columns.
#pragma once

#include <Eigen/Core>

#include "core/axes.hpp"

namespace inforelay {

/// The first M principal components.
struct PrincipalComponents {
  Eigen::VectorXd mean;        ///< [K] of the columns
  Eigen::VectorXd deviation;   ///< [K] population standard deviation (divisor N); 0 for a constant column
  RowMatrix<double> loadings;  ///< [M,K] orthonormal rows
  Eigen::VectorXd variance;    ///< [M] of the scores, divisor N, descending: eigenvalues of the correlation matrix
  /// [M] variance over the sum of all K eigenvalues; NaN if all columns are constant.
  Eigen::VectorXd variance_ratio;
  RowMatrix<double> scores;  ///< [N,M] standardised columns times loadings
};

/// Z = (X - mean) / deviation, R = Z^T Z / N = L^T diag(variance) L, scores = Z L^T; columns [N,K].
/// A constant column standardises to 0. Sign: the entry of largest magnitude in each row of the loadings is positive
/// (of equals, the first). Throws UsageError for no samples or `components` outside [1,K]; ComputeError for an entry
/// that is not finite. Cost O(N K^2 + K^3), parallel over samples, the same bits for any number of threads.
PrincipalComponents principal_components(const RowMatrix<float>& columns, int components);

}  // namespace inforelay
