// View: all sets as densities, information against size and accuracy against information; the set, and which units the sets of
// a region share.

import { change, onChangeOf, shown } from "./state.js";
import { element, view, count } from "./elements.js";
import { membersOf } from "./model.js";
import { row, unpack } from "./arrays.js";
import { density, legend, panel } from "./charts.js";

// Cells of a grid as {x0, x1, y0, y1, count, share} in the units of the axes.
function cellsOf(grid, units, xEdges, yEdges) {
  const cell = unpack(grid.cell), counts = unpack(grid.count), share = unpack(grid.share), bins = yEdges.length - 1;
  return Array.from(cell, (at, i) => {
    const x = Math.floor(at / bins), y = at % bins;
    return { x0: xEdges[x], x1: xEdges[x + 1], y0: yEdges[y], y1: yEdges[y + 1], count: counts[i], share: share.subarray(i * units, (i + 1) * units) };
  });
}
const edges = (low, high, bins) => d3.range(bins + 1).map((i) => low + ((high > low ? high - low : 1e-6) * i) / bins);

// d3 5 tells of its event in d3.event, later versions in the first argument.
const selectionOf = (event) => (d3.event ?? event).selection;

function densityPanel(chart, cells, brushed) {
  const most = d3.max(cells, (cell) => cell.count);
  chart.plot.selectAll("rect.cell").data(cells).enter().append("rect").attr("class", "cell")
    .attr("x", (d) => chart.x(d.x0)).attr("width", (d) => Math.max(1, chart.x(d.x1) - chart.x(d.x0)))
    .attr("y", (d) => chart.y(d.y1)).attr("height", (d) => Math.max(1, chart.y(d.y0) - chart.y(d.y1)))
    .attr("fill-opacity", (d) => density(d.count, most));
  const brush = d3.brush().extent([[0, 0], [chart.width, chart.height]]).on("end", (event) => {
    const selection = selectionOf(event);
    if (selection === null) return brushed(null);
    const [[left, top], [right, bottom]] = selection;
    brushed(cells.filter((d) => {
      const x = chart.x((d.x0 + d.x1) / 2), y = chart.y((d.y0 + d.y1) / 2);
      return left <= x && x <= right && top <= y && y <= bottom;
    }));
  });
  chart.plot.append("g").attr("class", "brush").call(brush);
}

const setMark = (chart, x, y, name) => chart.plot.append("circle").attr("class", `mark ${name}`).attr("cx", chart.x(x)).attr("cy", chart.y(y)).attr("r", name === "set" ? 6 : 2.5);

// The greedy path and the best sets: [size, bits].
function paths(subset, c) {
  const order = subset.removalOrder(c), greedy = subset.array("relay", "greedy/information"), best = subset.array("relay", "best/information");
  const total = subset.array("relay", "total")[c];
  return {
    greedy: order && [[order.length, total], ...Array.from(row(greedy, c), (value, i) => [order.length - 1 - i, value])],
    best: best && Array.from(row(best, c), (value, size) => [size, value]),
  };
}

// Of the best set of each size, or else of the greedy one, without a relay: [size, low, high] of 5 and 95 %, and of what.
function nullBand(subset, c) {
  for (const [what, text] of [["maximum", "best set of each size"], ["greedy", "greedy path"]]) {
    const points = d3.range(subset.layer.units + 1).map((size) => [size, subset.chance(what, c, size)]).filter(([, found]) => found);
    if (points.length > 0) return { text, points: points.map(([size, { low, high }]) => [size, low, high]) };
  }
  return undefined;
}

function sharedUnits(subset, cells) {
  const sets = d3.sum(cells, (cell) => cell.count), units = subset.layer.units;
  const share = d3.range(units).map((k) => d3.sum(cells, (cell) => (cell.count * cell.share[k]) / 255) / sets);
  const bars = share.map((value, k) => [value, k]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  const always = d3.range(units).filter((k) => cells.every((cell) => cell.share[k] === 255));
  return element("div", { class: "shared" },
    element("p", {}, `${count(sets)} sets in the region. Fraction of them that contain each unit (in all of them: ${always.length ? always.join(" ") : "none"}):`),
    element("ul", { class: "bars" }, bars.map(([value, k]) => {
      const bar = element("span", { class: "bar" });
      bar.style.width = `${Math.round(100 * value)}px`;
      return element("li", {}, element("span", { class: "number" }, String(k)), bar, ` ${(100 * value).toFixed(0)} %`);
    })),
    always.length ? element("button", { type: "button", onclick: () => change({ set: always }) }, "Put the units in all of them into the set") : "");
}

export function landscapeView() {
  const { section, body } = view("landscape", "Landscape",
    "All sets of units; darker: more sets. Draw a rectangle to see which units the sets in it share.",
    () => {
      const { subset, cls } = shown, grid = subset.data.grids?.[cls], { greedy, best } = paths(subset, cls);
      const points = nullBand(subset, cls)?.points, bound = (i) => points?.map((point) => [point[0], point[i]]);
      const list = [["kind", "size", "information_bits", "accuracy", "sets"]];
      for (const [name, points] of Object.entries({ greedy, best, null_5_percent: bound(1), null_95_percent: bound(2) })) for (const [size, value] of points ?? []) list.push([name, size, value, "", ""]);
      if (!grid) return list;
      const information = edges(grid.low, grid.high, grid.size.bins);
      for (const d of cellsOf(grid.size, subset.layer.units, d3.range(subset.layer.units + 2), information)) list.push(["cell", d.x0, d.y0, "", d.count]);
      if (grid.accuracy) {
        const bins = grid.accuracy.bins;
        for (const d of cellsOf(grid.accuracy, subset.layer.units, edges(grid.low, grid.high, bins), edges(grid.accuracy.low, grid.accuracy.high, bins)))
          list.push(["cell", "", d.x0, d.y0, d.count]);
      }
      return list;
    });
  const charts = element("div", { class: "charts" }), shared = element("div", { "aria-live": "polite" });
  const key = element("div");
  const field = (text, attributes) => {
    const input = element("input", { type: "number", onchange: () => typed(), ...attributes });
    return [element("label", {}, text, input), input];
  };
  // The same without a pointer.
  const [fromLabel, from] = field("Sets of ", { step: 1, min: 0 }), [toLabel, to] = field(" to ", { step: 1, min: 0 }), [leastLabel, least] = field(" units with at least ", { step: "any" });
  const region = element("div", { class: "tools", role: "group", "aria-label": "Region by numbers" }, fromLabel, toLabel, leastLabel, "bit");
  body.append(charts, key, region, shared);
  function typed() {
    const { subset, cls, layer } = shown, grid = subset.data.grids[cls], high = to.value === "" ? layer.units : Number(to.value);
    const leastBits = least.value === "" ? -Infinity : Number(least.value);
    brushed(cellsOf(grid.size, layer.units, d3.range(layer.units + 2), edges(grid.low, grid.high, grid.size.bins))
      .filter((d) => Number(from.value) <= d.x0 && d.x0 <= high && (d.y0 + d.y1) / 2 >= leastBits));
  }
  const brushed = (cells) => shared.replaceChildren(cells && cells.length > 0 ? sharedUnits(shown.subset, cells) : "");

  let drawn;  // the charts of the class, in which only the mark of the set moves
  onChangeOf(() => [shown.cls], () => {
    const { subset, cls, layer } = shown, grid = subset.data.grids?.[cls], { greedy, best } = paths(subset, cls), byChance = nullBand(subset, cls);
    brushed(null);
    region.hidden = !grid;
    from.value = to.value = least.value = "";
    const bitsShown = [0, ...(byChance?.points ?? []).flatMap((p) => p.slice(1)), ...(greedy ?? []).map((p) => p[1]), ...(grid ? [grid.low, grid.high] : [])].filter(Number.isFinite);
    const size = panel(`Relay information of all sets against their size, class ${subset.contrasts[cls]}`, "units in the set", "relay information, bit",
      [-0.5, layer.units + 0.5], d3.extent(bitsShown));
    if (grid) densityPanel(size, cellsOf(grid.size, layer.units, d3.range(-0.5, layer.units + 1), edges(grid.low, grid.high, grid.size.bins)), brushed);
    const draw = (points, name) => points && size.plot.append("path").attr("class", `line ${name}`)
      .attr("d", d3.line().x((p) => size.x(p[0])).y((p) => size.y(p[1]))(points));
    if (byChance) size.plot.append("path").attr("class", "null-band").attr("d", d3.area().x((p) => size.x(p[0])).y0((p) => size.y(p[1])).y1((p) => size.y(p[2]))(byChance.points));
    draw(greedy, "greedy");
    draw(best, "best");
    drawn = { size };
    charts.replaceChildren(size.svg.node());
    key.replaceChildren(legend([grid && ["density", "all sets"], subset.relay && ["set", "the set"], greedy && ["greedy", "greedy path"], best && ["best", "best set of each size"],
      byChance && ["null-band", `${byChance.text} without relay, 5 to 95 %`]].filter(Boolean)));
    if (!grid) charts.append(element("p", { class: "missing" }, subset.hasAllSets ? "Counts of all sets are not in this page; results.h5 has them."
      : layer.units > 24 ? "All sets of so many units cannot be counted: the greedy path is shown."
      : "This run has no table of all sets (analysis.relay.exhaustive, analysis.tables): the greedy path is shown."));
    if (grid?.accuracy) {
      const { bins, low, high } = grid.accuracy, accuracy = panel(`Accuracy with a set replaced against its relay information, class ${subset.contrasts[cls]}`,
        "relay information, bit", `balanced accuracy (${subset.knockout.function}, ${subset.knockout.replace}${subset.ofDraws})`, [Math.min(0, grid.low), grid.high], low < high ? [low, high] : [low - 0.05, high + 0.05]);
      densityPanel(accuracy, cellsOf(grid.accuracy, layer.units, edges(grid.low, grid.high, bins), edges(low, high, bins)), brushed);
      drawn.accuracy = accuracy;
      charts.append(accuracy.svg.node());
    }
  }, true);
  onChangeOf(() => [shown.cls, membersOf(shown.set)], () => {
    const { subset, cls, set } = shown;
    for (const chart of Object.values(drawn)) chart.plot.selectAll(".mark.set").remove();
    if (!subset.relay) return;
    const value = subset.information(set)[cls];
    setMark(drawn.size, membersOf(set).length, value, "set");
    const accuracy = drawn.accuracy && subset.accuracyOf(cls, set);  // as the table of all sets was made
    if (Number.isFinite(accuracy)) setMark(drawn.accuracy, value, accuracy, "set");
  }, true);
  return section;
}
