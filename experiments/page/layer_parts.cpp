#include "experiments/page/layer_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.hpp"
#include "experiments/page/packed_array.hpp"
#include "experiments/page/reduced_image.hpp"
#include "experiments/page/set_grid.hpp"

namespace inforelay {
namespace {

using nlohmann::json;

constexpr int histogram_bins = 40;   // of the values of a unit
constexpr int rank_bins = 96;        // of relay information, for the rank of a set among those of its size
constexpr int size_grid_bins = 24;   // of relay information, against set size
constexpr int value_grid_bins = 32;  // of relay information and of accuracy

template <class T>
json packed_matrix(const RowMatrix<T>& values) {
  return packed(std::span<const T>(values.data(), static_cast<std::size_t>(values.size())),
                {static_cast<std::size_t>(values.rows()), static_cast<std::size_t>(values.cols())});
}

BinnedValue binned_row(const RowMatrix<float>& table, std::size_t row, int units, int bins, const std::string& group) {
  if (row >= static_cast<std::size_t>(table.rows()) || table.cols() != Eigen::Index{1} << units)
    throw DataError(fmt::format("results: /{} has {} x {} values, which is no table of all sets of {} units", group,
                                table.rows(), table.cols(), units));
  const auto sets = static_cast<std::size_t>(table.cols());
  return BinnedValue({table.data() + row * sets, sets}, bins);
}

json grid_data(const SetGrid& grid, int bins) {
  return {{"bins", bins}, {"cell", packed(grid.cell)}, {"count", packed(grid.count)}, {"share", packed(grid.share)}};
}

std::string layer_group(int layer) { return fmt::format("layer{}", layer); }

}  // namespace

bool is_series(const ResultView& states) {
  if (!states.has("trial")) return false;
  const std::span<const std::int64_t> trial = states.vector<std::int64_t>("trial");
  return std::set(trial.begin(), trial.end()).size() < trial.size();
}

json significance_data(const ResultView& significance) {
  json out;
  for (const char* count : {"permutations", "bootstrap"}) out[count] = significance.attribute<std::int64_t>("", count);
  for (const char* word : {"exchange", "bootstrap_of"}) out[word] = significance.attribute<std::string>("", word);
  out["level"] = significance.attribute<double>("", "level");
  return out;
}

json table_data(const StateInputOutput& table) {
  return {{"levels", table.levels},       {"state_bytes", table.state_bytes}, {"state", packed(table.state)},
          {"input", packed(table.input)}, {"output", packed(table.output)},   {"count", packed(table.count)}};
}

std::vector<double> unit_deviations(const RowMatrix<float>& values, const std::string& title) {
  std::vector<double> sd;
  const auto samples = static_cast<double>(values.rows());
  for (Eigen::Index k = 0; k < values.cols(); ++k) {
    const Eigen::ArrayXd column = values.col(k).cast<double>();
    const double mean = column.sum() / samples;
    sd.push_back(std::sqrt((column - mean).square().sum() / samples));
    if (!std::isfinite(sd.back()))
      throw DataError(fmt::format("results: values of unit {} of layer {} are not finite", k, title));
  }
  return sd;
}

json unit_histograms(const RowMatrix<float>& values) {
  std::vector<double> low, high;
  RowMatrix<std::uint32_t> count = RowMatrix<std::uint32_t>::Zero(values.cols(), histogram_bins);
  for (Eigen::Index k = 0; k < values.cols(); ++k) {
    const Eigen::ArrayXd column = values.col(k).cast<double>();
    low.push_back(column.minCoeff());
    high.push_back(column.maxCoeff());
    for (const double value : column) {
      const double part = high.back() > low.back() ? (value - low.back()) / (high.back() - low.back()) : 0;
      ++count(k, std::min(histogram_bins - 1, static_cast<int>(part * histogram_bins)));
    }
  }
  return {{"low", packed(low)}, {"high", packed(high)}, {"count", packed_matrix(count)}};
}

json field_data(const RowMatrix<float>& weight, ImageShape image) {
  if (image.rows * image.columns == 0 || weight.cols() != image.rows * image.columns) return nullptr;
  const int step = image_step(image.rows, image.columns), rows = image.rows / step, columns = image.columns / step;
  RowMatrix<std::uint8_t> pixels(weight.rows(), rows * columns);  // 128: zero
  for (Eigen::Index k = 0; k < weight.rows(); ++k) {
    const std::vector<double> field =
        reduced_image(image.rows, image.columns, step, [&](int i) { return static_cast<double>(weight(k, i)); });
    double most = 0;
    for (const double value : field) most = std::max(most, std::abs(value));
    for (std::size_t i = 0; i < field.size(); ++i)
      pixels(k, static_cast<Eigen::Index>(i)) =
          static_cast<std::uint8_t>(128 + std::lround(most > 0 ? 127 * field[i] / most : 0));
  }
  return {{"rows", rows}, {"columns", columns}, {"weight", packed_matrix(pixels)}};
}

json next_layers(const ResultView& model, int layer) {
  json next = json::array();
  for (int l = layer + 1; model.has(layer_group(l)); ++l) {
    const ResultView after = model.at(layer_group(l));
    next.push_back({{"weight", packed(after.array("weight"))},
                    {"bias", packed(after.array("bias"))},
                    {"activation", after.attribute<std::string>("", "activation")}});
  }
  return next;
}

std::size_t next_layers_bytes(const ResultView& model, int layer) {
  std::size_t values = 0;
  for (int l = layer + 1; model.has(layer_group(l)); ++l) {
    const RowMatrix<float>& weight = model.at(layer_group(l)).matrix<float>("weight");
    values += static_cast<std::size_t>(weight.size() + weight.rows());
  }
  return values * sizeof(float);
}

json single_units(const RowMatrix<float>& table, Eigen::Index units) {
  RowMatrix<float> single(table.rows(), units);
  for (Eigen::Index k = 0; k < units; ++k) single.col(k) = table.col(Eigen::Index{1} << k);
  return packed_matrix(single);
}

json grids_of_contrast(const RowMatrix<float>& information, const RowMatrix<float>* accuracy, std::size_t c, int units,
                       const std::string& group) {
  const BinnedValue fine = binned_row(information, c, units, rank_bins, group);
  json out{{"low", fine.low}, {"high", fine.high}, {"bins", rank_bins}};
  out["rank"] = packed(std::span<const std::uint32_t>(size_histogram(fine, units)),
                       {static_cast<std::size_t>(units + 1), std::size_t{rank_bins}});
  BinnedValue coarse = fine;
  coarse.bins = size_grid_bins;
  out["size"] = grid_data(size_grid(coarse, units), size_grid_bins);
  if (accuracy) {
    const BinnedValue y = binned_row(*accuracy, c, units, value_grid_bins, group);
    coarse.bins = value_grid_bins;
    out["accuracy"] = grid_data(value_grid(coarse, y, units), value_grid_bins);
    out["accuracy"].update({{"low", y.low}, {"high", y.high}});
  }
  return out;
}

}  // namespace inforelay
