#include "core/statistics/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

constexpr std::size_t rows_per_block = 2048;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Columns of any type as one block of rows of doubles.
using Block = Eigen::MatrixXd;  // [rows of the block, P]

// Moments of a block; its mean is left relative to the origin.
Moments moments_of(Block block, const Eigen::RowVectorXd& origin) {
  const Eigen::Index columns = block.cols();
  Moments result{static_cast<std::size_t>(block.rows()), Eigen::VectorXd(columns), Eigen::VectorXd(columns),
                 Eigen::VectorXd(columns), Eigen::MatrixXd(columns, columns)};
  for (Eigen::Index i = 0; i < columns; ++i) {
    auto values = block.col(i).array();
    result.minimum[i] = values.minCoeff();
    result.maximum[i] = values.maxCoeff();
    values -= origin[i];
    result.mean[i] = values.mean();
    values -= result.mean[i];
    for (Eigen::Index j = 0; j <= i; ++j) {
      result.comoment(i, j) = result.comoment(j, i) = block.col(i).dot(block.col(j));
    }
  }
  return result;
}

// Moments of two sets of rows from the moments of each (Chan, Golub and LeVeque 1979).
void merge(Moments& total, const Moments& part) {
  if (total.rows == 0) {
    total = part;
    return;
  }
  const double a = static_cast<double>(total.rows), b = static_cast<double>(part.rows);
  const Eigen::VectorXd delta = part.mean - total.mean;
  total.rows += part.rows;
  total.mean += delta * (b / (a + b));
  total.minimum = total.minimum.cwiseMin(part.minimum);
  total.maximum = total.maximum.cwiseMax(part.maximum);
  total.comoment += part.comoment + delta * delta.transpose() * (a * b / (a + b));
}

// Throws if a value of the block, whose first row is `begin`, is not finite.
template <class Name>
void check_finite(const Block& block, std::size_t begin, const Name& name) {
  for (Eigen::Index column = 0; column < block.cols(); ++column) {
    for (Eigen::Index row = 0; row < block.rows(); ++row) {
      if (std::isfinite(block(row, column))) continue;
      throw ComputeError("statistics: {} is {} in row {}, expected a finite number", name(column), block(row, column),
                         begin + static_cast<std::size_t>(row));
    }
  }
}

// fill(range) gives the rows of a block, name(column) what to call a column in an error. Moments are computed
// relative to the first row: exact for constant columns, accurate if the mean is large.
template <class Fill, class Name>
Moments blocked_moments(std::size_t rows, const Fill& fill, const Name& name) {
  const Eigen::RowVectorXd origin = fill(BlockRange(0, 1, rows));
  std::vector<Moments> parts(BlockRange::count(rows_per_block, rows));
  parallel_blocks(parts.size(), [&](std::size_t b) {
    const BlockRange range(b, rows_per_block, rows);
    const Block block = fill(range);
    parts[b] = moments_of(block, origin);
    // A value that is not finite makes its column's sums so; only then are the values checked one by one.
    if (!parts[b].comoment.allFinite()) check_finite(block, range.begin, name);
  });
  Moments total;
  for (const Moments& part : parts) merge(total, part);
  total.mean += origin.transpose();
  return total;
}

Block block_of(std::span<const Column> columns, const BlockRange& range) {
  Block block(static_cast<Eigen::Index>(range.size()), static_cast<Eigen::Index>(columns.size()));
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::visit(
        [&](const auto& values) {
          const auto rows = values.subspan(range.begin, range.size());
          std::copy(rows.begin(), rows.end(), block.col(static_cast<Eigen::Index>(c)).data());
        },
        columns[c].values);
  }
  return block;
}

bool is_constant(const Moments& m, Eigen::Index column) { return m.minimum[column] == m.maximum[column]; }

// Moments of (x - min) / (max - min). No column is constant.
Moments scaled_to_unit(const Moments& raw) {
  Moments scaled = raw;
  const Eigen::ArrayXd range = (raw.maximum - raw.minimum).array();
  scaled.mean = (raw.mean - raw.minimum).array() / range;
  scaled.minimum.setZero();
  scaled.maximum.setOnes();
  scaled.comoment.array().colwise() /= range;
  scaled.comoment.array().rowwise() /= range.transpose();
  return scaled;
}

// Cholesky factor of the predictors' correlations, a row for each predictor. Stops at the first predictor whose pivot,
// 1 - R^2 on those before it, is below the tolerance, and returns its index; P if there is none.
Eigen::Index factor(const Eigen::MatrixXd& correlation, Eigen::MatrixXd& lower) {
  const Eigen::Index predictors = correlation.rows();
  lower = Eigen::MatrixXd::Zero(predictors, predictors);
  for (Eigen::Index i = 0; i < predictors; ++i) {
    for (Eigen::Index j = 0; j < i; ++j) {
      lower(i, j) = (correlation(i, j) - lower.row(i).head(j).dot(lower.row(j).head(j))) / lower(j, j);
    }
    const double pivot = correlation(i, i) - lower.row(i).head(i).squaredNorm();
    if (!(pivot > collinearity_tolerance)) return i;
    lower(i, i) = std::sqrt(pivot);
  }
  return predictors;
}

// Sum of squared residuals of y = mean_y + sum_j slope_j (x_j - mean_j), column 0 being y.
double residual_sum_of_squares(std::span<const Column> columns, const Moments& raw, const Eigen::VectorXd& slope) {
  std::vector<double> parts(BlockRange::count(rows_per_block, raw.rows));
  parallel_blocks(parts.size(), [&](std::size_t b) {
    Block block = block_of(columns, BlockRange(b, rows_per_block, raw.rows));
    auto residual = block.col(0).array();
    residual -= raw.mean[0];
    for (Eigen::Index j = 0; j < slope.size(); ++j) {
      residual -= slope[j] * (block.col(j + 1).array() - raw.mean[j + 1]);
    }
    parts[b] = residual.square().sum();
  });
  double sum = 0;
  for (const double part : parts) sum += part;
  return sum;
}

double two_sided_p(double t, double degrees_of_freedom) {
  if (std::isnan(t)) return nan;
  if (std::isinf(t)) return 0;
  const boost::math::students_t student(degrees_of_freedom);
  return 2 * boost::math::cdf(boost::math::complement(student, std::abs(t)));
}

double upper_p(double f, double numerator, double denominator) {
  if (std::isnan(f)) return nan;
  if (std::isinf(f)) return 0;
  if (f <= 0) return 1;  // f can be a rounding error below 0, outside the distribution's domain
  return boost::math::cdf(boost::math::complement(boost::math::fisher_f(numerator, denominator), f));
}

// Why columns (y first) have no fit; empty if they may have one.
std::string degeneracy(std::span<const Column> columns, const Moments& raw) {
  if (raw.rows <= columns.size()) {
    return fmt::format("{} rows for {} coefficients; more rows are needed", raw.rows, columns.size());
  }
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto column = static_cast<Eigen::Index>(c);
    if (is_constant(raw, column)) {
      return fmt::format("{} \"{}\" is constant ({})", c == 0 ? "response" : "predictor", columns[c].name,
                         raw.minimum[column]);
    }
  }
  return "";
}

}  // namespace

Moments moments(std::span<const Column> columns) {
  check_bounded(!columns.empty(), "statistics: the number of columns", columns.size(), "at least 1");
  const std::size_t rows = columns.front().size();
  if (rows == 0) throw UsageError("statistics: {} has no rows", columns.front().name);
  for (const Column& column : columns) {
    if (column.size() == rows) continue;
    throw UsageError("statistics: {} has {} rows, expected {} as {} has", column.name, column.size(), rows,
                     columns.front().name);
  }
  return blocked_moments(
      rows, [&](const BlockRange& range) { return block_of(columns, range); },
      [&](Eigen::Index column) { return columns[static_cast<std::size_t>(column)].name; });
}

Moments moments(const RowMatrix<float>& matrix) {
  if (matrix.rows() < 1 || matrix.cols() < 1) {
    throw UsageError("statistics: a matrix of {} x {}, expected at least 1 row and column", matrix.rows(),
                     matrix.cols());
  }
  return blocked_moments(
      static_cast<std::size_t>(matrix.rows()),
      [&](const BlockRange& range) -> Block {
        return matrix.middleRows(static_cast<Eigen::Index>(range.begin), static_cast<Eigen::Index>(range.size()))
            .cast<double>();
      },
      [](Eigen::Index column) { return fmt::format("column {}", column); });
}

Eigen::MatrixXd pearson_correlations(const Moments& m) {
  const Eigen::Index columns = m.mean.size();
  Eigen::MatrixXd result(columns, columns);
  for (Eigen::Index i = 0; i < columns; ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) {
      const bool undefined = is_constant(m, i) || is_constant(m, j);
      // Two roots rather than the root of the product: that could under- or overflow.
      result(i, j) = undefined ? nan : m.comoment(i, j) / std::sqrt(m.comoment(i, i)) / std::sqrt(m.comoment(j, j));
    }
  }
  return result;
}

Eigen::MatrixXd pearson_correlations(std::span<const Column> columns) { return pearson_correlations(moments(columns)); }

Regression ordinary_least_squares(const Column& response, std::span<const Column> predictors, ColumnScaling scaling) {
  assert(!predictors.empty());
  std::vector<Column> columns{response};
  columns.insert(columns.end(), predictors.begin(), predictors.end());
  const Moments raw = moments(columns);
  const auto p = static_cast<Eigen::Index>(predictors.size());

  Regression fit;
  fit.rows = raw.rows;
  fit.terms.push_back("intercept");
  for (const Column& predictor : predictors) fit.terms.emplace_back(predictor.name);
  fit.coefficient.assign(fit.terms.size(), nan);
  fit.standard_error = fit.t = fit.p = fit.coefficient;
  fit.f = fit.f_p = fit.r_squared = fit.residual_variance = nan;
  fit.undefined = degeneracy(columns, raw);
  if (!fit.defined()) return fit;

  const Eigen::MatrixXd correlation = pearson_correlations(raw);
  Eigen::MatrixXd lower;
  const Eigen::Index regular = factor(correlation.bottomRightCorner(p, p), lower);
  if (regular < p) {
    fit.undefined = fmt::format("predictor \"{}\" is a linear combination of those before it",
                                predictors[static_cast<std::size_t>(regular)].name);
    return fit;
  }
  const Eigen::MatrixXd inverse_lower = lower.triangularView<Eigen::Lower>().solve(Eigen::MatrixXd::Identity(p, p));
  const Eigen::VectorXd beta = inverse_lower.transpose() * (inverse_lower * correlation.col(0).tail(p));

  // Slopes are in the requested scaling; residuals use the raw columns.
  const Moments m = scaling == ColumnScaling::unit ? scaled_to_unit(raw) : raw;
  const Eigen::ArrayXd norm = m.comoment.diagonal().array().sqrt(), raw_norm = raw.comoment.diagonal().array().sqrt();
  const Eigen::VectorXd slope = beta.array() * norm[0] / norm.tail(p);
  const Eigen::VectorXd raw_slope = beta.array() * raw_norm[0] / raw_norm.tail(p);
  const double raw_residual = residual_sum_of_squares(columns, raw, raw_slope);
  const double total = raw.comoment(0, 0), n = static_cast<double>(raw.rows), freedom = n - static_cast<double>(p) - 1;
  fit.r_squared = 1 - raw_residual / total;
  fit.f = (total - raw_residual) / static_cast<double>(p) / (raw_residual / freedom);
  fit.f_p = upper_p(fit.f, static_cast<double>(p), freedom);
  fit.residual_variance = raw_residual / freedom * (m.comoment(0, 0) / total);

  const Eigen::VectorXd standard_mean = m.mean.tail(p).array() / norm.tail(p);
  for (Eigen::Index term = 0; term <= p; ++term) {
    const auto i = static_cast<std::size_t>(term);
    const bool intercept = term == 0;
    fit.coefficient[i] = intercept ? m.mean[0] - slope.dot(m.mean.tail(p)) : slope[term - 1];
    const double leverage = intercept ? 1 / n + (inverse_lower * standard_mean).squaredNorm()
                                      : inverse_lower.col(term - 1).squaredNorm() / (norm[term] * norm[term]);
    fit.standard_error[i] = std::sqrt(fit.residual_variance * leverage);
    fit.t[i] = fit.coefficient[i] / fit.standard_error[i];
    fit.p[i] = two_sided_p(fit.t[i], freedom);
  }
  return fit;
}

double quantile(std::span<const double> values, double q) {
  check_bounded(!values.empty(), "quantile: the number of values", values.size(), "at least 1");
  check_range("quantile: q", q, 0, 1);
  std::vector<double> sorted(values.begin(), values.end());
  const double position = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(sorted.begin(), at, sorted.end());
  if (below + 1 == sorted.size()) return *at;
  const double above = *std::min_element(at + 1, sorted.end());
  return *at + (position - static_cast<double>(below)) * (above - *at);
}

ProbabilityInterval probability_interval(std::size_t count, std::size_t n) {
  check_bounded(n > 0, "probability interval: the number of trials", n, "at least 1");
  check_bounded(count <= n, "probability interval: the number of events", count, fmt::format("at most {}", n));
  constexpr double z = 1.959963984540054;  // of the normal distribution, 97.5 %
  const auto trials = static_cast<double>(n);
  const double p = static_cast<double>(count) / trials, scale = 1 + z * z / trials;
  const double middle = (p + z * z / (2 * trials)) / scale;
  const double half = z * std::sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials)) / scale;
  // Of none and of all events one end is 0 or 1, from which rounding would take it away.
  return {count == 0 ? 0 : middle - half, count == n ? 1 : middle + half};
}

Spread spread(std::span<const double> values) {
  std::vector<double> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite), [](double x) { return std::isfinite(x); });
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (finite.empty()) return {0, none, none, none, none, none};
  const auto [least, greatest] = std::minmax_element(finite.begin(), finite.end());
  return {finite.size(), quantile(finite, 0.5), quantile(finite, 0.05), quantile(finite, 0.95), *least, *greatest};
}

}  // namespace inforelay
