// View: accuracy while units are replaced one after the other.

import { inSlices, onChangeOf, replacements, shown } from "./state.js";
import { element, fraction, unitCount, view } from "./elements.js";
import { unitsOf } from "./model.js";
import { domain, legend, line, panel } from "./charts.js";

const directions = { carrying: "units that greedy removal keeps longest first", others: "the others first" };

export function walkView() {
  let curves = [];  // {direction, replace, points: [[number of units replaced, accuracy]]}
  const { section, body } = view("walk", "Walk", "Accuracy of the class while its units are replaced one after the other, in the order of the greedy search.",
    () => [["order", "replace", "units_replaced", "accuracy"], ...curves.flatMap((curve) => curve.points.map(([n, a]) => [directions[curve.direction], curve.replace, n, a]))]);
  const charts = element("div", { class: "charts" });
  body.append(charts);

  // Quantiles over all sets of each size: [[5 %], [50 %], [95 %]] of points; undefined without a table of all sets.
  function band(subset, c) {
    const quantile = subset.array("knockout", "sizes/quantile");
    if (!quantile || subset.whole) return undefined;
    const [, sizes, levels] = quantile.shape;
    return [1, 3, 5].map((level) => d3.range(sizes).map((n) => [n, quantile[(c * sizes + n) * levels + level]]));
  }

  // Of the class as it was when the curves were begun: the page may show another subset by now.
  function draw(subset, cls, replace) {
    const { layer } = subset, quantiles = band(subset, cls);
    const values = curves.flatMap((curve) => curve.points.map((p) => p[1])).concat((quantiles ?? []).flat().map((p) => p[1]));
    const chart = panel(`Accuracy of class ${subset.contrasts[cls]} against the number of units replaced`, "units replaced", subset.stepAccuracy ? "accuracy of the steps" : `balanced accuracy (${subset.knockout.function})`,
      [0, layer.units], domain(subset.stepAccuracy ? values : [...values, 0.5]));
    if (quantiles) {
      const area = d3.area().x((p) => chart.x(p[0])).y0((p) => chart.y(p[1])).y1((p, i) => chart.y(quantiles[2][i][1]));
      chart.plot.append("path").attr("class", "band").attr("d", area(quantiles[0]));
      line(chart, quantiles[1], "median");
    }
    if (!subset.stepAccuracy) chart.plot.append("line").attr("class", "line chance").attr("x1", 0).attr("x2", chart.width).attr("y1", chart.y(0.5)).attr("y2", chart.y(0.5));
    for (const curve of curves) line(chart, curve.points, `${curve.direction} ${curve.replace}`);
    const entries = curves.map((curve) => [`${curve.direction} ${curve.replace}`, `${directions[curve.direction]}, ${curve.replace}`]);
    if (quantiles) entries.push(["band", `all sets of the size, 5 to 95 % and median (${subset.knockout.replace}${subset.ofDraws})`]);
    charts.replaceChildren(chart.svg.node(), legend(subset.stepAccuracy ? entries : [...entries, ["chance", "chance"]]));
    if (subset.drawn) charts.append(element("p", { class: "missing" }, `Of ${subset.drawn}.`));
    const first = curves.find((curve) => curve.direction === "carrying" && curve.replace === replace) ?? curves[0];
    const half = !subset.stepAccuracy && first?.points.find((p) => p[1] < 0.75);
    if (half) charts.append(element("p", {}, `Below 0.75 (${fraction(half[1])}) ${half[0] === 0 ? "with no unit replaced" : `with ${unitCount(half[0])} replaced (${first.replace}), ${directions.carrying}`}.`));
  }

  // A set takes milliseconds: the curves are computed a few sets at a time, when nothing else happens.
  let stop = () => {};
  onChangeOf(() => [shown.cls], () => {
    stop();
    curves = [];
    const { subset, cls, layer, replace } = shown, order = subset.removalOrder(cls);
    section.hidden = shown.system.kind === "recording";
    if (!subset.hasAccuracy || !order || subset.whole) {
      charts.replaceChildren(element("p", { class: "missing" }, !order || subset.whole ? "Needs the greedy search, by class." : "Needs knockouts, and the values of the samples in this page."));
      return;
    }
    charts.replaceChildren(element("p", { class: "about" }, "Computing ..."));
    const orders = { carrying: [...order].reverse(), others: order };
    const replaces = subset.stepAccuracy ? [replace] : replacements.filter((word) => subset.accuracy.canReplace(word) && (word !== "resample" || subset.knockout.replace === word));
    const jobs = Object.keys(orders).flatMap((direction) => replaces.map((replace) => ({ direction, replace, points: [] })));
    stop = inSlices(200, () => {
      const job = jobs[0], n = job.points.length;
      job.points.push([n, subset.accuracyOf(cls, unitsOf(orders[job.direction].slice(0, n), layer.units), job.replace)]);
      if (n === layer.units) curves.push(jobs.shift());
      return jobs.length > 0;
    }, () => draw(subset, cls, replace));
  }, true);
  return section;
}
