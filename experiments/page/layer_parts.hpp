// Parts of what the page knows of a layer, from its results (layer_data.hpp has the whole).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "experiments/page/joint_table.hpp"
#include "experiments/results/layer_results.hpp"

namespace inforelay {

/// How inputs of the first layer are arranged, if they are images.
struct ImageShape {
  int rows = 0, columns = 0;  ///< 0: they are not
};

/// Are samples steps of trials, which are not independent? `states`: the group states/SUBSET.
bool is_series(const ResultView& states);

/// How the arrays of the group significance/SUBSET were computed: {"permutations", "exchange", "bootstrap",
/// "bootstrap_of", "level"}.
nlohmann::json significance_data(const ResultView& significance);

/// {"levels", "state_bytes", "state", "input", "output", "count"} of joint_table.hpp.
nlohmann::json table_data(const StateInputOutput& table);

/// [K] standard deviations of the values [N,K] of a layer. Throws DataError, naming `title`, if one is not finite.
std::vector<double> unit_deviations(const RowMatrix<float>& values, const std::string& title);
/// {"low" [K], "high" [K], "count" [K,bins]} of the values [N,K]: equal bins from the least to the greatest of each
/// unit.
nlohmann::json unit_histograms(const RowMatrix<float>& values);

/// {"rows", "columns", "weight" [K,pixels]}: weights [K,D] of a layer whose inputs are images, as images of few pixels
/// (reduced_image.hpp), 128 + 127 times the part of the largest of each unit. Null if the D inputs are no such images.
nlohmann::json field_data(const RowMatrix<float>& weight, ImageShape image);

/// [{"weight" [J,K], "bias" [J], "activation"}, ...] of the layers of `model` after `layer`, counted from 1.
nlohmann::json next_layers(const ResultView& model, int layer);
/// Bytes of their weights and biases.
std::size_t next_layers_bytes(const ResultView& model, int layer);

/// [C,K] of a table of all sets [C,S]: those of single units.
nlohmann::json single_units(const RowMatrix<float>& table, Eigen::Index units);

/// All sets of K units counted over the tables [C,S] of information and, if not null, of accuracy, of contrast `c`:
/// {"low", "high", "bins", "rank" [K+1,bins], "size": {"bins", "cell", "count", "share"}, "accuracy": the same with
/// {"low", "high"}} of set_grid.hpp. Throws DataError, naming `group`, if a table is not one of all sets of K units.
/// Cost: about 10 ns a set.
nlohmann::json grids_of_contrast(const RowMatrix<float>& information, const RowMatrix<float>* accuracy, std::size_t c,
                                 int units, const std::string& group);

}  // namespace inforelay
