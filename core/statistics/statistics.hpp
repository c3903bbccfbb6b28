// Descriptive statistics and least squares over columns of many rows.
//
// Sums run over fixed blocks of rows, each centred on its own mean, merged in block order: accurate even if means dwarf
// deviations, and the same bits for any number of threads.
#pragma once

#include <Eigen/Core>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

/// A named column of n rows; a view.
struct Column {
  std::string_view name;
  std::variant<std::span<const float>, std::span<const double>> values;

  std::size_t size() const {
    return std::visit([](const auto& v) { return v.size(); }, values);
  }
};

/// First and second moments of P columns of n rows.
struct Moments {
  std::size_t rows = 0;
  Eigen::VectorXd mean, minimum, maximum;  ///< [P]
  Eigen::MatrixXd comoment;                ///< [P,P] sum over rows of (x_i - mean_i)(x_j - mean_j)
};

/// Moments of columns of equal length. Throws UsageError for no columns, no rows or lengths that differ; ComputeError
/// for a value that is not finite, naming column and row. Cost O(n P^2), one pass, parallel over rows.
Moments moments(std::span<const Column> columns);
/// The same for the columns of a matrix [n,P], called "column 0" and so on in errors.
Moments moments(const RowMatrix<float>& matrix);

/// r_ij = comoment_ij / sqrt(comoment_ii comoment_jj), [P,P], in [-1,1] up to rounding. NaN in the row and column of a
/// constant column, its diagonal too.
Eigen::MatrixXd pearson_correlations(const Moments& moments);
Eigen::MatrixXd pearson_correlations(std::span<const Column> columns);

/// Whether least squares sees columns as they are or mapped to [0,1] by their least and greatest value. t, F and R^2
/// do not depend on it.
enum class ColumnScaling { none, unit };

/// y = b_0 + sum_j b_j x_j + e by least squares, P >= 1 predictors, n rows. Index 0 is the intercept.
struct Regression {
  std::vector<std::string> terms;      ///< [P+1] "intercept", then the predictors' names
  std::vector<double> coefficient;     ///< [P+1] b
  std::vector<double> standard_error;  ///< [P+1] of b, from residual_variance
  std::vector<double> t;               ///< [P+1] b / standard_error
  std::vector<double> p;               ///< [P+1] two-sided, Student with n-P-1 degrees of freedom
  double f = 0, f_p = 0;               ///< explained variance / P over residual_variance, and P(F >= f)
  double r_squared = 0;                ///< 1 - residual / total sum of squares
  double residual_variance = 0;        ///< residual sum of squares / (n-P-1)
  std::size_t rows = 0;                ///< n
  std::string undefined;               ///< why there is no fit; empty if there is one

  bool defined() const { return undefined.empty(); }
};

/// A pivot of the predictors' correlation matrix (1 - R^2 of a predictor on those before it) below this is
/// collinearity.
inline constexpr double collinearity_tolerance = 1e-10;

/// Ordinary least squares with intercept, by the normal equations of the standardised columns, with residuals taken row
/// by row. Degenerate data are no error, so that results can still be written: if the response or a predictor is
/// constant, a predictor is a linear combination of those before it, or n <= P + 1, all numbers are NaN and `undefined`
/// gives the reason, naming the column. If the fit is perfect, residuals are at rounding level, so t and F are huge or
/// infinite. Throws as moments(). Cost O(n P^2), two passes, about 10 ms of one core for 2^20 rows and P = 2.
Regression ordinary_least_squares(const Column& response, std::span<const Column> predictors,
                                  ColumnScaling scaling = ColumnScaling::none);

/// The q-quantile with linear interpolation between order statistics (Hyndman and Fan's type 7), q in [0,1].
/// Throws UsageError for no values or q out of range. Cost O(n).
double quantile(std::span<const double> values, double q);

struct ProbabilityInterval {
  double low = 0, high = 1;  ///< in [0,1]
};

/// The 95 % confidence interval of the probability of an event that occurred `count` times in n independent trials:
/// Wilson's score interval (J. Am. Stat. Assoc. 22, 209 (1927)), with p = count / n and z = 1.96
/// (p + z^2/2n +- z sqrt(p (1-p) / n + z^2/4n^2)) / (1 + z^2/n). UsageError unless 0 <= count <= n and n >= 1.
ProbabilityInterval probability_interval(std::size_t count, std::size_t n);

/// The 5 and 95 % quantiles of fewer values are hardly more than the least and the greatest.
inline constexpr std::size_t fewest_for_quantiles = 10;

/// Median and range of values; all NaN if there are none.
struct Spread {
  std::size_t count = 0;
  double median = 0, low = 0, high = 0;  ///< quantiles 1/2, 0.05 and 0.95
  double least = 0, greatest = 0;
};

/// The spread of those values that are finite.
Spread spread(std::span<const double> values);

}  // namespace inforelay
