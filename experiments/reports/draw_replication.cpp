#include "experiments/reports/draw_replication.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "experiments/figures/replication_figure.hpp"
#include "experiments/results/metrics.hpp"

namespace inforelay {
namespace {

// Adds the row to the series of its network, making it where it is the network's first.
void add_row(StudyPanel& panel, const DistributionRow& row) {
  auto series = std::find_if(panel.series.begin(), panel.series.end(),
                             [&](const StudySeries& each) { return each.network == row.network; });
  if (series == panel.series.end()) {
    panel.series.push_back({.network = row.network});
    series = panel.series.end() - 1;
  }
  series->values.push_back(row.values);
  series->published.push_back(row.published);
}

}  // namespace

std::vector<std::string> draw_study(const FigureWriter& writer, const StudyResult& study, Progress& progress) {
  std::vector<std::string> names;
  if (!study.compares()) return names;
  std::vector<StudyFigure> figures;
  std::map<std::pair<std::string, std::string>, std::pair<std::size_t, std::size_t>> place;  // figure and panel
  for (const DistributionRow& row : study.rows) {
    if (row.cls < 0) continue;  // a single number needs no picture
    const auto [found, is_new] = place.try_emplace({row.comparison, row.quantity});
    if (is_new) {
      if (figures.empty() || figures.back().name != row.comparison) figures.push_back({.name = row.comparison});
      found->second = {figures.size() - 1, figures.back().panels.size()};
      figures.back().panels.push_back({.quantity = quantity_kind(row.quantity).title});
    }
    StudyPanel& panel = figures[found->second.first].panels[found->second.second];
    panel.labels.push_back(std::to_string(row.cls));
    add_row(panel, row);
  }
  for (const DistributionRow& row : study.others) {
    const auto found = place.find({row.comparison, row.quantity});
    if (found != place.end()) add_row(figures[found->second.first].panels[found->second.second], row);
  }
  for (const StudyFigure& figure : figures) {
    progress.check();
    names.push_back(draw_study(writer, figure));
  }
  return names;
}

}  // namespace inforelay
