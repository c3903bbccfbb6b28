// What the page knows of one layer: the data from which it computes relay information and accuracy of any set of units,
// and the arrays of the results that it shows.
//
//   {"name": "1", "title": "full, layer 1", "units": 20,
//    "time": 3,                    of a layer that is analysed at each time
//    "room": "1.4 MB per layer",   what the page holds of it at most
//    "arrays": {PATH: array},      of the results, with their paths below the layer: "relay/test/total"
//    "module": [class of unit k],  if known: of networks composed of detectors
//    "fields": {"weight": array [K,pixels], "rows": 28, "columns": 28},  of the first layer, if its inputs are images
//    "next": [{"weight": array [J,K], "bias": array [J], "activation": "tanh"}, ...],  with knockouts: the layers after
//    it "subsets": [{
//      "name": "test", "samples": 10000, "contrasts": ["0", ...], "whole": false,
//      "in_series": false          whether samples are steps of trials
//      "results": [PATH]           which arrays the results have of those that the page shows, as "relay/total"
//      "table": {"levels", "state_bytes", "state", "input", "output", "count"},  joint_table.hpp
//      "left_out": [text]          what would have been too large
//      "unit_sd", "histogram": {"low", "high", "count" [K,bins]}
//      "knockout": {"function", "replace", "method"}, with values: "mean" [K], "value" [N,K], "label" [N];
//                  with "sample": the value and label of those n samples alone
//      "in_time": {"replace", "accuracy" [C,S]},  of recurrent networks that are not analysed at each time
//      "significance": {"permutations", "exchange", "bootstrap", "bootstrap_of", "level"},  if there is
//      "grids": [{"low", "high", ...}, ...]}]}  of the contrasts, or of the first ones; layer_parts.hpp
//
// What does not fit is left out and named, in this order the last first: greedy paths, numbers of single units and best
// sets; standard deviations of units; the joint table; tests; counts of all sets; of recurrent networks accuracies of
// all sets; the weights after the layer; values of samples, before which some of them are drawn; histograms; images of
// weights. Subsets with knockouts share the room that is left for values equally.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <vector>

#include "experiments/page/layer_parts.hpp"
#include "experiments/results/layer_results.hpp"

namespace inforelay {

/// At most this many bytes of the page are of one layer, at all its times; with all that layers share, a page of one
/// layer has less than 2 MB.
inline constexpr std::size_t most_layer_bytes = 1'400'000;

/// `model`: networks/NAME/model; empty for a recording. Throws DataError if the results are damaged. Cost: about 10 ns
/// for each set and class of which there are tables, and some 50 ns for each byte that is put or tried.
nlohmann::json layer_data(const LayerResults& layer, const ResultView& model, ImageShape image);

/// A layer that is analysed at each of its T times, as one for each of them, with its "time", in order. Together they
/// have the room of one layer; of very many times those whose greedy paths and tests fit, at equal distances.
std::vector<nlohmann::json> layer_data_at_times(const LayerResults& layer, const std::vector<double>& times);

}  // namespace inforelay
