// View: what each unit by itself carries of the class.

import { onChangeOf, shown, toggle } from "./state.js";
import { bits, element, fraction, pText, range, table, view } from "./elements.js";
import { membersOf } from "./model.js";
import { row } from "./arrays.js";
import { domain, legend, panel } from "./charts.js";

const mostListed = 40, mostNumbered = 32;

// The units of the class by their loss, the largest first: {unit, single, chance, interval, aggregated, kept, accuracy}; kept: 1
// for the unit that greedy removal keeps longest.
function unitsOfClass(subset, c) {
  const value = (measure, path, k) => {
    const array = subset.array(measure, path);
    return array === undefined ? NaN : row(array, c)[k];
  };
  const order = subset.removalOrder(c);
  return d3.range(subset.layer.units)
    .map((k) => ({ unit: k, single: value("relay", "single", k), chance: subset.chance("single", c, k), interval: subset.interval("single", c, k),
                   aggregated: value("relay", "aggregated", k), kept: order ? order.length - order.indexOf(k) : NaN,
                   accuracy: subset.whole ? NaN : value("knockout", "accuracy_single", k) }))
    .sort((a, b) => b.single - a.single || b.aggregated - a.aggregated || a.unit - b.unit);
}

const unitHeads = (subset) => ["unit", "loss without it, bit", "interval", "without relay, 5 to 95 %", "p", "aggregated, bit", "rank in greedy removal (1: kept longest)", `accuracy, replaced${subset.ofDraws}`];
const unitCells = (one) => [one.unit, bits(one.single), range(one.interval), range(one.chance && [one.chance.low, one.chance.high]), pText(one.chance?.p),
                            bits(one.aggregated), Number.isFinite(one.kept) ? String(one.kept) : "-", fraction(one.accuracy)];

// A bar for each unit from `base`, in the order of `list`; `bounds(one)`: a whisker, `band(one)`: what would be found by chance.
function bars(label, yLabel, list, value, base, { bounds = () => undefined, band = () => undefined } = {}) {
  const all = list.flatMap((one) => [value(one), ...(bounds(one) ?? []), ...(band(one) ?? [])]);
  const chart = panel(label, list.length > mostNumbered ? "units in the order of their loss" : "unit", yLabel, [-0.6, list.length - 0.4], domain([base, ...all]),
    { width: 560, height: 250, ticks: list.length > mostNumbered ? 6 : 0 });
  const box = (x0, x1, a, b, name, unit) => Number.isFinite(a) && Number.isFinite(b) && chart.plot.append("rect").attr("class", name).attr("data-unit", unit)
    .attr("x", chart.x(x0)).attr("width", chart.x(x1) - chart.x(x0)).attr("y", Math.min(chart.y(a), chart.y(b))).attr("height", Math.max(0.5, Math.abs(chart.y(a) - chart.y(b))));
  list.forEach((one, i) => {
    box(i - 0.38, i + 0.38, base, value(one), "unit-bar", one.unit);
    const chance = band(one), interval = bounds(one);
    if (chance) box(i - 0.5, i + 0.5, ...chance, "null-band");
    if (interval) chart.plot.append("line").attr("class", "whisker").attr("x1", chart.x(i)).attr("x2", chart.x(i)).attr("y1", chart.y(interval[0])).attr("y2", chart.y(interval[1]));
    if (list.length <= mostNumbered)
      chart.plot.append("text").attr("class", "tick").attr("x", chart.x(i)).attr("y", chart.height + 15).attr("text-anchor", "middle").text(one.unit);
  });
  return chart.svg.node();
}

export function unitsView() {
  const { section, body } = view("units", "Units",
    "Each unit by itself. Loss: I_R(all) less the relay information of all others; redundant units show no loss. Aggregated: summed along the greedy path.",
    () => [unitHeads(shown.subset), ...unitsOfClass(shown.subset, shown.cls).map(unitCells)]);
  const charts = element("div", { class: "charts" }), key = element("div"), numbers = element("div");
  body.append(charts, key, numbers);
  const mark = () => {
    const set = new Set(membersOf(shown.set).map(String));
    charts.querySelectorAll(".unit-bar").forEach((bar) => bar.classList.toggle("in-set", set.has(bar.dataset.unit)));
    numbers.querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(set.has(button.textContent))));
  };
  onChangeOf(() => [shown.cls], () => {
    const { subset, cls } = shown, name = subset.contrasts[cls], list = unitsOfClass(subset, cls);
    section.hidden = list.every((one) => Number.isNaN(one.single));
    if (section.hidden) return;
    const hasChance = list.some((one) => one.chance), hasIntervals = list.some((one) => one.interval);
    charts.replaceChildren(bars(`Loss of relay information without each unit, class ${name}`, "loss, bit", list, (one) => one.single, 0,
      { bounds: (one) => one.interval, band: (one) => one.chance && [one.chance.low, one.chance.high] }));
    if (list.some((one) => Number.isFinite(one.aggregated)))
      charts.append(bars(`Aggregated relay information of each unit, class ${name}`, "aggregated, bit", list, (one) => one.aggregated, 0));
    if (list.some((one) => Number.isFinite(one.accuracy)))
      charts.append(bars(`Accuracy of class ${name} with each unit replaced`, `accuracy, replaced by ${subset.knockout.replace}${subset.ofDraws}`, list,
        (one) => one.accuracy, subset.array("knockout", "intact")[cls]));
    key.replaceChildren(legend([["bar-sample", "unit"], ["bar-sample in-set", "in the set"], hasIntervals && ["whisker-sample", "bootstrap interval"],
      hasChance && ["null-band", "without relay, 5 to 95 %"]].filter(Boolean)));
    const cells = list.slice(0, mostListed).map((one) => [
      element("button", { type: "button", class: "link", title: "Into the set, or out of it", "aria-pressed": "false", onclick: () => toggle(one.unit) }, String(one.unit)),
      ...unitCells(one).slice(1)]);
    numbers.replaceChildren(element("details", {}, element("summary", {}, list.length > mostListed ? `The first ${mostListed} of ${list.length} units (all in CSV)` : "Numbers"),
      table(`Units, class ${name}`, unitHeads(subset), cells)));
    mark();
  }, true);
  onChangeOf(() => [shown.cls, membersOf(shown.set)], mark, true);
  return section;
}
