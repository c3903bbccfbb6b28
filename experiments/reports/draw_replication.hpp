// The figures of a seed replication.
#pragma once

#include <string>
#include <vector>

#include "core/progress.hpp"
#include "experiments/compare/seed_replication.hpp"
#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {

/// Draws "replication_COMPARISON" for each comparison with published values: a panel for each metric that has a value
/// for each class, the same metric of the other networks beside it. Returns their names. Throws as FigureWriter::write,
/// or Interrupted between figures.
std::vector<std::string> draw_replication(const FigureWriter& writer, const SeedReplication& replication,
                                          Progress& progress);

}  // namespace inforelay
