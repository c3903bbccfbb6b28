// View: the main numbers of a layer, and what must be known to judge them.

import { change, inSlices, onChangeOf, shown } from "./state.js";
import { bits, count, element, fraction, percent, table, unitList, view } from "./elements.js";
import { membersOf } from "./model.js";

/// A unit whose standard deviation is below this fraction of their upper quartile is nearly constant, as in the summary.
export const constantFraction = 0.05;
export function constantUnits(subset) {
  const usual = Float64Array.from(subset.sd).sort()[Math.floor((subset.sd.length * 3) / 4)];
  return Array.from(subset.sd.keys()).filter((k) => subset.sd[k] < constantFraction * usual);
}

const hasAccuracy = (subset) => !subset.whole && subset.accuracy !== null && shown.replace !== undefined;
const half = (subset, c) => subset.smallestBest(c, 0.5);
const withoutHalf = (subset, c) => subset.accuracyOf(c, half(subset, c).set, shown.replace);

// `computed`: of the classes before this one the last column is known.
function verdictCells(subset, computed) {
  const total = subset.array("relay", "total"), bound = subset.array("relay", "input_output_information");
  const intact = subset.array("knockout", "intact");
  return subset.contrasts.map((name, c) => {
    const text = (found) => (found ? unitList(membersOf(found.set)) : "-"), hasHalf = hasAccuracy(subset) && half(subset, c);
    return [name, bits(total[c]), bits(bound?.[c]), percent(total[c] / bound?.[c]), text(half(subset, c)), text(subset.smallestBest(c, 0.9)),
            subset.whole ? "-" : fraction(intact?.[c]), !hasHalf ? "-" : c < computed ? fraction(withoutHalf(subset, c)) : "..."];
  });
}
const verdictHeads = ["class", "I_R(all), bit", "I(X_in; X_out), bit", "of it", "smallest set with 50 %", "smallest set with 90 %",
               "accuracy, intact", "without the 50 % set"];

function tile(name, value, about, level) {
  return element("div", { class: `tile ${level ?? ""}` }, element("div", { class: "value" }, value), element("div", { class: "name" }, name),
    element("div", { class: "note" }, about));
}

function verdictTiles(subset) {
  const list = [tile("samples", count(subset.samples), `subset ${subset.name}`)];
  const accuracy = subset.array("states", "argmax_accuracy");
  if (accuracy) {
    const sizes = new Map();
    for (const label of subset.accuracy?.label ?? []) sizes.set(label, (sizes.get(label) ?? 0) + 1);
    const chance = sizes.size > 0 ? Math.max(...sizes.values()) / subset.samples : 1 / subset.system.symbols.length;
    const isPoor = accuracy[0] < 2 * chance;
    list.push(tile("accuracy (argmax)", fraction(accuracy[0]), `the commonest class has ${fraction(chance)}`, isPoor ? "warn" : ""));
  }
  const total = subset.array("relay", "total"), bound = subset.array("relay", "input_output_information");
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  if (bound) list.push(tile("I_R(all) of I(X_in; X_out)", percent(sum(total) / sum(bound)), "sum over classes"));
  const single = subset.array("states", "singleton_fraction")[0];
  list.push(tile("samples alone in their state", percent(single),
    single > 0.5 ? "undersampled: do not trust the information" : single > 0.02 ? "bias by undersampling: compare sets with chance" : "well sampled",
    single > 0.5 ? "bad" : single > 0.02 ? "warn" : ""));
  const constant = constantUnits(subset);
  list.push(tile("units that hardly vary", String(constant.length),
    constant.length > 0 ? `${unitList(constant)}: replacing them by zero shifts the outputs; compare with mean` : `sd below ${percent(constantFraction)} of the upper quartile`,
    constant.length > 0 ? "warn" : ""));
  if (subset.system.kind === "network") list.push(tile("networks", "1", "describes this network; for inference, repeat over seeds"));
  return list;
}

export function verdictView() {
  const { section, body } = view("verdict", "Verdict",
    "I_R(all): information that reaches the output only through the units, at most I(X_in; X_out). Choose a class to look at its sets.",
    () => [verdictHeads, ...verdictCells(shown.subset, Infinity)]);
  const draw = (subset, computed) => {
    const rows = verdictCells(subset, computed).map((cells, c) => [
      element("button", { type: "button", class: "link", onclick: () => change({ cls: c }) }, cells[0]),
      ...cells.slice(1, 4),
      ...[0.5, 0.9].map((part, i) => {
        const found = subset.smallestBest(c, part);
        return found ? element("button", { type: "button", class: "link", title: `Put these units into the set: ${bits(found.bits)} bit`,
          onclick: () => change({ cls: c, set: membersOf(found.set) }) }, cells[4 + i]) : "-";
      }),
      ...cells.slice(6)]);
    numbers.replaceChildren(table(`${shown.layer.title}, ${subset.name}`, verdictHeads, rows));
    mark();
  };
  // The row of the class.
  const mark = () => numbers.querySelectorAll("tbody tr").forEach((line, c) => {
    line.classList.toggle("marked", c === shown.cls);
    line.toggleAttribute("aria-current", c === shown.cls);
  });
  const numbers = element("div"), above = element("div", { class: "tiles" }), below = element("div");
  body.append(above, numbers, below);
  let stop = () => {};
  onChangeOf(() => [shown.replace], (changed) => {
    stop();
    const { subset } = shown;
    if (changed === "layer") {
      above.replaceChildren(...verdictTiles(subset));
      below.replaceChildren(...subset.data.left_out.map((text) => element("p", { class: "missing" }, `Not in this page: ${text}. results.h5 has it.`)));
    }
    draw(subset, 0);
    let c = 0;
    stop = !hasAccuracy(subset) ? () => {} : inSlices(100, () => {
      if (half(subset, c)) withoutHalf(subset, c);
      return ++c < subset.contrasts.length;
    }, () => draw(subset, Infinity));
  });
  onChangeOf(() => [shown.cls], mark);
  return section;
}
