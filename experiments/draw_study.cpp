#include "experiments/draw_study.hpp"

#include <algorithm>

#include "experiments/figures/study_figure.hpp"

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

std::string draw_study(const FigureWriter& writer, const StudyResult& study) {
  StudyFigure figure;
  std::vector<const DistributionRow*> firsts;  // of each panel
  const auto panel_of = [&](const DistributionRow& row) {
    for (std::size_t i = 0; i < firsts.size(); ++i) {
      if (firsts[i]->comparison == row.comparison && firsts[i]->quantity == row.quantity) return i;
    }
    return firsts.size();
  };
  for (const DistributionRow& row : study.rows) {
    const std::size_t i = panel_of(row);
    if (i == firsts.size()) {
      firsts.push_back(&row);
      figure.panels.push_back({.quantity = row.quantity});
    }
    figure.panels[i].labels.push_back(row.cls < 0 ? "" : std::to_string(row.cls));
    add_row(figure.panels[i], row);
  }
  for (const DistributionRow& row : study.others) add_row(figure.panels[panel_of(row)], row);
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    if (figure.panels[i].series.size() == 1) figure.panels[i].quantity += " of " + firsts[i]->network;
  }
  return draw_study(writer, figure);
}

}  // namespace inforelay
