// report.html of a sweep: metrics over settings and seeds, and links to the pages of its runs.
#pragma once

#include <string>

#include "experiments/results/results_file.hpp"
#include "experiments/sweep/collect.hpp"
#include "experiments/sweep/plan.hpp"

namespace inforelay {

/// The page as one HTML file (experiments/page/run_page.hpp). `header`: experiment and provenance; `note`: of the data.
/// The pages of the runs are linked if the runs write them. Cost: about 100 bytes for each run and metric, more with
/// classes.
std::string sweep_page(const SweepPlan& plan, const SweepTable& table, const ExperimentResult& header,
                       const std::string& note);

}  // namespace inforelay
