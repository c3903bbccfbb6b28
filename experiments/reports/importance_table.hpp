// How well measures of importance predict the function lost, as text.
#pragma once

#include <string>

#include "experiments/results/layer_results.hpp"

namespace inforelay {

/// A table for each subset with a verdict: means over the classes, measures in the order of results. Without a verdict,
/// how Shapley values were sampled. "" if the layer has no importance.
std::string importance_text(const LayerResults& layer);

/// "  R^2 of accuracy, mean over classes: size 0.08, ..."; "" if the layer has no regression.
std::string baselines_line(const LayerResults& layer);

}  // namespace inforelay
