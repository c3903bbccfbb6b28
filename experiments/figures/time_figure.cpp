// Relays over time: a map unit x time of the aggregated relay information, for each class.
#include <algorithm>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {

std::string draw_time(const FigureWriter& writer, const TimeFigure& figure) {
  const std::string name = figure_name("time", figure.network);
  const std::size_t classes = std::min(figure.labels.size(), TimeFigure::most_panels);
  require_some(name, "labels", classes);
  require_count(name, "information", figure.information.cols(), "columns",
                figure.labels.size() * static_cast<std::size_t>(figure.units));
  require_count(name, "times", std::ssize(figure.times), "values", static_cast<std::size_t>(figure.information.rows()));
  AxisRange range;
  range.add(0);
  range.add_all(figure.information.reshaped());
  const double largest = std::max(-range.low(), range.high());
  const PanelGrid grid(classes, std::min<std::size_t>(classes, 3), classes == 1 ? 95 : double_column, 34,
                       {.left = 13, .right = 16, .top = 8, .bottom = 10, .column_gap = 11, .row_gap = 14}, 1.5);
  FigureCanvas canvas(name,
                      "Relays over time: aggregated relay information of each unit at each time, in bits, for each "
                      "class. White is 0, blue positive, orange negative; one scale for all panels.",
                      grid.width, grid.height);
  CsvTable table("class,time,unit,bits");
  for (std::size_t c = 0; c < classes; ++c) {
    const std::size_t first = table.rows();
    for (std::size_t t = 0; t < figure.times.size(); ++t) {
      for (int k = 0; k < figure.units; ++k) {
        table.row(figure.labels[c], figure.times[t], k,
                  figure.information(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(c) * figure.units + k));
      }
    }
    const PanelBox& box = grid.boxes[c];
    canvas.begin_panel(box);
    canvas.panel_letter(box, c);
    canvas.panel_title(box, canvas.text(class_title(figure.labels[c])));
    canvas.add("set xrange [{}:{}]; set yrange [-0.5:{}]", static_cast<double>(figure.times.front()) - 0.5,
               static_cast<double>(figure.times.back()) + 0.5, figure.units - 0.5);
    canvas.add("set xtics nomirror {}; set format x '%g'",
               std::max(1.0, tic_step(static_cast<double>(figure.times.back() - figure.times.front() + 1), 6)));
    canvas.add("set ytics nomirror {}; set format y '%g'", std::max(1.0, tic_step(figure.units, 6)));
    if (grid.lowest(c)) canvas.x_label(box, "'time'");
    if (grid.leftmost(c)) canvas.y_label(box, "'unit'");
    canvas.add(
        "set palette defined (-1 '#7f2704', -0.5 '#f08a3c', 0 '#ffffff', 0.35 '#9ac8e0', 0.75 '#1f6cb0', 1 '#071f49')");
    canvas.add("set cbrange [{}:{}]", -largest, largest);
    if (c + 1 == classes) {
      canvas.add("set cbtics {} offset -0.6,0", tic_step(2 * largest, 6));
      canvas.colour_scale(box, "'bits'");
    } else {
      canvas.add("unset colorbox");
    }
    canvas.plot(
        {fmt::format("{} using 2:3:(0.5):(0.5):4 with boxxyerror fillstyle solid 1 noborder fillcolor palette notitle",
                     rows_from(table, first))});
  }
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind time_figure;
const FigureKind time_figure{"time", FigureScope::layer, "maps of aggregated relay information, unit x time",
                             [](const FigureSource& source) -> FigureDrawing {
                               const LayerResults& layer = *source.layer;
                               const std::vector<std::string> subsets = subsets_of(layer, "relay");
                               const ResultView relay = layer.arrays.at("relay/" + subsets.back());
                               if (!relay.has("aggregated")) return {};
                               TimeFigure figure{.network = source.name, .labels = contrast_names(layer, relay)};
                               figure.units = static_cast<int>(relay.array("aggregated").shape.back());
                               figure.information = relay.matrix<double>("aggregated");
                               for (const double time : source.result.system(layer.system).numbers("time"))
                                 figure.times.push_back(static_cast<std::int64_t>(time));
                               return drawing(draw_time, figure);
                             },
                             true};

}  // namespace inforelay
