// report.html: the page on which the results of a run are explored.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "experiments/page/layer_data.hpp"
#include "experiments/results/results_file.hpp"
#include "nn/data/dataset.hpp"

namespace inforelay {

/// The page as one HTML file, which needs no other file and no network. It computes relay information and accuracy of
/// any set of units from the data in it (layer_data.hpp). `note`: of the data, "" for none. `images`: the data of the
/// networks, if their samples are images, for thumbnails; null for none. Its scripts run under a
/// content policy that admits those of the page alone, by their SHA-256; names are texts, never markup. Throws
/// DataError if the results are damaged. Cost: as layer_data() for each layer; less than 2 MB per layer.
std::string run_page(const ExperimentResult& result, const std::string& note, const DataPair* images = nullptr);

/// The page of other content, which becomes part of its data: that of a sweep (experiments/sweep/sweep_page.hpp).
std::string page_for(const ExperimentResult& header, const std::string& note, nlohmann::json content);

}  // namespace inforelay
