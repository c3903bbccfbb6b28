// Entropy of the states of a layer vs. the number of samples.
#include <algorithm>
#include <cmath>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {
namespace {

// The entropy of random words is close to the bound until N approaches 2^K: dashes on a broad pale line show both.
constexpr std::string_view random_dash = "(10,8)";
constexpr std::uint32_t bound_colour = 0xf2b880;
constexpr double bound_width = 2.6;

void check(const std::string& name, const EntropyFigure& figure) {
  require_some(name, "networks", figure.networks.size());
  if (figure.neurons < 1)
    throw UsageError(fmt::format("figure {}: neurons is {}, expected at least 1", name, figure.neurons));
  for (const auto& curve : figure.networks) {
    require_count(name, "entropy of " + curve.network, curve.entropy.size(), "values", curve.samples.size());
    for (const double samples : curve.samples) {
      if (!(samples >= 1)) {
        throw UsageError(
            fmt::format("figure {}: samples of {} is {}, expected at least 1", name, curve.network, samples));
      }
    }
  }
  const auto& random = figure.random;
  require_count(name, "mean of random words", random.mean.size(), "values", random.samples.size());
  require_count(name, "low of random words", random.low.size(), "values", random.samples.size());
  require_count(name, "high of random words", random.high.size(), "values", random.samples.size());
}

}  // namespace

std::string draw_entropy(const FigureWriter& writer, const EntropyFigure& figure) {
  const std::string name = "entropy";
  check(name, figure);
  AxisRange x, y;
  y.add(0);
  for (const auto& curve : figure.networks) x.add_all(curve.samples), y.add_all(curve.entropy);
  x.add_all(figure.random.samples);
  y.add_all(figure.random.mean);
  y.add_all(figure.random.high);
  const double bound_from = std::max(1.0, x.low()), bound_to = std::max(x.high(), 2 * bound_from);
  y.add(std::min<double>(std::log2(bound_to), figure.neurons));

  std::vector<FigureCanvas::LegendEntry> legend;
  for (std::size_t i = 0; i < figure.networks.size(); ++i) {
    legend.push_back(
        {{.kind = LegendSample::Kind::mark, .colour = network_colour(i), .size = 1.5, .mark = network_mark(i)},
         figure.networks[i].network});
  }
  if (!figure.random.samples.empty()) {
    legend.push_back({{.dash = random_dash, .size = 0.8}, fmt::format("uniform random {}-bit words", figure.neurons)});
  }
  legend.push_back(
      {{.colour = bound_colour, .size = bound_width}, fmt::format("upper bound min(log\u2082 N, {})", figure.neurons)});
  const double left = 11;
  const double foot = 1 + FigureCanvas::legend_height(single_column, left, legend);
  const PanelGrid grid(1, 1, single_column, 50, {.left = left, .top = 3, .bottom = 9}, foot);
  FigureCanvas canvas(
      name,
      "Plug-in entropy of the states vs. the number of samples N, that of N uniformly random words of K bits (dashed; "
      "band: mean +- 2 standard deviations), and the upper bound min(log2 N, K) (broad line).",
      grid.width, grid.height);
  CsvTable table("samples,entropy_bits,low_bits,high_bits,kind,network");
  std::vector<std::string> elements{"NaN notitle"};  // a range given to the first element would set the axis

  std::string random_rows;
  if (!figure.random.samples.empty()) {
    const auto& random = figure.random;
    const std::size_t first = table.rows();
    for (std::size_t i = 0; i < random.samples.size(); ++i)
      table.row(random.samples[i], random.mean[i], random.low[i], random.high[i], "random", "");
    random_rows = rows_from(table, first);
    elements.push_back(
        fmt::format("{} using 1:3:4 with filledcurves fillcolor rgb '{}' fillstyle solid 1 noborder notitle",
                    random_rows, hex(colour::light)));
  }
  elements.push_back(
      fmt::format("[{}:{}] (log(x)/log(2) < {} ? log(x)/log(2) : {}) with lines lw {} lc rgb '{}' notitle", bound_from,
                  bound_to, figure.neurons, figure.neurons, bound_width, hex(bound_colour)));
  if (!figure.random.samples.empty()) {
    elements.push_back(fmt::format("{} using 1:2 with lines lw 0.8 dt {} lc rgb '{}' notitle", random_rows, random_dash,
                                   hex(colour::ink)));
  }
  for (std::size_t i = 0; i < figure.networks.size(); ++i) {
    const auto& curve = figure.networks[i];
    const std::size_t first = table.rows();
    for (std::size_t n = 0; n < curve.samples.size(); ++n) {
      table.row(curve.samples[n], curve.entropy[n], "", "", "states", curve.network);
    }
    if (table.rows() == first) continue;
    add_marked_line(elements, rows_from(table, first), "1:2", i);
  }
  canvas.begin_panel(grid.boxes[0]);
  const AxisRange axis = y.widened(0, 0.04);
  canvas.add("set logscale x; set xrange [{}:{}]; set xtics nomirror 10; set mxtics 10; set format x '10^{{%T}}'",
             bound_from / 1.15, bound_to * 1.15);
  canvas.x_label(grid.boxes[0], "'number of samples\u00a0{/:Italic N}'");
  canvas.y_axis(axis.low(), axis.high(), 8);
  canvas.y_label(grid.boxes[0], "'entropy (bits)'");
  canvas.plot(elements);
  canvas.legend(left, foot - 2, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind entropy_figure;
const FigureKind entropy_figure{
    "entropy", FigureScope::experiment, "entropy of the states vs. the number of samples",
    [](const FigureSource& source) -> FigureDrawing {
      enum Estimate { plug_in = 0, uniform_mean = 2, uniform_sd = 3 };  // columns of geometry/entropy
      EntropyFigure figure;
      for (const LayerResults& layer : source.layers) {
        if (!layer.arrays.has("geometry/entropy")) continue;
        const RowMatrix<double>& entropy = layer.arrays.matrix<double>("geometry/entropy");
        figure.networks.push_back({layer.title, layer.arrays.numbers("geometry/samples"), {}});
        EntropyCurve& curve = figure.networks.back();
        for (Eigen::Index i = 0; i < entropy.rows(); ++i) curve.entropy.push_back(entropy(i, plug_in));
        const auto neurons = static_cast<int>(unit_count(layer));
        if (neurons <= figure.neurons) continue;
        // Random words have as many bits as the widest layer has units.
        figure.neurons = neurons;
        figure.random = {.samples = curve.samples};
        for (Eigen::Index i = 0; i < entropy.rows(); ++i) {
          figure.random.mean.push_back(entropy(i, uniform_mean));
          figure.random.low.push_back(entropy(i, uniform_mean) - 2 * entropy(i, uniform_sd));
          figure.random.high.push_back(entropy(i, uniform_mean) + 2 * entropy(i, uniform_sd));
        }
      }
      return figure.networks.empty() ? nullptr : drawing(draw_entropy, figure);
    }};

}  // namespace inforelay
