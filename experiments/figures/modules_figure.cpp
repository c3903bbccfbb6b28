// The smallest sets of units with 50 and 90 % of the relay information of each class: which units, and how much the
// sets of two classes overlap.
#include <algorithm>
#include <limits>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"
#include "experiments/measures/chosen_sets.hpp"

namespace inforelay {
namespace {

constexpr std::uint32_t most_colour = 0xa9c3e0, half_colour = 0x123a6b;

// A merge of two clusters, drawn as a bracket: their places along the axis and heights, and the height of the merge.
struct Merge {
  double low, high, low_height, high_height, height;
};

struct Tree {
  std::vector<std::size_t> order;  // of the leaves
  std::vector<Merge> merges;
};

}  // namespace

double jaccard(NeuronSet a, NeuronSet b) {
  const int all = NeuronSet(a.bits() | b.bits()).size();
  return all == 0 ? 1 : static_cast<double>(NeuronSet(a.bits() & b.bits()).size()) / all;
}

namespace {

// Hierarchical clustering with average linkage (UPGMA) of the distances 1 - Jaccard; of equals the first pair.
Tree cluster(const std::vector<NeuronSet>& sets) {
  struct Cluster {
    std::vector<std::size_t> leaves;
    double height = 0;
    std::vector<std::size_t> merged{};  // the two clusters that it is made of
  };
  std::vector<Cluster> clusters;
  for (std::size_t c = 0; c < sets.size(); ++c) clusters.push_back({{c}});
  std::vector<std::size_t> open(sets.size());
  for (std::size_t c = 0; c < open.size(); ++c) open[c] = c;
  const auto distance = [&](const Cluster& a, const Cluster& b) {
    double sum = 0;
    for (const std::size_t i : a.leaves) {
      for (const std::size_t j : b.leaves) sum += 1 - jaccard(sets[i], sets[j]);
    }
    return sum / static_cast<double>(a.leaves.size() * b.leaves.size());
  };
  while (open.size() > 1) {
    double least = std::numeric_limits<double>::infinity();
    std::size_t first = 0, second = 1;
    for (std::size_t i = 0; i < open.size(); ++i) {
      for (std::size_t j = i + 1; j < open.size(); ++j) {
        const double d = distance(clusters[open[i]], clusters[open[j]]);
        if (d < least) least = d, first = i, second = j;
      }
    }
    Cluster merged{clusters[open[first]].leaves, least, {open[first], open[second]}};
    const auto& more = clusters[open[second]].leaves;
    merged.leaves.insert(merged.leaves.end(), more.begin(), more.end());
    open[first] = clusters.size();
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(second));
    clusters.push_back(std::move(merged));
  }
  Tree tree{clusters.back().leaves, {}};
  std::vector<double> place(clusters.size());
  for (std::size_t i = 0; i < tree.order.size(); ++i) place[tree.order[i]] = static_cast<double>(i);
  for (std::size_t i = sets.size(); i < clusters.size(); ++i) {
    const std::size_t a = clusters[i].merged[0], b = clusters[i].merged[1];
    place[i] = (place[a] + place[b]) / 2;
    tree.merges.push_back({place[a], place[b], clusters[a].height, clusters[b].height, clusters[i].height});
  }
  return tree;
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
  const Tree tree = cluster(figure.most);
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
      "(A) The smallest sets with 50 and 90 % of the relay information of all units, for each class. (B) Overlap of "
      "the 90 % sets of two classes, units in both over units in either (Jaccard). Classes are ordered by (C) "
      "hierarchical "
      "clustering with average linkage, distance 1 - overlap.",
      double_column, bottom + height + 7);
  std::vector<std::string> names;
  for (const std::size_t c : tree.order) names.push_back(figure.labels[c]);
  const std::string tics = canvas.category_tics(names);
  CsvTable table("kind,row,column,value,row_label,column_label");
  const auto frame = [&](const PanelBox& box, std::size_t letter, const std::string& title) {
    canvas.begin_panel(box);
    // The tree stands close to the overlaps, so that its letter would be above these.
    canvas.panel_letter(letter < 2 ? box : PanelBox{box.left + 9, box.bottom, box.width, box.height}, letter);
    canvas.panel_title(box, title);
    canvas.add("set yrange [{}:-0.5]", rows - 0.5);
  };

  frame(matrix, 0, "'smallest sets'");
  const std::size_t members = table.rows();
  for (std::size_t row = 0; row < classes; ++row) {
    const std::size_t c = tree.order[row];
    for (int unit = 0; unit < figure.units; ++unit) {
      const double part = figure.half[c].contains(unit) ? 50 : figure.most[c].contains(unit) ? 90 : 0;
      if (part > 0) table.row("smallest_set_percent", row, unit, part, figure.labels[c], std::to_string(unit));
    }
  }
  canvas.add("set xrange [-0.5:{}]; set xtics nomirror 0,{}; set format x '%g'", figure.units - 0.5,
             std::max(1.0, tic_step(figure.units, 12)));
  canvas.add("set ytics nomirror ({}); set tics scale 0", tics);
  canvas.x_label(matrix, "'unit'");
  canvas.y_label(matrix, "'class'", names_width + 5);
  for (std::size_t row = 0; row < classes && figure.module > 0; ++row) {
    const auto begin = static_cast<double>(tree.order[row]) * figure.module;
    canvas.add("set object rectangle from {},{} to {},{} front fillstyle empty border lc rgb '{}' lw 0.8", begin - 0.5,
               static_cast<double>(row) - 0.5, begin + figure.module - 0.5, static_cast<double>(row) + 0.5,
               hex(colour::red));
  }
  std::vector<std::string> elements;
  if (table.rows() > members) {
    elements.push_back(
        fmt::format("{} using 3:2:(0.46):(0.46):($4==50 ? 0x{:06x} : 0x{:06x}) with boxxyerror fillstyle "
                    "solid 1 noborder lc rgb variable notitle",
                    rows_from(table, members), half_colour, most_colour));
  }
  canvas.plot(elements);

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
  double highest = 1e-9;
  for (const Merge& merge : tree.merges) highest = std::max(highest, merge.height);
  const std::size_t lines = table.rows();
  for (const Merge& merge : tree.merges) {
    table.row("merge", merge.low, merge.low_height, merge.height, "", "");
    table.row("merge", merge.high, merge.high_height, merge.height, "", "");
    table.row("merge_end", merge.low, merge.height, merge.high, "", "");
  }
  canvas.add("set xrange [0:{}]; set xtics nomirror {}; set format x '%g'; unset ytics; set border 1 lw 0.5",
             std::max(1.0, highest), 0.5);
  canvas.x_label(branches, "'1 \u2212 overlap'");
  elements.clear();
  if (table.rows() > lines) {
    const std::string all = rows_from(table, lines);
    elements = {
        fmt::format("{} using (strcol(1) eq 'merge' ? $3 : NaN):2:($4-$3):(0) with vectors nohead lw 0.8 lc rgb "
                    "'{}' notitle",
                    all, hex(colour::ink)),
        fmt::format("{} using (strcol(1) eq 'merge_end' ? $3 : NaN):2:(0):($4-$2) with vectors nohead lw 0.8 lc "
                    "rgb '{}' notitle",
                    all, hex(colour::ink))};
  }
  canvas.plot(elements);
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
      const std::string found = "relay/" + chosen.attribute<std::string>("", "chosen_on") + "/module_found";
      if (all && layer.has(found)) figure.module = figure.units / static_cast<int>(set.rows());
      return drawing(draw_modules, figure);
    }};

}  // namespace inforelay
