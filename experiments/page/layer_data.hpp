// What the page knows of one layer: the data from which it computes relay information and accuracy of any set of units,
// and the arrays of the results that it shows.
//
//   {"name": "1", "title": "full, layer 1", "units": 20,
//    "time": 3,                    of a layer that is analysed at each time
//    "arrays": {PATH: array},      of the results, with their paths below the layer: "relay/test/total"
//    "module": [class of unit k],  if known: of networks composed of detectors
//    "fields": {"weight": array [K,D], "rows": 28, "columns": 28},  of the first layer, if its inputs are images
//    "next": [{"weight": array [J,K], "bias": array [J], "activation": "tanh"}, ...],  of networks: the layers after it
//    "subsets": [{
//      "name": "test", "samples": 10000, "contrasts": ["0", ...], "whole": false,
//      "in_series": false          whether samples are steps of trials
//      "table": {"levels", "state_bytes", "state", "input", "output", "count"},  joint_table.hpp
//      "left_out": [text]          what would have been too large, and why
//      "unit_sd", "histogram": {"low", "high", "count" [K,bins]}
//      "knockout": {"function", "replace", "method", "mean" [K], "value" [N,K], "label" [N]},
//                  with "sample": the value and label of those n samples alone
//      "in_time": {"replace", "accuracy" [C,S]},  of recurrent networks
//      "significance": {"permutations", "exchange", "bootstrap", "bootstrap_of", "level"},  if there is
//      "grids": {"information": [{"low", "high"}, ...], ...}}]}                    set_grid.hpp
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <vector>

#include "experiments/results/layer_results.hpp"

namespace inforelay {

/// How inputs of the first layer are arranged, if they are images.
struct ImageShape {
  int rows = 0, columns = 0;  ///< 0: they are not
};

/// At most this many bytes of the page are values of samples and joint tables of a layer; what does not fit is named in
/// `left_out`.
inline constexpr std::size_t most_layer_bytes = 1'500'000;

/// `model`: networks/NAME/model; empty for a recording. Throws DataError if the results are damaged. Cost: about 10 ns
/// for each set and class of which there are tables.
nlohmann::json layer_data(const LayerResults& layer, const ResultView& model, ImageShape image);

/// A layer that is analysed at each of its T times, as one for each of them, with its "time", in order. Together they
/// have the room of one layer, counts of sets on grids included; of very many times those that fit, at equal distances.
std::vector<nlohmann::json> layer_data_at_times(const LayerResults& layer, const std::vector<double>& times);

}  // namespace inforelay
