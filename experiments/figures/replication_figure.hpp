// Published values and the distribution of the same metric over runs that differ by their seed.
#pragma once

#include <string>
#include <vector>

#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {

/// One metric of one network.
struct ReplicationSeries {
  std::string network{};
  std::vector<std::vector<double>> values{};  ///< [C][seeds]; NaN if undefined
  std::vector<double> published{};            ///< [C], NaN if there is none
};

struct ReplicationPanel {
  std::string metric{};                     ///< its name
  std::string title{};                      ///< above the panel
  std::vector<std::string> labels{};        ///< [C] names of the classes
  std::vector<ReplicationSeries> series{};  ///< side by side
};

struct ReplicationFigure {
  std::string name{};  ///< of the comparison
  std::vector<ReplicationPanel> panels{};
};

/// "replication_NAME": for each panel and class the seeds as dots, from ten on their 5 to 95 % range as a bar, their
/// median as a line across it, and the published value as a red cross. Throws as the functions of figures.hpp.
std::string draw_replication(const FigureWriter& writer, const ReplicationFigure& figure);

}  // namespace inforelay
