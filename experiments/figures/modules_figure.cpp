// The smallest sets of units with 50 and 90 % of the relay information of each class: which units, and how much the
// sets of two classes overlap.
#include <algorithm>
#include <numeric>
#include <utility>

#include "experiments/figures/dendrogram.hpp"
#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"
#include "experiments/measures/chosen_sets.hpp"

namespace inforelay {
namespace {

constexpr std::uint32_t most_colour = 0xa9c3e0, half_colour = 0x123a6b;

}  // namespace

double jaccard(NeuronSet a, NeuronSet b) {
  const int all = NeuronSet(a.bits() | b.bits()).size();
  return all == 0 ? 1 : static_cast<double>(NeuronSet(a.bits() & b.bits()).size()) / all;
}

namespace {

// Clusters of classes, by the distances 1 - Jaccard of their sets.
Dendrogram cluster_classes(const std::vector<NeuronSet>& sets) {
  const auto count = std::ssize(sets);
  RowMatrix<double> distance(count, count);
  for (Eigen::Index a = 0; a < count; ++a) {
    for (Eigen::Index b = 0; b < count; ++b)
      distance(a, b) = 1 - jaccard(sets[static_cast<std::size_t>(a)], sets[static_cast<std::size_t>(b)]);
  }
  return dendrogram_of(average_linkage_of(std::move(distance)));
}

// The rows of the table of a tree: the two branches of a merge, and the bracket that joins them.
void put_merges(CsvTable& table, const std::string& kind, const Dendrogram& tree) {
  for (const Dendrogram::Merge& merge : tree.merges) {
    table.row(kind, merge.low, merge.low_height, merge.height, "", "");
    table.row(kind, merge.high, merge.high_height, merge.height, "", "");
    table.row(kind + "_end", merge.low, merge.height, merge.high, "", "");
  }
}

// Draws these rows: leaves along y, or `along_x`.
std::vector<std::string> merge_lines(const std::string& rows, const std::string& kind, bool along_x) {
  const std::string style = fmt::format("with vectors nohead lw 0.8 lc rgb '{}' notitle", hex(colour::ink));
  const auto lines = [&](const std::string& of, const char* x, const char* y, const char* dx, const char* dy) {
    return fmt::format("{} using (strcol(1) eq '{}' ? {} : NaN):{}:{}:{} {}", rows, of, x, y, dx, dy, style);
  };
  if (along_x) return {lines(kind, "$2", "3", "(0)", "($4-$3)"), lines(kind + "_end", "$2", "3", "($4-$2)", "(0)")};
  return {lines(kind, "$3", "2", "($4-$3)", "(0)"), lines(kind + "_end", "$3", "2", "(0)", "($4-$2)")};
}

// Outlines the known module of the class in that row, wherever its units stand.
void outline_module(FigureCanvas& canvas, const ModulesFigure& figure, const std::vector<std::size_t>& units,
                    std::size_t cls, double row) {
  const auto size = static_cast<std::size_t>(figure.module);
  const auto is_member = [&](std::size_t place) {
    return place < units.size() && units[place] >= cls * size && units[place] < (cls + 1) * size;
  };
  for (std::size_t begin = 0; begin < units.size(); ++begin) {
    if (!is_member(begin)) continue;
    std::size_t end = begin;
    while (is_member(end)) ++end;
    canvas.add("set object rectangle from {},{} to {},{} front fillstyle empty border lc rgb '{}' lw 0.8",
               static_cast<double>(begin) - 0.5, row - 0.5, static_cast<double>(end) - 0.5, row + 0.5,
               hex(colour::red));
    begin = end;
  }
}

}  // namespace

std::string draw_modules(const FigureWriter& writer, const ModulesFigure& figure) {
  const std::string name = figure_name("modules", figure.network);
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  require_count(name, "half", figure.half.size(), "sets", classes);
  require_count(name, "most", figure.most.size(), "sets", classes);
  if (figure.units < 1 || figure.units > NeuronSet::max_neurons)
    throw UsageError(
        fmt::format("figure {}: units is {}, expected 1 to {}", name, figure.units, NeuronSet::max_neurons));
  if (figure.profiles.size() > 0) require_count(name, "profiles", figure.profiles.cols(), "columns", figure.units);
  const Dendrogram tree = cluster_classes(figure.most);
  Dendrogram of_units;
  of_units.order.resize(static_cast<std::size_t>(figure.units));
  std::iota(of_units.order.begin(), of_units.order.end(), std::size_t{0});
  if (figure.profiles.size() > 0) of_units = cluster_units(figure.profiles);
  const double crown = of_units.merges.empty() ? 0 : 11;  // the dendrogram of units
  const auto rows = static_cast<double>(classes);
  const double names_width = std::max(widest_text(figure.labels), 3.0), left = names_width + 8;
  std::vector<FigureCanvas::LegendEntry> legend{
      {{.kind = LegendSample::Kind::swatch, .colour = half_colour},
       "smallest set with 50 % of the relay information of all units"},
      {{.kind = LegendSample::Kind::swatch, .colour = most_colour}, "added for 90 %"}};
  if (figure.module > 0) legend.push_back({{.colour = colour::red, .size = 0.8}, "known module"});
  const double foot = 1 + FigureCanvas::legend_height(double_column, left, legend);
  const double height = std::clamp(4.4 * rows, 14.0, 75.0), bottom = foot + 9;
  // The matrix, the overlaps as a square beside it, the tree on the right.
  const double square = std::min(height, 62.0), tree_width = 24;
  const PanelBox matrix{left, bottom, double_column - left - square - tree_width - names_width - 24, height};
  const PanelBox overlap{matrix.right() + names_width + 13, bottom, square, height};
  const PanelBox branches{overlap.right() + 1.5, bottom, tree_width, height};
  FigureCanvas canvas(
      name,
      fmt::format("(A) The smallest sets with 50 and 90 % of the relay information of all units, for each class.{} (B) "
                  "Overlap of the 90 % sets of two classes, units in both over units in either (Jaccard). Classes are "
                  "ordered by (C) hierarchical clustering with average linkage, distance 1 - overlap.",
                  crown > 0 ? " Above: hierarchical clusters (average linkage) of units by the relay information that "
                              "each class loses without them, Euclidean distance in bits."
                            : ""),
      double_column, bottom + height + crown + 7);
  std::vector<std::string> names;
  for (const std::size_t c : tree.order) names.push_back(figure.labels[c]);
  const std::string tics = canvas.category_tics(names);
  CsvTable table("kind,row,column,value,row_label,column_label");
  const auto frame = [&](const PanelBox& box, std::size_t letter, const std::string& title) {
    canvas.begin_panel(box);
    // The tree stands close to the overlaps, so that its letter would be above these.
    const PanelBox from{letter < 2 ? box.left : box.left + 9, box.bottom, box.width, box.height};
    const PanelBox all{from.left, box.bottom, box.width, letter == 0 ? box.height + crown : box.height};
    canvas.panel_letter(all, letter);
    canvas.panel_title(letter == 0 ? all : box, title);
    canvas.add("set yrange [{}:-0.5]", rows - 0.5);
  };

  if (crown > 0) {
    const PanelBox above{matrix.left, matrix.top() + 0.8, matrix.width, crown - 1.5};
    canvas.begin_panel(above);
    const std::size_t first = table.rows();
    put_merges(table, "unit_merge", of_units);
    canvas.add("set xrange [-0.5:{}]; set yrange [0:{}]", figure.units - 0.5, 1.05 * of_units.highest());
    canvas.add("unset xtics; set ytics nomirror 0,{}; set format y '%g'; set border 2 lw 0.5",
               tic_step(of_units.highest(), 3));
    canvas.y_label(above, "'bits'", 8);
    canvas.plot(merge_lines(rows_from(table, first), "unit_merge", true));
    canvas.add("set border 3 lw 0.5; set xtics nomirror offset 0,0.45");
  }
  frame(matrix, 0, "'smallest sets'");
  const std::size_t members = table.rows();
  for (std::size_t row = 0; row < classes; ++row) {
    const std::size_t c = tree.order[row];
    for (std::size_t place = 0; place < of_units.order.size(); ++place) {
      const auto unit = static_cast<int>(of_units.order[place]);
      const double part = figure.half[c].contains(unit) ? 50 : figure.most[c].contains(unit) ? 90 : 0;
      if (part > 0) table.row("smallest_set_percent", row, place, part, figure.labels[c], std::to_string(unit));
    }
  }
  std::vector<std::string> unit_names;
  for (const std::size_t unit : of_units.order) unit_names.push_back(std::to_string(unit));
  canvas.add("set xrange [-0.5:{}]; set xtics nomirror ({}) font ',{}'", figure.units - 0.5,
             canvas.category_tics(unit_names),
             figure.units > 24   ? 4
             : figure.units > 16 ? 5
                                 : 6);
  canvas.add("set ytics nomirror ({}); set tics scale 0", tics);
  canvas.x_label(matrix, "'unit'");
  canvas.y_label(matrix, "'class'", names_width + 5);
  for (std::size_t row = 0; row < classes && figure.module > 0; ++row)
    outline_module(canvas, figure, of_units.order, tree.order[row], static_cast<double>(row));
  std::vector<std::string> elements;
  if (table.rows() > members) {
    elements.push_back(
        fmt::format("{} using 3:2:(0.46):(0.46):($4==50 ? 0x{:06x} : 0x{:06x}) with boxxyerror fillstyle "
                    "solid 1 noborder lc rgb variable notitle",
                    rows_from(table, members), half_colour, most_colour));
  }
  canvas.plot(elements);
  canvas.add("set xtics font ',6'");

  frame(overlap, 1, "'overlap (Jaccard)'");
  const std::size_t overlaps = table.rows();
  for (std::size_t row = 0; row < classes; ++row) {
    for (std::size_t column = 0; column < classes; ++column) {
      const std::size_t a = tree.order[row], b = tree.order[column];
      table.row("overlap", row, column, jaccard(figure.most[a], figure.most[b]), figure.labels[a], figure.labels[b]);
    }
  }
  canvas.add("set xrange [-0.5:{}]; set xtics nomirror {} ({}); set ytics nomirror ({})", rows - 0.5,
             names_width > 4 ? "rotate by 90 right" : "norotate", tics, tics);
  canvas.add("set palette defined (0 '#ffffff', 0.5 '#529dcc', 1 '#071f49'); set cbrange [0:1]; unset colorbox");
  elements = {
      fmt::format("{} using 3:2:(0.48):(0.48):4 with boxxyerror fillstyle solid 1 noborder fillcolor palette "
                  "notitle",
                  rows_from(table, overlaps))};
  if (classes <= 12) {
    elements.push_back(fmt::format(
        "{} using 3:2:(sprintf('%.2f', $4)):($4 > 0.5 ? 0xffffff : 0x000000) with labels font ',4.5' tc rgb variable "
        "notitle",
        rows_from(table, overlaps)));
  }
  canvas.plot(elements);
  canvas.x_label(overlap, "'class'", names_width > 4 ? names_width + 3 : 6.2);

  frame(branches, 2, "'clusters'");
  const std::size_t lines = table.rows();
  put_merges(table, "merge", tree);
  canvas.add("set xrange [0:{}]; set xtics nomirror {}; set format x '%g'; unset ytics; set border 1 lw 0.5",
             std::max(1.0, tree.highest()), 0.5);
  canvas.x_label(branches, "'1 \u2212 overlap'");
  canvas.plot(table.rows() > lines ? merge_lines(rows_from(table, lines), "merge", false) : std::vector<std::string>{});
  canvas.add("set border 3 lw 0.5; set tics scale 0.4; set ytics");
  canvas.legend(left, foot - 2.3, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind modules_figure;
const FigureKind modules_figure{
    "modules", FigureScope::layer, "smallest sets of each class, their overlaps and clusters",
    [](const FigureSource& source) -> FigureDrawing {
      const ResultView layer = source.layer->arrays;
      if (!layer.has("chosen_sets/set")) return {};
      const ResultView chosen = layer.at("chosen_sets");
      const RowMatrix<std::int64_t>& set = chosen.matrix<std::int64_t>("set");
      const std::vector<std::string> names = contrast_names(*source.layer, chosen);
      ModulesFigure figure{.network = source.name, .units = static_cast<int>(unit_count(*source.layer))};
      for (Eigen::Index c = 0; c < set.rows(); ++c) {
        const std::int64_t half = set(c, static_cast<Eigen::Index>(ChosenSet::half));
        const std::int64_t most = set(c, static_cast<Eigen::Index>(ChosenSet::most));
        if (half == no_chosen_set || most == no_chosen_set) continue;  // no information, or not analysed
        figure.labels.push_back(names[static_cast<std::size_t>(c)]);
        figure.half.emplace_back(static_cast<std::uint32_t>(half));
        figure.most.emplace_back(static_cast<std::uint32_t>(most));
      }
      if (figure.labels.size() < 2) return {};  // nothing to compare
      const bool all = std::ssize(figure.labels) == set.rows();
      const ResultView relay = layer.at("relay/" + chosen.attribute<std::string>("", "chosen_on"));
      if (relay.has("single")) figure.profiles = relay.matrix<double>("single");
      if (all && relay.has("module_found")) figure.module = figure.units / static_cast<int>(set.rows());
      return drawing(draw_modules, figure);
    }};

}  // namespace inforelay
