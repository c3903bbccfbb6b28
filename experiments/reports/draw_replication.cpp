#include "experiments/reports/draw_replication.hpp"

#include <algorithm>

#include "experiments/figures/replication_figure.hpp"
#include "experiments/measures/metrics.hpp"

namespace inforelay {
namespace {

// The element of `list` whose `name` is `wanted`, added if there is none.
template <class Element>
Element& element_of(std::vector<Element>& list, std::string Element::*name, const std::string& wanted) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Element& each) { return each.*name == wanted; });
  if (found != list.end()) return *found;
  list.emplace_back().*name = wanted;
  return list.back();
}

}  // namespace

std::vector<std::string> draw_replication(const FigureWriter& writer, const SeedReplication& replication,
                                          Progress& progress) {
  std::vector<ReplicationFigure> figures;
  for (std::size_t i = 0; i < replication.rows().size(); ++i) {
    const ReplicationRow& row = replication.rows()[i];
    if (row.is_statement() || row.cls.empty()) continue;  // a single number needs no picture
    ReplicationFigure& figure = element_of(figures, &ReplicationFigure::name, row.comparison);
    ReplicationPanel& panel = element_of(figure.panels, &ReplicationPanel::metric, row.metric);
    panel.title = metric_kind(row.metric).title;
    if (i < replication.published_rows()) panel.labels.push_back(row.cls);
    ReplicationSeries& series = element_of(panel.series, &ReplicationSeries::network, row.network);
    series.values.push_back(row.values);
    series.published.push_back(row.reference);
  }
  std::vector<std::string> names;
  for (const ReplicationFigure& figure : figures) {
    progress.check();
    names.push_back(draw_replication(writer, figure));
  }
  return names;
}

}  // namespace inforelay
