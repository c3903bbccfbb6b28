// report.html: the page on which the results of a run are explored.
#pragma once

#include <map>
#include <string>

#include "experiments/page/layer_data.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {

/// The page as one HTML file, which needs no other file and no network. It computes relay information and accuracy of
/// any set of units from the data in it (layer_data.hpp). `note`: of the data, "" for none. Its scripts run under a
/// content policy that admits those of the page alone, by their SHA-256; names are texts, never markup. Throws
/// DataError if the results are damaged. Cost: as layer_data() for each layer; up to 2 MB per layer.
std::string run_page(const ExperimentResult& result, const std::string& note);

/// The page with `data`, a JSON object as text.
std::string page_html(const std::string& title, std::string data);

}  // namespace inforelay
